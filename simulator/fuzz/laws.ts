import { validateHeaderValue } from 'node:http';
import { isObject } from '../call.ts';

/** An answer as it leaves the portal. */
export interface SentAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** What OAuth calls answer in the place of `error`. */
const OAUTH_STATUS = /^BAD_[A-Z_]+$/;

/** What is wrong with an answer, whatever was asked; undefined when nothing is. */
export function breachOf({ status, headers, text }: SentAnswer): string | undefined {
  if ('x-simulator-bug' in headers) return `a mistake of the simulator: ${text.slice(0, 2_000)}`;
  if (!(status >= 200 && status < 500)) return `status ${status}`;
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderValue(name, String(value));
    } catch (error) {
      return `header ${name} cannot be sent: ${String(error)}`;
    }
  }
  return status >= 400 ? errorBreach(text) : undefined;
}

/** Errors are objects that say so, say why, and can be asked about. */
function errorBreach(text: string): string | undefined {
  const body: unknown = JSON.parse(text);
  if (!isObject(body)) return `the error is no object: ${text.slice(0, 200)}`;
  const { status, message, correlationId } = body;
  if (status !== 'error' && !(typeof status === 'string' && OAUTH_STATUS.test(status)))
    return `the error has the status ${JSON.stringify(status)}`;
  if (typeof message !== 'string' || message === '') return 'the error has no message';
  if (typeof correlationId !== 'string' || correlationId === '') return 'the error has no correlation id';
  return undefined;
}

/** All that objects inherit from the built-in prototypes: must be the same before and after. */
export function prototypeKeys(): string[] {
  return [Object, Array, Function, String, Number, Boolean, Map, Set, Buffer].flatMap(({ name, prototype }) =>
    Reflect.ownKeys(prototype as object).map((key) => `${name}.${String(key)}`),
  );
}
