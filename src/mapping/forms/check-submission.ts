import type { FieldCode } from '../../config/form-codes.ts';
import {
  emailFieldOf,
  type FieldDefinition,
  type FormDefinition,
  type FormValue,
  type FormValues,
  TEXT_LIMITS,
  textIn,
} from '../../config/forms.ts';
import { isTimeZone } from '../transforms/time-of-day.ts';
import { type FormTexts, filledIn, formLanguage, formTexts } from './form-texts.ts';
import { type FieldContext, type FieldFlag, readField, type UploadReference } from './read-field.ts';

/** What is known of the visitor beside the form. */
export interface SubmissionContext {
  /** As the visitor reads: `de`, `en-GB`. */
  readonly language: string;
  /** IANA name; one that is not known is left out. */
  readonly timeZone?: string | undefined;
  /** `website.defaultCountry`. */
  readonly defaultCountry?: string | undefined;
  readonly now: Date;
  /** `website.messages`. */
  readonly messages?: FormTexts | undefined;
}

/** A field that was not accepted; the message is in the language of the visitor and may be shown. */
export interface FieldProblem {
  readonly field: string;
  readonly code: FieldCode;
  readonly message: string;
}

/** What a transform made of a field; `from` has at most 200 characters. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: FormValue;
  /** The type of the field, whose transform it was. */
  readonly rule: FieldDefinition['type'];
}

/** What a visitor agreed to, or did not: the wording as it was shown. */
export interface ConsentAnswer {
  readonly field: string;
  readonly text: string;
  readonly version: string;
  readonly language: string;
  readonly given: boolean;
  /** Name or id of the kind of e-mail; null for a consent that is kept by Spoke alone. */
  readonly subscription: string | null;
}

export type SubmissionCheck =
  | {
      readonly ok: true;
      /** By field; what was left empty is absent. */
      readonly values: FormValues;
      readonly changes: readonly FieldChange[];
      readonly flags: readonly { readonly field: string; readonly flag: FieldFlag }[];
      readonly consents: readonly ConsentAnswer[];
      /** Files that the submission claims, with the tokens that prove it. */
      readonly uploads: readonly (UploadReference & { readonly field: string })[];
    }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

const MAX_FROM = 200;

/**
 * Checks what somebody sent as a form, and brings each field into its one form. Only the fields of the form are looked at: whatever else
 * is in the body is left out. Pure; never throws, whatever the body holds.
 */
export function checkSubmission(
  form: FormDefinition,
  body: Readonly<Record<string, unknown>>,
  context: SubmissionContext,
): SubmissionCheck {
  const language = formLanguage(context.language, form, context.messages);
  const known = { language: context.language, now: context.now, timeZone: timeZoneOf(form, body, context) };
  const finder = emailFieldOf(form);
  const values = new Map<string, FormValue>();
  const changes: FieldChange[] = [];
  const flags: { readonly field: string; readonly flag: FieldFlag }[] = [];
  const consents: ConsentAnswer[] = [];
  const uploads: (UploadReference & { readonly field: string })[] = [];
  const problems: FieldProblem[] = [];
  // A phone number may need the country that stands below it.
  const order = Object.entries(form.fields).sort(
    ([, a], [, b]) => Number(b.type === 'country') - Number(a.type === 'country'),
  );
  for (const [name, field] of order) {
    const given = Object.hasOwn(body, name) ? body[name] : undefined;
    const country =
      field.type === 'phone' ? countryOf(field.country, values, context.defaultCountry) : undefined;
    const read = readField(field, given, { ...known, country } satisfies FieldContext);
    const problem =
      'problem' in read ? read.problem : missing(field, read.value, field.required ?? name === finder);
    if (problem !== undefined) {
      const text = formTexts(language, context.messages)[problem];
      problems.push({ field: name, code: problem, message: filledIn(text, factsOf(field)) });
      continue;
    }
    if ('problem' in read) continue;
    if (field.type === 'consent') {
      const { version, subscription = null } = field;
      const said = textIn(field.text, language);
      consents.push({ field: name, text: said, version, language, given: read.value === true, subscription });
    }
    if (read.upload !== undefined) uploads.push({ field: name, ...read.upload });
    if (read.flag !== undefined) flags.push({ field: name, flag: read.flag });
    if (read.value === undefined) continue;
    values.set(name, read.value);
    if (!isSame(given, read.value, field))
      changes.push({ field: name, from: shortened(given), to: read.value, rule: field.type });
  }
  if (problems.length > 0) return { ok: false, problems: inOrder(form, problems) };
  const accepted = Object.fromEntries(
    inOrder(
      form,
      [...values].map(([field, value]) => ({ field, value })),
    ).map(({ field, value }) => [field, value]),
  );
  return { ok: true, values: accepted, changes, flags, consents, uploads };
}

/** To look at the name of a time zone takes longer than all the rest: only where a day or a time was given. */
function timeZoneOf(
  { fields }: FormDefinition,
  body: Readonly<Record<string, unknown>>,
  { timeZone }: SubmissionContext,
): string | undefined {
  const isUsed = Object.entries(fields).some(
    ([name, { type }]) => (type === 'date' || type === 'time') && Object.hasOwn(body, name),
  );
  return isUsed && timeZone !== undefined && isTimeZone(timeZone) ? timeZone : undefined;
}

/** What a text about a field can name. */
export function factsOf(field: FieldDefinition): Readonly<Record<string, unknown>> {
  const usual =
    field.type === 'text' || field.type === 'longtext' || field.type === 'name'
      ? { max: TEXT_LIMITS[field.type] }
      : {};
  return { ...usual, ...field };
}

function missing(
  field: FieldDefinition,
  value: FormValue | undefined,
  required: boolean,
): FieldCode | undefined {
  if (!required) return undefined;
  if (field.type === 'consent') return value === true ? undefined : 'CONSENT_REQUIRED';
  return value === undefined || (field.type === 'checkbox' && value === false) ? 'REQUIRED' : undefined;
}

function countryOf(
  country: string | undefined,
  values: ReadonlyMap<string, FormValue>,
  usual: string | undefined,
): string | undefined {
  if (country === undefined) return usual;
  if (/^[A-Z]{2}$/.test(country)) return country;
  const value = values.get(country);
  return typeof value === 'string' ? value : usual;
}

function inOrder<One extends { readonly field: string }>(form: FormDefinition, list: readonly One[]): One[] {
  const names = Object.keys(form.fields);
  return [...list].sort((a, b) => names.indexOf(a.field) - names.indexOf(b.field));
}

/** Ticked boxes and lists have several forms that mean the same; only texts and numbers are worth a record. */
function isSame(given: unknown, value: FormValue, field: FieldDefinition): boolean {
  if (typeof value === 'boolean' || field.type === 'upload') return true;
  if (typeof value === 'object') return Array.isArray(given) && given.join(';') === value.join(';');
  return String(given) === String(value);
}

function shortened(given: unknown): unknown {
  if (typeof given === 'string') return given.slice(0, MAX_FROM);
  if (Array.isArray(given)) return given.map(String).join(';').slice(0, MAX_FROM);
  return given;
}
