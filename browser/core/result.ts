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

const FAILED = 'This could not be sent. Please try again later.';

export function failure(code: string, message = FAILED, errors: Failure['errors'] = {}): Failure {
  return { success: false, message, errors, code };
}

/** What the server's answer to a failed call says; what it does not say is left to `failure`. */
export function failureOf({ status, body: { code, message, fields } }: Answer): Failure {
  const told = status > 0 ? `HTTP_${status}` : 'NOT_REACHED';
  return failure(
    typeof code === 'string' ? code : told,
    typeof message === 'string' ? message : FAILED,
    stringsOf(fields),
  );
}

/** A record with nothing but texts in it. */
export function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}
