import { type Answer, callPatiently, isObject, type PatientOptions } from './call-patiently.ts';
import type { FormAnswers, FormDescriptor, UploadReference } from './form-descriptor.ts';
import { failure, failureOf, type Result, toldFor } from './result.ts';
import { type SolveChallenge, solveChallengeWith } from './solve-challenge.ts';
import { createKeptValues, digest, randomId } from './submission-id.ts';
import { createUpload, json, type UploadOptions } from './upload-file.ts';
import { type Problems, validate } from './validate.ts';

export interface FormsOptions {
  /** Where Spoke's HTTP API is; default: where the page is. */
  readonly url?: string;
  /** Of labels and messages; default: that of the page. */
  readonly language?: string;
  readonly fetch?: typeof fetch;
  /** For challenges of others than Spoke; what it does not answer is left to Spoke's own solver. */
  readonly solveChallenge?: SolveChallenge;
}

/** What a visitor's submission has become. */
export interface Submitted {
  readonly submissionId: string;
  readonly status: string;
  /** For the visitor. */
  readonly message: string;
  readonly statusUrl?: string;
  readonly contactId?: string;
  readonly dealId?: string;
}

export interface SubmitOptions extends PatientOptions {
  /** Waits so long for `contactId` and `dealId`, at most 15 s; default 0. The answer comes then, delivered or not. */
  readonly waitSeconds?: number;
}

type SubmitWithValidation = (data: FormAnswers, options?: SubmitOptions) => Promise<Result<Submitted>>;

/** Forms of one Spoke server. No function of it rejects. */
export interface Forms {
  /** How a form looks. Asked for once: call it when the form is shown, as the server looks at how long it was. */
  load(form: string): Promise<Result<FormDescriptor>>;
  /** What a browser can know of the answers. */
  validate(descriptor: FormDescriptor, data: FormAnswers): Problems;
  /**
   * Sends the answers until the server has them. Equal answers of one session are one submission, however often this is called and
   * whatever was lost on the way; other answers are another one.
   */
  submit(form: string, data: FormAnswers, options?: SubmitOptions): Promise<Result<Submitted>>;
  submitWithValidation(form: string, data: FormAnswers, options?: SubmitOptions): Promise<Result<Submitted>>;
  submitContactWithValidation: SubmitWithValidation;
  submitDemoRequestWithValidation: SubmitWithValidation;
  submitQuoteRequestWithValidation: SubmitWithValidation;
  upload(file: File, options?: UploadOptions): Promise<Result<UploadReference>>;
}

/** Browsers let smaller bodies go on when the page is left, and refuse larger ones that ask for it. */
const KEEPALIVE_BYTES = 60_000;
/** How long a solution is good for another try: the vendors' own count for two minutes. */
const FRESH_MS = 90_000;

/** Talks with one Spoke server about its forms. Needs no framework and keeps no answers. */
export function createForms(options: FormsOptions = {}): Forms {
  const { language = globalThis.document?.documentElement.lang, fetch: call = (...args) => fetch(...args) } =
    options;
  const base = (options.url ?? '').replace(/\/+$/, '');
  const solve = solveChallengeWith(call, base, options.solveChallenge);
  const kept = createKeptValues();
  const loads = new Map<string, Promise<Result<FormDescriptor>>>();
  const underWay = new Map<string, Promise<Result<Submitted>>>();
  const withValidation =
    (form: string): SubmitWithValidation =>
    (data, submitOptions) =>
      submitWithValidation(form, data, submitOptions);
  return {
    load,
    validate,
    submit,
    submitWithValidation,
    submitContactWithValidation: withValidation('contact'),
    submitDemoRequestWithValidation: withValidation('demo_request'),
    submitQuoteRequestWithValidation: withValidation('quote_request'),
    upload: createUpload(base, call, kept),
  };

  function load(form: string): Promise<Result<FormDescriptor>> {
    const known = loads.get(form);
    if (known) return known;
    const loading = askDescriptor(form).then((result) => {
      if (!result.success) loads.delete(form);
      return result;
    });
    loads.set(form, loading);
    return loading;
  }

  async function askDescriptor(form: string): Promise<Result<FormDescriptor>> {
    const query = language ? `?language=${encodeURIComponent(language)}` : '';
    const answer = await callPatiently((signal) => call(`${formUrl(form)}${query}`, { signal }));
    return resultOf(answer, isDescriptor);
  }

  async function submitWithValidation(form: string, data: FormAnswers, submitOptions?: SubmitOptions) {
    const loaded = await load(form);
    if (!loaded.success) return loaded;
    const { errors } = validate(loaded.data, data);
    return Object.keys(errors).length > 0
      ? failure('SUBMISSION_INVALID', loaded.data.messages.INVALID, errors)
      : submit(form, data, submitOptions);
  }

  function submit(form: string, data: FormAnswers, submitOptions: SubmitOptions = {}) {
    const answers = Object.entries(data).filter(([, value]) => value !== undefined && value !== null);
    const key = digest(JSON.stringify([base, form, answers.sort()]));
    const known = underWay.get(key);
    if (known) return known;
    // Kept also after the answer: the same answers again, by the back button, are the same submission.
    const id = kept.get(key) ?? randomId();
    kept.set(key, id);
    const sending = send(form, Object.fromEntries(answers), id, submitOptions).then((result) => {
      underWay.delete(key);
      if (result.success) return result;
      // Under this id the server has other answers: the next try is another submission.
      if (result.code === 'SUBMISSION_CONFLICT') kept.delete(key);
      // A file that was refused is uploaded anew, when it is chosen again.
      for (const [name, value] of answers)
        if (isObject(value) && result.errors[name] !== undefined)
          kept.delete(kept.get(String(value.uploadId)) ?? '');
      return result;
    });
    underWay.set(key, sending);
    return sending;
  }

  async function send(
    form: string,
    answers: FormAnswers,
    id: string,
    { waitSeconds, ...patient }: SubmitOptions,
  ): Promise<Result<Submitted>> {
    const loaded = await load(form);
    if (!loaded.success) return loaded;
    const { token, challenge, messages } = loaded.data;
    let solution: string | undefined;
    let solvedAt = 0;
    const ready = async () => {
      if (!challenge || Date.now() - solvedAt < FRESH_MS) return;
      solution = await solve(challenge, patient.signal);
      solvedAt = Date.now();
    };
    const bodyNow = () => ({
      ...answers,
      _id: id,
      _token: token,
      _language: language || undefined,
      _timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      _page: globalThis.document && {
        url: location.href,
        title: document.title,
        referrer: document.referrer,
      },
      _challenge: solution,
    });
    const answer = await callPatiently(
      (signal) => {
        const request = json(bodyNow(), signal, waitSeconds ? { prefer: `wait=${waitSeconds}` } : {});
        return call(formUrl(form), {
          ...request,
          keepalive: new Blob([request.body]).size < KEEPALIVE_BYTES,
        });
      },
      { ...patient, ready },
    );
    const result = resultOf(answer, isSubmitted);
    if (!result.success) return { ...result, message: toldFor(result.code, messages) ?? result.message };
    const { statusUrl } = result.data;
    return statusUrl ? { success: true, data: { ...result.data, statusUrl: base + statusUrl } } : result;
  }

  function formUrl(form: string): string {
    return `${base}/api/forms/${encodeURIComponent(form)}`;
  }
}

function resultOf<Data>(answer: Answer, is: (body: unknown) => body is Data): Result<Data> {
  return answer.ok && is(answer.body) ? { success: true, data: answer.body } : failureOf(answer);
}

function isDescriptor(body: unknown): body is FormDescriptor {
  return isObject(body) && Array.isArray(body.fields) && isObject(body.messages);
}

function isSubmitted(body: unknown): body is Submitted {
  return isObject(body) && typeof body.submissionId === 'string';
}
