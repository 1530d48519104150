import type { z } from 'zod';

/** Issues of one payload that are listed; the rest is counted. */
const MAX_ISSUES = 5;
const MAX_MESSAGE = 300;
/** Values of a payload that are looked at; bounds the work on a large one. */
const MAX_VALUES = 5_000;
/** Shorter values would blot out ordinary words of a message. */
const MIN_MASKED = 3;
/** Names written by a programmer; anything else in a path may be a person's data (records keyed by e-mail). */
const FIELD_NAME = /^[A-Za-z_$][\w$-]{0,63}$/;
/** The engine's own errors name code, not values. Others may hold anything; a SyntaxError quotes the text it read. */
const ENGINE_ERRORS: readonly string[] = ['TypeError', 'ReferenceError', 'RangeError'];

/** What a schema refused, field by field, never a value: `email: Invalid input: expected string, received number`. */
export function describeIssues(error: z.ZodError): string {
  const shown = error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `${pathOf(issue.path)}: ${messageOf(issue)}`);
  const rest = error.issues.length - shown.length;
  return `${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}

/** A thrown value in one sentence: its name, its message with the payload's values blotted out, and where it was thrown. */
export function describeFailure(error: unknown, payload: unknown): string {
  if (!(error instanceof Error)) return `something else than an Error (${typeof error}).`;
  const message = error.name === 'SyntaxError' ? '' : withoutValues(error, payload);
  const place = placeOf(error);
  return `${error.name}${message === '' ? '' : `: ${message}`}${place === '' ? '' : ` (${place})`}.`;
}

function withoutValues(error: Error, payload: unknown): string {
  let message = error.message.slice(0, MAX_MESSAGE);
  if (!ENGINE_ERRORS.includes(error.name)) {
    for (const value of textsOf(payload)) message = message.replaceAll(value, '…');
  }
  return message.replace(/\s+/g, ' ').replace(/\.$/, '');
}

/** Every text and number in the payload, longest first, so that a part of a value does not hide the whole. */
function textsOf(payload: unknown): string[] {
  const texts = new Set<string>();
  // A set yields what is added while it is walked, and each value once: circular payloads end.
  const values = new Set<unknown>([payload]);
  for (const value of values) {
    if (typeof value === 'string' || typeof value === 'number') texts.add(String(value));
    else if (typeof value === 'object' && value !== null && values.size < MAX_VALUES) {
      for (const inner of Object.values(value)) values.add(inner);
    }
  }
  return [...texts].filter((text) => text.length >= MIN_MASKED).sort((a, b) => b.length - a.length);
}

function placeOf(error: Error): string {
  const line = error.stack?.split('\n').find((text) => /^\s+at .*:\d+:\d+\)?$/.test(text)) ?? '';
  return /([^/\\( ]+:\d+):\d+\)?$/.exec(line)?.[1] ?? '';
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'payload';
  return path.map((part) => (typeof part === 'number' ? String(part) : fieldName(String(part)))).join('.');
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `Unknown keys ${issue.keys.map(fieldName).join(', ')}`;
  return issue.message.slice(0, MAX_MESSAGE);
}

function fieldName(name: string): string {
  return FIELD_NAME.test(name) ? name : '(unnamed)';
}
