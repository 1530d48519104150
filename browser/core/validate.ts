import { isObject } from './call-patiently.ts';
import type { FormAnswers, FormDescriptor, FormField, FormValue } from './form-descriptor.ts';

const DAY_MS = 86_400_000;

/** What is wrong with each field: its text, in the language of the descriptor, and its code. */
export interface Problems {
  readonly errors: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, string>>;
}

/**
 * What a browser can know of the answers to a form, in the codes of the server. It lets through what it is not sure about: the
 * server has the last word, and must never have been kept from saying yes.
 */
export function validate(descriptor: FormDescriptor, data: FormAnswers): Problems {
  const errors: Record<string, string> = {};
  const codes: Record<string, string> = {};
  for (const field of descriptor.fields) {
    const code = problemOf(field, data[field.name]);
    if (code === undefined) continue;
    codes[field.name] = code;
    errors[field.name] = messageOf(descriptor, field, code);
  }
  return { errors, codes };
}

/** The text of a code, with what the field says of itself in place of `{placeholders}`. */
export function messageOf({ messages }: FormDescriptor, field: FormField, code: string): string {
  const facts = new Map<string, unknown>(Object.entries(field));
  return (messages[code] ?? code).replace(/\{(\w+)\}/g, (_, name: string) => String(facts.get(name) ?? ''));
}

/** What a browser can know of a file before it is uploaded. */
export function fileProblem({ accept = [], maxBytes }: FormField, { name, size }: File): string | undefined {
  if (size === 0) return 'UPLOAD_EMPTY';
  if (size > (maxBytes ?? Infinity)) return 'UPLOAD_TOO_LARGE';
  const fits = (ending: string) => name.toLowerCase().endsWith(ending);
  return accept.length === 0 || accept.some(fits) ? undefined : 'UPLOAD_TYPE';
}

function problemOf(field: FormField, value: FormValue): string | undefined {
  if (isEmpty(value)) {
    if (!field.required) return undefined;
    return field.type === 'consent' ? 'CONSENT_REQUIRED' : 'REQUIRED';
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const { type, min = -Infinity, max = Infinity } = field;
  const text = String(value).trim();
  if (type === 'email') {
    const [local, domain = '', more] = text.split('@');
    // No more than a shape, with the full stops of all scripts: which domains there are, the server knows.
    return local && more === undefined && /.[.。．｡]./.test(domain) ? undefined : 'EMAIL_INVALID';
  }
  if (type === 'number' || type === 'date' || type === 'time') {
    // All are written in many ways; a value without a digit is none of them.
    if (!/\d/.test(text)) return `${type.toUpperCase()}_INVALID`;
    if (type === 'number') return Number(text) < min || Number(text) > max ? 'OUT_OF_RANGE' : undefined;
    // Yesterday may be today: the clock of a device can be a day off, that of the server counts.
    return field.past === false && /^\d{4}-\d\d-\d\d$/.test(text) && text < day(-1) ? 'DATE_PAST' : undefined;
  }
  // What a choice may be called, also in other languages, the server knows.
  if (field.options) return undefined;
  const length = [...text].length;
  if (length > max) return 'TOO_LONG';
  return length < min ? 'TOO_SHORT' : undefined;
}

/** So many days from today, where the visitor is: YYYY-MM-DD. */
export function day(away: number): string {
  return new Date(Date.now() + away * DAY_MS).toLocaleDateString('sv');
}

/** A box that is not ticked is as empty as a text of blanks. */
function isEmpty(value: FormValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return value.uploadId === undefined;
  return value === undefined || value === null || value === false || String(value).trim() === '';
}
