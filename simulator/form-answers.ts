import { isIP } from 'node:net';
import { isObject, numberOf, textOf } from './call.ts';
import { legalFaults, readConsent } from './form-legal.ts';
import type { FormDefinition, FormField } from './form-store.ts';
import { isEmail, normaliseEmail } from './validation.ts';

const MAX_FIELDS = 1_000;
const MAX_VALUE = 65_536;
const MS_PER_DAY = 86_400_000;
/** Submissions may be handed in late, but no later. */
const MAX_AGE_DAYS = 30;
const HUTK = /^[0-9a-f]{32}$/i;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
/** Blocked where a form wants business addresses only. */
const FREE_MAIL = ['gmail.com', 'googlemail.com', 'yahoo.com', 'hotmail.com', 'outlook.com', 'aol.com'];

export interface ContactField {
  readonly objectTypeId: string;
  readonly name: string;
  readonly value: string;
}

/** A kind of e-mail that was agreed to with the form. */
export interface FormConsent {
  readonly subscriptionId: number;
  readonly legalBasis: 'CONSENT_WITH_NOTICE' | 'LEGITIMATE_INTEREST_CLIENT' | 'LEGITIMATE_INTEREST_PQL';
  readonly text: string;
}

export interface FormFault {
  message: string;
  errorType: string;
}

/** A filled form that can be taken. */
export interface FormAnswers {
  submittedAt: number;
  fields: ContactField[];
  hutk: string | undefined;
  pageUrl: string | undefined;
  pageName: string | undefined;
  consent: FormConsent[];
}

/** Checks a filled form against its definition. Pure. Everything that is wrong is named at once. */
export function checkAnswers(
  form: FormDefinition,
  body: Record<string, unknown>,
  now: number,
): { answers: FormAnswers; faults: FormFault[] } {
  const faults: FormFault[] = [];
  const note = (place: string, what: string, errorType: string) =>
    faults.push({ message: `Error in '${place}'. ${what}`, errorType });
  if (form.formType === 'blog_comment')
    note('formGuid', 'Forms of the type blog_comment take no submissions', 'FORM_TYPE_NOT_ALLOWED');
  if (form.configuration.recaptchaEnabled)
    note(
      'formGuid',
      'The form asks for a captcha, which this call cannot carry',
      'FORM_HAS_RECAPTCHA_ENABLED',
    );
  const given = Array.isArray(body.fields) ? body.fields : [];
  if (given.length > MAX_FIELDS) {
    const what = `There are ${given.length} values, over the limit of ${MAX_FIELDS}`;
    note('fields', what, 'MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED');
  }
  const fields = given.slice(0, MAX_FIELDS).flatMap(readField);
  if (!Array.isArray(body.fields) || fields.length < Math.min(given.length, MAX_FIELDS))
    note('fields', 'A list of names and values was expected', 'INVALID_METADATA');
  checkFields(form, fields, note);
  const context = checkContext(body.context, note);
  const submittedAt = body.submittedAt === undefined ? now : numberOf(body.submittedAt);
  if (!(submittedAt > now - MAX_AGE_DAYS * MS_PER_DAY && submittedAt <= now + MS_PER_DAY))
    note('submittedAt', `${textOf(body.submittedAt)} is no time within the last month`, 'INVALID_METADATA');
  legalFaults(form, body.legalConsentOptions, note);
  const consent = faults.length === 0 ? readConsent(body.legalConsentOptions) : [];
  return { answers: { submittedAt, fields, ...context, consent }, faults };
}

export type NoteFault = (place: string, what: string, errorType: string) => void;

function readField(field: unknown): ContactField[] {
  if (!isObject(field) || typeof field.name !== 'string') return [];
  const { objectTypeId, name, value } = field;
  if (typeof value === 'object' && value !== null) return [];
  return [
    {
      objectTypeId: typeof objectTypeId === 'string' ? objectTypeId : '0-1',
      name,
      value: value === undefined || value === null ? '' : textOf(value),
    },
  ];
}

function checkFields(form: FormDefinition, fields: readonly ContactField[], note: NoteFault): void {
  const defined = form.fieldGroups.flatMap((group) => group.fields);
  const keyOf = ({ objectTypeId, name }: { objectTypeId: string; name: string }) => `${objectTypeId}/${name}`;
  const byKey = new Map(defined.map((field) => [keyOf(field), field]));
  const filled = new Set(fields.filter(({ value }) => value.trim() !== '').map(keyOf));
  for (const field of defined) {
    if (field.required && !filled.has(keyOf(field)))
      note(`fields.${field.name}`, `Required field '${field.name}' is missing`, 'REQUIRED_FIELD');
  }
  for (const field of fields) {
    const definition = byKey.get(keyOf(field));
    if (!definition) {
      note(
        `fields.${field.name}`,
        `The form has no field '${field.name}' of ${field.objectTypeId}`,
        'FIELD_NOT_IN_FORM_DEFINITION',
      );
    } else if (field.value.trim() !== '') checkValue(definition, field.value, note);
  }
}

function checkValue(field: FormField, value: string, note: NoteFault): void {
  const place = `fields.${field.name}`;
  if (value.length > MAX_VALUE) {
    note(
      place,
      `The value has ${value.length} characters, over the limit of ${MAX_VALUE}`,
      'INPUT_TOO_LARGE',
    );
    return;
  }
  if (field.name === 'email' || field.fieldType === 'email') checkEmail(field, value, note);
  else if (field.fieldType === 'number') checkNumber(field, value, note);
  else if (field.options && field.options.length > 0) {
    const allowed = new Set(field.options.map((option) => option.value));
    const wrong = value.split(';').find((each) => !allowed.has(each));
    if (wrong !== undefined)
      note(place, `'${wrong}' is not one of the field's options`, 'VALUE_NOT_IN_FIELD_DEFINITION');
  }
}

function checkEmail({ name, validation }: FormField, value: string, note: NoteFault): void {
  const email = normaliseEmail(value);
  if (!isEmail(email)) {
    note(`fields.${name}`, `'${value}' is not a valid email`, 'INVALID_EMAIL');
    return;
  }
  const domain = email.slice(email.lastIndexOf('@') + 1);
  const blocked = [
    ...(validation?.blockedEmailDomains ?? []),
    ...(validation?.useDefaultBlockList ? FREE_MAIL : []),
  ];
  if (blocked.includes(domain))
    note(`fields.${name}`, `Addresses at ${domain} are not taken by this form`, 'BLOCKED_EMAIL');
}

function checkNumber({ name, validation }: FormField, value: string, note: NoteFault): void {
  if (!NUMBER.test(value.trim())) {
    note(`fields.${name}`, `'${value}' is not a valid number`, 'INVALID_NUMBER');
    return;
  }
  const digits = value.replace(/\D/g, '').length;
  const { minAllowedDigits = 0, maxAllowedDigits = Number.POSITIVE_INFINITY } = validation ?? {};
  if (digits < minAllowedDigits || digits > maxAllowedDigits) {
    const what = `'${value}' has ${digits} digits, allowed are ${minAllowedDigits} to ${maxAllowedDigits}`;
    note(`fields.${name}`, what, 'NUMBER_OUT_OF_RANGE');
  }
}

function checkContext(context: unknown, note: NoteFault): Pick<FormAnswers, 'hutk' | 'pageUrl' | 'pageName'> {
  const none = { hutk: undefined, pageUrl: undefined, pageName: undefined };
  if (context === undefined || context === null) return none;
  if (!isObject(context)) {
    note('context', 'An object was expected', 'INVALID_METADATA');
    return none;
  }
  const text = (name: string): string | undefined => {
    const value = context[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    note(`context.${name}`, `'${textOf(value)}' is not a text`, 'INVALID_METADATA');
    return undefined;
  };
  const hutk = text('hutk');
  if (hutk !== undefined && !HUTK.test(hutk))
    note('context.hutk', `'${hutk}' is not a valid Hutk`, 'INVALID_HUTK');
  const ipAddress = text('ipAddress');
  if (ipAddress !== undefined && isIP(ipAddress) === 0)
    note('context.ipAddress', `'${ipAddress}' is not a valid IP address`, 'INVALID_IP_ADDRESS');
  const pageUrl = text('pageUri');
  if (pageUrl !== undefined && !URL.canParse(pageUrl))
    note('context.pageUri', `'${pageUrl}' is not a valid address`, 'INVALID_PAGE_URI');
  const webinar = text('goToWebinarWebinarKey');
  if (webinar !== undefined && !/^\d+$/.test(webinar)) {
    const what = `'${webinar}' is not a valid webinar key`;
    note('context.goToWebinarWebinarKey', what, 'INVALID_GOTOWEBINAR_WEBINAR_KEY');
  }
  return { hutk, pageUrl, pageName: text('pageName') };
}
