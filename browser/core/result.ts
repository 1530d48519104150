import { type Answer, isObject } from './call-patiently.ts';

/** What became of a call: it never rejects. */
export type Result<Data> = Success<Data> | Failure;

export interface Success<Data> {
  readonly success: true;
  readonly data: Data;
}

export interface Failure {
  readonly success: false;
  /** For the visitor, in the language of the form where the server said it. */
  readonly message: string;
  /** What is wrong with each field. */
  readonly errors: Readonly<Record<string, string>>;
  /** A code of the server's errors reference, or NOT_REACHED (also when it was given up), SUBMISSION_INVALID, UPLOAD_REFUSED. */
  readonly code: string;
}

/** Of what did not come as far as to texts in the visitor's language. */
const FAILED = 'No connection. Please try again later.';

export function failure(code: string, message = FAILED, errors: Failure['errors'] = {}): Failure {
  return { success: false, message, errors, code };
}

/** The form's text for a code of a failure. */
export function toldFor(code: string, messages: Readonly<Record<string, string>>): string | undefined {
  if (code === 'SUBMISSION_INVALID') return messages.INVALID;
  return messages[/_(RATE|429)$/.test(code) ? 'RATE' : 'FAILED'];
}

/** What the server's answer to a failed call says; what it does not say is left to `failure`. */
export function failureOf({ status, body }: Answer): Failure {
  const { code, message } = stringsOf(body);
  return failure(code ?? (status > 0 ? `HTTP_${status}` : 'NOT_REACHED'), message, stringsOf(body.fields));
}

/** A record with nothing but texts in it. */
export function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
