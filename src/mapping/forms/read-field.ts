import type { FieldCode } from '../../config/form-codes.ts';
import { type FieldDefinition, type FormValue, TEXT_LIMITS } from '../../config/forms.ts';
import { chosen, chosenSeveral } from '../transforms/choice.ts';
import { countryCode } from '../transforms/country.ts';
import { dayOf } from '../transforms/day.ts';
import { normaliseEmail } from '../transforms/email.ts';
import { calendarDate } from '../transforms/encode-value.ts';
import { personName } from '../transforms/person-name.ts';
import { phoneNumber } from '../transforms/phone.ts';
import { plainNumber } from '../transforms/plain-number.ts';
import { cleanText } from '../transforms/text.ts';
import { timeOfDay } from '../transforms/time-of-day.ts';

/** What is known of the visitor. */
export interface FieldContext {
  readonly language: string;
  /** IANA name; one that the runtime knows. */
  readonly timeZone: string | undefined;
  /** Where a phone number of this field without a country belongs, ISO code. */
  readonly country: string | undefined;
  readonly now: Date;
}

/** What was made of a field: a value, nothing (it was left empty), or a problem. A flag says what a person should look at. */
export type ReadField =
  | { readonly value?: FormValue; readonly flag?: FieldFlag; readonly upload?: UploadReference }
  | { readonly problem: FieldCode };

/** `phone-not-valid`, `country-not-known`: what was typed is kept as it is. */
export type FieldFlag = 'phone-not-valid' | 'country-not-known';

/** A file that was uploaded, as a form names it. */
export interface UploadReference {
  readonly uploadId: string;
  readonly token: string;
}

const EMPTY: ReadField = {};
const YES = ['true', 'on', 'yes', '1'];
const NO = ['false', 'off', 'no', '0', ''];
const MAX_COUNTRY = 100;
const SPACES = /\s+/g;
/** Two forms of one file: text `id:token` and { uploadId, token }. */
const UPLOAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UPLOAD_TOKEN = /^[A-Za-z0-9_.-]{16,256}$/;

/** Reads one field as it came, in whatever shape: never throws, and takes time in proportion to the text. */
export function readField(field: FieldDefinition, given: unknown, context: FieldContext): ReadField {
  switch (field.type) {
    case 'choices':
      return readChoices(field.options, given);
    case 'checkbox':
    case 'consent':
      return readBox(given);
    case 'upload':
      return readUpload(given);
    default: {
      const text = field.type === 'text' && field.list && isTexts(given) ? joined(given) : textOf(given);
      if (text === undefined) return { problem: 'NOT_TEXT' };
      return text === '' ? EMPTY : readText(field, text, context);
    }
  }
}

type OneText = Exclude<FieldDefinition, { readonly type: 'choices' | 'checkbox' | 'consent' | 'upload' }>;

function readText(field: OneText | FieldDefinition, text: string, context: FieldContext): ReadField {
  switch (field.type) {
    case 'email': {
      const result = normaliseEmail(text);
      return result.ok ? { value: result.email } : { problem: 'EMAIL_INVALID' };
    }
    case 'name': {
      const read = bounded(text.replace(SPACES, ' '), field, TEXT_LIMITS.name);
      return 'value' in read ? { value: personName(text, Number.POSITIVE_INFINITY) ?? text } : read;
    }
    case 'text':
      return bounded(oneLine(text), field, TEXT_LIMITS.text);
    case 'longtext':
      return bounded(text, field, TEXT_LIMITS.longtext);
    case 'phone': {
      const number = phoneNumber(text, context.country);
      if (number === undefined) return EMPTY;
      return { value: number.phone, ...(number.valid ? {} : { flag: 'phone-not-valid' }) };
    }
    case 'country': {
      const code = countryCode(text, context.language);
      if (code !== undefined) return { value: code };
      const kept = oneLine(text);
      return kept.length > MAX_COUNTRY
        ? { problem: 'NOT_A_CHOICE' }
        : { value: kept, flag: 'country-not-known' };
    }
    case 'choice': {
      const value = chosen(text, field.options);
      return value === undefined ? { problem: 'NOT_A_CHOICE' } : { value };
    }
    case 'date':
      return readDay(text, field.past ?? true, context);
    case 'time': {
      const value = timeOfDay(text, context.timeZone);
      return value === undefined ? { problem: 'TIME_INVALID' } : { value };
    }
    case 'number': {
      const value = plainNumber(text);
      if (value === undefined) return { problem: 'NUMBER_INVALID' };
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field;
      return value < min || value > max ? { problem: 'OUT_OF_RANGE' } : { value };
    }
    case 'hidden':
      if (field.values !== undefined && !field.values.includes(text)) return { problem: 'NOT_A_CHOICE' };
      return bounded(oneLine(text), {}, TEXT_LIMITS.hidden);
    default:
      return EMPTY;
  }
}

/** Undefined for what is no text. Numbers come from programs that send JSON. */
function textOf(given: unknown): string | undefined {
  if (given === undefined || given === null) return '';
  if (typeof given === 'number' && Number.isFinite(given)) return String(given);
  return typeof given === 'string' ? cleanText(given).trim() : undefined;
}

/** Undefined where a text of the list would be taken for two. */
function joined(given: readonly string[]): string | undefined {
  const texts = given.map((each) => cleanText(each).trim()).filter((each) => each !== '');
  return texts.some((each) => each.includes(';')) ? undefined : texts.join(';');
}

function oneLine(text: string): string {
  return text.replace(/[\n\t]/g, ' ').trim();
}

/** Characters as people count them: one emoji is one. */
function bounded(
  text: string,
  limits: { readonly min?: number; readonly max?: number },
  usual: number,
): ReadField {
  if (text === '') return EMPTY;
  const { min = 0, max = usual } = limits;
  const length = text.length <= max && min <= 1 ? 1 : [...text].length;
  if (length > max) return { problem: 'TOO_LONG' };
  return length < min ? { problem: 'TOO_SHORT' } : { value: text };
}

function readDay(text: string, past: boolean, { language, timeZone = 'UTC', now }: FieldContext): ReadField {
  const value = dayOf(text, { language, timeZone });
  if (value === undefined) return { problem: 'DATE_INVALID' };
  return !past && value < calendarDate(now, timeZone) ? { problem: 'DATE_PAST' } : { value };
}

function readChoices(options: Parameters<typeof chosenSeveral>[1], given: unknown): ReadField {
  if (given === undefined || given === null) return EMPTY;
  if (typeof given !== 'string' && !isTexts(given)) return { problem: 'NOT_TEXT' };
  const value = chosenSeveral(given, options);
  if (value === undefined) return { problem: 'NOT_A_CHOICE' };
  return value.length === 0 ? EMPTY : { value };
}

/** A box that is not ticked is not sent by a page. */
function readBox(given: unknown): ReadField {
  if (given === undefined || given === null) return EMPTY;
  const word = String(typeof given === 'object' ? '?' : given)
    .trim()
    .toLowerCase();
  if (YES.includes(word)) return { value: true };
  return NO.includes(word) ? { value: false } : { problem: 'NOT_A_CHOICE' };
}

function readUpload(given: unknown): ReadField {
  if (given === undefined || given === null || given === '') return EMPTY;
  const [uploadId, token] =
    typeof given === 'string' ? halves(given) : [own(given, 'uploadId'), own(given, 'token')];
  if (typeof uploadId !== 'string' || typeof token !== 'string') return { problem: 'UPLOAD_UNKNOWN' };
  if (!UPLOAD_ID.test(uploadId) || !UPLOAD_TOKEN.test(token)) return { problem: 'UPLOAD_UNKNOWN' };
  const id = uploadId.toLowerCase();
  return { value: id, upload: { uploadId: id, token } };
}

function halves(text: string): readonly [string, string] {
  const at = text.indexOf(':');
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
