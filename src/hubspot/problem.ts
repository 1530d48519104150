import { isRecord, own, textList, textOf } from './json.ts';
import { maskPersonal } from './mask-personal.ts';

const MAX_LIST = 2000;
const MAX_CODE_LENGTH = 200;
/** Of embedded JSON; a batch of 100 faulty inputs stays well below. */
const MAX_EMBEDDED_LENGTH = 262_144;

/** What HubSpot says went wrong, at the top of a 4xx/5xx body or in the `errors` of a 207. Every part may be missing. */
export interface Problem {
  readonly category?: string;
  readonly subCategory?: string;
  readonly code?: string;
  /** Masked and at most 500 characters; may still quote a refused property value. */
  readonly message?: string;
  /** Of a 429: TEN_SECONDLY_ROLLING, SECONDLY, DAILY, … */
  readonly policyName?: string;
  /** Missing scopes of a 403. */
  readonly scopes: readonly string[];
  readonly propertyErrors: readonly PropertyError[];
  readonly traceIds: readonly string[];
  readonly ids: readonly string[];
  readonly existingIds: readonly string[];
}

export interface PropertyError {
  readonly name: string;
  /** INVALID_OPTION, PROPERTY_DOESNT_EXIST, …; '' when HubSpot gives none. */
  readonly code: string;
  readonly message: string;
}

/** Reads one problem from untrusted JSON; never throws. `errors[]` wins over the JSON that `message` may hold. */
export function readProblem(value: unknown): Problem {
  const text = textOf(own(value, 'message'));
  const details = listOf(own(value, 'errors')).filter(isRecord);
  const contexts = [value, ...details].map((part) => own(part, 'context'));
  const listed = details.flatMap(propertyErrorsOf);
  const collect = (...names: string[]) =>
    unique(contexts.flatMap((context) => names.flatMap((name) => textList(own(context, name)))));
  const existing = collect('existingId', 'existingIds');
  const named = /Existing ID: (\d{1,20})\b/i.exec(text ?? '')?.[1];
  return {
    ...codeField('category', own(value, 'category') ?? own(value, 'errorType')),
    ...codeField(
      'subCategory',
      own(value, 'subCategory') ?? details.map((detail) => own(detail, 'subCategory')).find(isText),
    ),
    ...codeField('code', own(value, 'code') ?? details.map((detail) => own(detail, 'code')).find(isText)),
    ...(text === undefined ? {} : { message: maskPersonal(text) }),
    ...codeField('policyName', own(value, 'policyName')),
    scopes: collect('requiredGranularScopes', 'requiredScopes').filter((scope) =>
      /^[\w.-]{1,100}$/.test(scope),
    ),
    propertyErrors: listed.length > 0 ? listed.slice(0, MAX_LIST) : embeddedErrors(text ?? ''),
    traceIds: collect('objectWriteTraceId'),
    ids: collect('ids', 'id'),
    existingIds: existing.length > 0 || named === undefined ? existing : [named],
  };
}

function propertyErrorsOf(detail: Record<string, unknown>): PropertyError[] {
  const context = own(detail, 'context');
  const names = [...textList(own(context, 'propertyName')), ...textList(own(detail, 'name'))];
  return unique(names).map((name) =>
    propertyError(name, own(detail, 'code') ?? own(detail, 'error'), own(detail, 'message')),
  );
}

/** `Property values were not valid: [{"error":"INVALID_OPTION","name":"plan",…}]`, often once per input. */
function embeddedErrors(message: string): PropertyError[] {
  const start = message.indexOf('[{');
  const end = message.lastIndexOf(']');
  if (start === -1 || end < start || message.length > MAX_EMBEDDED_LENGTH) return [];
  const seen = new Map<string, PropertyError>();
  for (const entry of listOf(parsed(message.slice(start, end + 1)))) {
    const name = textOf(own(entry, 'name'));
    if (name === undefined) continue;
    const error = propertyError(name, own(entry, 'error') ?? own(entry, 'code'), own(entry, 'message'));
    seen.set(`${error.name}\n${error.code}\n${error.message}`, error);
  }
  return [...seen.values()].slice(0, MAX_LIST);
}

function propertyError(name: string, code: unknown, message: unknown): PropertyError {
  return {
    name: maskPersonal(name, MAX_CODE_LENGTH),
    code: maskPersonal(textOf(code) ?? '', MAX_CODE_LENGTH),
    message: maskPersonal(textOf(message) ?? ''),
  };
}

function codeField<K extends string>(key: K, value: unknown): Partial<Record<K, string>> {
  const text = textOf(value);
  return text === undefined || text === ''
    ? {}
    : ({ [key]: maskPersonal(text, MAX_CODE_LENGTH) } as Record<K, string>);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_LIST) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].slice(0, MAX_LIST);
}
