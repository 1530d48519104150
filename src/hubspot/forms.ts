import type { Exchange } from './exchange.ts';
import { factsOf } from './expect.ts';
import { expectTaken } from './expect-taken.ts';
import {
  type FormDefinition,
  type ReadSubmission,
  readFormDefinition,
  readSubmission,
} from './form-reading.ts';
import {
  type FormSubmission,
  parseFormFaults,
  refusedSubmission,
  wireSubmission,
} from './form-submission.ts';
import { own, textOf } from './json.ts';
import { parsePage } from './page.ts';
import { type ReadOptions, readAnswer } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import { servicePaths } from './service-paths.ts';
import type { Transport } from './transport.ts';
import { walkPages } from './walk-pages.ts';

/** Of submissions; HubSpot takes no more. */
const MAX_PAGE = 50;

export interface FormTarget {
  readonly portalId: string;
  /** The form's guid. */
  readonly formId: string;
  /** Sends the token, which needs the scope `forms` and has no limit per address. Default false: anonymous. */
  readonly secure?: boolean;
}

/** What the visitor is to see. There is no contact id: HubSpot makes the contact later. */
export interface FormAnswer {
  readonly inlineMessage?: string;
  readonly redirectUri?: string;
}

export interface ReadSubmissionsOptions extends ReadOptions {
  /** Ends at the first submission that is older, ms since 1970. */
  readonly since?: number;
}

/** HubSpot's forms. Reads raise the errors of expectBody. */
export interface Forms {
  /** A repeated submission is a second one. At most about 50 in 10 s from one address when anonymous. */
  submit(target: FormTarget, submission: FormSubmission, call?: CallOptions): Promise<Exchange>;
  /** Raises HUBSPOT_REFUSED with the faults in `facts.faults`, and the errors of expectTaken. */
  expectSubmit(target: FormTarget, submission: FormSubmission, call?: CallOptions): Promise<FormAnswer>;
  /**
   * Submissions, newest first. One that arrives meanwhile moves the others on, so that a submission may come twice: compare
   * keys.
   */
  submissions(formId: string, options?: ReadSubmissionsOptions): AsyncGenerator<ReadSubmission, void>;
  definitions(options?: ReadOptions): AsyncGenerator<FormDefinition, void>;
  expectDefinition(formId: string, options?: ReadOptions): Promise<FormDefinition>;
}

/** `submitTransport` leads to the host that takes submissions, which is another one. */
export function createForms(transport: Transport, submitTransport: Transport): Forms {
  const submit: Forms['submit'] = ({ portalId, formId, secure = false }, submission, call) =>
    submitTransport.request({
      ...call,
      method: 'POST',
      path: servicePaths.formSubmit(portalId, formId, secure),
      body: wireSubmission(submission),
      anonymous: !secure,
    });
  const get = (path: string, call: CallOptions) => transport.request({ ...call, method: 'GET', path });

  return {
    submit,
    async expectSubmit(target, submission, call) {
      const exchange = await submit(target, submission, call);
      if (exchange.kind === 'reply' && exchange.status === 400 && !exchange.flaw)
        throw refusedSubmission(parseFormFaults(exchange.body), factsOf(exchange));
      const { body } = expectTaken(exchange, { what: 'take a form submission', effect: 'once' });
      const inlineMessage = textOf(own(body, 'inlineMessage'));
      const redirectUri = textOf(own(body, 'redirectUri'));
      return {
        ...(inlineMessage === undefined ? {} : { inlineMessage }),
        ...(redirectUri === undefined ? {} : { redirectUri }),
      };
    },
    async *submissions(formId, options = {}) {
      const { since = Number.NEGATIVE_INFINITY } = options;
      const pages = walkPages(
        {
          what: 'list the submissions of a form',
          send: (after) =>
            get(
              servicePaths.formSubmissions(formId, {
                limit: MAX_PAGE,
                ...(after === undefined ? {} : { after }),
              }),
              options,
            ),
          parse: (body) => parsePage(body, (entry) => readSubmission(formId, entry)),
        },
        options,
      );
      for await (const page of pages) {
        for (const submission of page.results) {
          if (submission.submittedAt < since) return;
          yield submission;
        }
      }
    },
    async *definitions(options = {}) {
      const pages = walkPages(
        {
          what: 'list the forms',
          send: (after) => get(servicePaths.forms(after === undefined ? {} : { after }), options),
          parse: (body) => parsePage(body, readFormDefinition),
        },
        options,
      );
      for await (const page of pages) yield* page.results;
    },
    expectDefinition: (formId, options = {}) =>
      readAnswer(
        {
          what: 'read a form',
          send: () => get(servicePaths.form(formId), options),
          parse: readFormDefinition,
        },
        options,
      ),
  };
}

/** The host for submissions that belongs to an API host: HubSpot's, or the same one for a simulator or a proxy. */
export function formsUrlOf(baseUrl: string): string {
  const region = /^https:\/\/api(-[a-z0-9]+)?\.hubapi\.com(?:[:/]|$)/i.exec(baseUrl);
  return region ? `https://api${region[1] ?? ''}.hsforms.com` : baseUrl;
}
