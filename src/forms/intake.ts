import { createHash, randomUUID } from 'node:crypto';
import { emailFieldOf, FORM_EVENT, type FormDefinition } from '../config/forms.ts';
import type { Database, Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { checkSubmission, type SubmissionCheck } from '../mapping/forms/check-submission.ts';
import type { FormTexts } from '../mapping/forms/form-texts.ts';
import type { Challenges, Judgement } from './challenges.ts';
import { findKnown } from './find-known.ts';
import type { FormTokens } from './form-token.ts';
import { type FormLimits, takeLimits } from './limits.ts';
import { readPage } from './page.ts';
import { bodyDigest, rawFields, withoutTokens } from './raw-fields.ts';
import {
  type CheckedSubmission,
  type Received,
  receiveSubmission,
  type StoredConsent,
} from './receive-submission.ts';
import { scoreOf } from './score.ts';
import type { Signer } from './signing-key.ts';
import { plainPostId, submissionId } from './submission-id.ts';

/** What a visitor has posted. */
export interface Posted {
  /** Name and definition of a form of the config. */
  readonly form: string;
  readonly definition: FormDefinition;
  /** Fields, and what begins with `_`. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The header idempotency-key. */
  readonly key?: string | undefined;
  readonly address: string | undefined;
  readonly origin: 'own' | 'foreign' | 'unknown';
  /** Of the visitor. */
  readonly language: string;
  /** An HTML form, which sends no id. */
  readonly isPlainPost: boolean;
}

export interface Taken {
  readonly id: string;
  /** Whether it had come before. */
  readonly repeated: boolean;
  /** By which the visitor may ask what became of it. */
  readonly statusToken: string;
  /** Null while it waits for a person, of which the visitor is not told. */
  readonly eventId: number | null;
}

/** How a post ended, for metrics. */
export const OUTCOMES = [
  'accepted',
  'quarantined',
  'repeated',
  'invalid',
  'conflict',
  'limited',
  'failed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Files that a submission names, with the tokens that prove that they are the visitor's. */
export type ClaimedUploads = Extract<SubmissionCheck, { ok: true }>['uploads'];

export interface IntakeOptions {
  readonly db: Database;
  readonly signer: Signer;
  readonly tokens: FormTokens;
  readonly challenges: Challenges;
  readonly limits: FormLimits;
  readonly minFillMs: number;
  readonly defaultCountry?: string | undefined;
  /** `website.messages`. */
  readonly messages?: FormTexts | undefined;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Called after an event was recorded. */
  readonly wake: () => void;
  readonly count: (form: string, outcome: Outcome) => void;
  /** Called in the transaction of a new submission that names files; what it throws undoes the submission. Not called for a repeat. */
  readonly claimUploads?:
    | ((
        tx: Queryable,
        claim: {
          readonly uploads: ClaimedUploads;
          readonly submission: CheckedSubmission;
          readonly received: Received;
        },
      ) => Promise<void>)
    | undefined;
}

/** Takes what visitors post: nothing of it waits for HubSpot. */
export interface Intake {
  /**
   * Checks, scores and stores one submission with its consents and its event in one transaction.
   *
   * @throws SpokeError SUBMISSION_INVALID with `fields` and `codes`, SUBMISSION_CONFLICT, SUBMISSION_RATE with `retryAfterMs`,
   * HTTP_INVALID for an id that is none, DATABASE_*.
   */
  take(posted: Posted): Promise<Taken>;
}

const HONEYPOT = '_website';

export function createIntake(options: IntakeOptions): Intake {
  const { db, signer, count } = options;

  async function take(posted: Posted): Promise<Taken> {
    const { form, definition, body, address } = posted;
    const now = options.now();
    const raw = rawFields(Object.keys(definition.fields), body);
    const digest = bodyDigest(form, raw);
    const client = address === undefined ? undefined : await signer.sign('client', address);
    const given = submissionId(form, { id: body._id, key: posted.key });
    const id =
      given ?? (posted.isPlainPost ? await plainPostId(db, { digest, client: client ?? '' }) : randomUUID());
    const checked = checkSubmission(definition, body, {
      language: posted.language,
      timeZone: textOf(body._timeZone),
      defaultCountry: options.defaultCountry,
      now: new Date(now),
      messages: options.messages,
    });
    if (!checked.ok) {
      // It may be a repeat of what was right when it came: a day is over, or the form has changed.
      const known = given === undefined && !posted.isPlainPost ? undefined : await find(posted, id);
      if (known?.isSame) return repeated(posted, id, known.eventId);
      throw invalid(checked.problems);
    }
    const email = textOf(checked.values[emailFieldOf(definition)]);
    const waitMs = await takeLimits(db, signer, options.limits, { id, form, address, email });
    if (waitMs === 'known') {
      const known = await find(posted, id);
      if (known?.isSame) return repeated(posted, id, known.eventId);
      if (known) throw conflict(id);
      // It was deleted just now.
    } else if (waitMs > 0) throw tooMany(waitMs);
    const { judgement, ...score } = await judge(posted);
    const statusToken = await signer.sign('status', id);
    const page = readPage(body._page);
    const at = new Date(now).toISOString();
    const consents = checked.consents.map(({ subscription: purpose, ...rest }) => ({ ...rest, purpose, at }));
    const submission: CheckedSubmission = {
      id,
      form,
      language: posted.language,
      state: score.quarantined ? 'quarantined' : 'accepted',
      email,
      raw: withoutTokens(raw, (name) => definition.fields[name]?.type === 'upload'),
      accepted: checked.values,
      changes: checked.changes,
      flags: checked.flags,
      consents,
      digest,
      page,
      client,
      score: score.score,
      reasons: score.reasons,
      statusHash: statusHashOf(statusToken),
      type: FORM_EVENT + form,
      payload: submissionPayload({
        id,
        language: posted.language,
        values: checked.values,
        consents,
        page: page ?? null,
      }),
      solution: judgement.solution,
    };
    const received = await store(submission, checked.uploads);
    if (received.status === 'conflict') throw conflict(id);
    const { state, eventId, status } = received;
    if (status === 'recorded' && eventId !== null) options.wake();
    count(form, status === 'repeated' ? 'repeated' : state === 'quarantined' ? 'quarantined' : 'accepted');
    return { id, repeated: status === 'repeated', statusToken, eventId };
  }

  function find({ form, definition, body }: Posted, id: string) {
    return findKnown(db, id, { form, fields: Object.keys(definition.fields), body });
  }

  async function repeated({ form }: Posted, id: string, eventId: number | null): Promise<Taken> {
    count(form, 'repeated');
    return { id, repeated: true, statusToken: await signer.sign('status', id), eventId };
  }

  async function judge({ form, body, address, origin }: Posted) {
    const honeypot = textOf(body[HONEYPOT]) !== undefined;
    const token = await options.tokens.read(form, body._token);
    // A vendor need not be asked about what nobody filled in by hand.
    const judgement: Judgement = honeypot
      ? { verdict: 'none' }
      : await options.challenges.judge(form, body._challenge, address);
    const { minFillMs } = options;
    return { judgement, ...scoreOf({ honeypot, token, minFillMs, challenge: judgement.verdict, origin }) };
  }

  async function store(submission: CheckedSubmission, uploads: ClaimedUploads): Promise<Received> {
    const { claimUploads } = options;
    if (claimUploads === undefined || uploads.length === 0) return receiveSubmission(db, submission);
    return db.transaction(async (tx) => {
      const received = await receiveSubmission(tx, submission);
      if (received.status === 'recorded') await claimUploads(tx, { uploads, submission, received });
      return received;
    });
  }

  return {
    async take(posted) {
      try {
        return await take(posted);
      } catch (error) {
        count(posted.form, outcomeOf(error));
        throw error;
      }
    },
  };
}

/** The event's payload, also of a submission that is released later. */
export function submissionPayload(submission: {
  readonly id: string;
  readonly language: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly consents: readonly StoredConsent[];
  readonly page: object | null;
}): object {
  const { id, language, values, consents, page } = submission;
  return {
    submissionId: id,
    language,
    values,
    consents: consents.map(({ field, text, version, given, at, language }) => ({
      field,
      text,
      version,
      given,
      at,
      language,
    })),
    ...(page === null ? {} : { page }),
  };
}

/** As it is stored. */
export function statusHashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function outcomeOf(error: unknown): Outcome {
  const code = error instanceof SpokeError ? error.code : undefined;
  if (code === 'SUBMISSION_INVALID' || code === 'HTTP_INVALID') return 'invalid';
  if (code === 'SUBMISSION_CONFLICT') return 'conflict';
  return code === 'SUBMISSION_RATE' ? 'limited' : 'failed';
}

function invalid(problems: Extract<SubmissionCheck, { ok: false }>['problems']): SpokeError {
  const entries = <Of extends 'code' | 'message'>(of: Of) =>
    // The first of a field counts.
    Object.fromEntries([...problems].reverse().map((problem) => [problem.field, problem[of]]));
  const names = [...new Set(problems.map(({ field }) => field))];
  return new SpokeError('SUBMISSION_INVALID', `Correct ${names.join(', ')}: see fields.`, {
    facts: { fields: entries('message'), codes: entries('code') },
  });
}

function tooMany(waitMs: number): SpokeError {
  const retryAfterMs = Math.ceil(waitMs / 1_000) * 1_000;
  return new SpokeError(
    'SUBMISSION_RATE',
    `Too much was sent from here or for this address: send it again in ${retryAfterMs / 1_000} s, under the same id.`,
    { facts: { retryAfterMs } },
  );
}

function conflict(id: string): SpokeError {
  return new SpokeError(
    'SUBMISSION_CONFLICT',
    `Other fields came under the id ${id} before: send changed fields under a new id.`,
  );
}
