import { isRecord, unknownKeys } from './config-problem.ts';
import {
  type FieldType,
  FORM_FIELD_KEYS,
  FORM_FIELD_TYPES,
  FORM_OPTION_KEYS,
  folded,
  TEXT_LIMITS,
  textsOf,
} from './forms.ts';
import { suggestion } from './nearest-name.ts';
import { isFormText, PROPERTY_NAME, PROPERTY_RULE } from './property-name.ts';
import { problemsOfAccept } from './uploads.ts';

/** Notes a problem of a place, or of something within it. */
export type Report = (message: string, key?: string) => void;

type Given = Readonly<Record<string, unknown>>;

/** HubSpot's words for why a portal may write to a person. */
const LEGAL_BASES = [
  'LEGITIMATE_INTEREST_PQL',
  'LEGITIMATE_INTEREST_CLIENT',
  'LEGITIMATE_INTEREST_OTHER',
  'PERFORMANCE_OF_CONTRACT',
  'CONSENT_WITH_NOTICE',
  'NON_GDPR',
  'PROCESS_AND_STORE',
];
const TYPES = Object.keys(FORM_FIELD_TYPES);
const COUNTRY = /^[A-Z]{2}$/;
/** What a browser may know by itself; the words of HTML, with its sections. */
const AUTOCOMPLETE = /^[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*){0,4}$/;
const VERSION = /^[\w.:-]{1,60}$/;
/** Longest text that a form can ask for, characters: well below the 65,536 of a HubSpot property. */
const MOST_CHARACTERS = 20_000;
const MOST_OPTIONS = 500;
const SEPARATOR = ';';

/** What is wrong with one field. */
export function problemsOfField(field: Given, fields: Given, report: Report): void {
  const { type, label, required, property, autocomplete } = field;
  if (!isType(type)) {
    report(
      `${JSON.stringify(type)} is none of ${TYPES.join(', ')}.${suggestion(String(type), TYPES)}`,
      'type',
    );
    return;
  }
  const known = { ...FORM_FIELD_KEYS, ...FORM_FIELD_TYPES[type].keys };
  for (const { message } of unknownKeys('', field, known)) report(message);
  if (!isFormText(label)) report('Give a text, or texts by language.', 'label');
  for (const key of ['placeholder', 'help'])
    if (field[key] !== undefined && !isFormText(field[key]))
      report('Give a text, or texts by language.', key);
  if (required !== undefined && typeof required !== 'boolean') report('Give true or false.', 'required');
  if (property !== undefined && !(typeof property === 'string' && PROPERTY_NAME.test(property)))
    report(PROPERTY_RULE, 'property');
  else if (property === 'email' && type !== 'email')
    report('Only a field of the type email sets the property email.', 'property');
  if (autocomplete !== undefined && !(typeof autocomplete === 'string' && AUTOCOMPLETE.test(autocomplete)))
    report('Give the words of HTML: given-name, organization.', 'autocomplete');
  checkOfType(type, field, fields, report);
}

function checkOfType(type: FieldType, field: Given, fields: Given, report: Report): void {
  switch (type) {
    case 'text':
      if (field.list !== undefined && typeof field.list !== 'boolean') report('Give true or false.', 'list');
      checkLength(field, TEXT_LIMITS.text, report);
      break;
    case 'longtext':
    case 'name':
      checkLength(field, TEXT_LIMITS[type], report);
      break;
    case 'phone':
      checkPhone(field.country, fields, report);
      break;
    case 'country':
      if (field.send !== undefined && field.send !== 'name' && field.send !== 'code')
        report(`${JSON.stringify(field.send)} is none of name, code.`, 'send');
      break;
    case 'choice':
    case 'choices':
      checkOptions(field.options, report);
      break;
    case 'date':
      if (field.past !== undefined && typeof field.past !== 'boolean') report('Give true or false.', 'past');
      break;
    case 'number':
      checkRange(field, report);
      break;
    case 'consent':
      checkConsent(field, report);
      break;
    case 'upload':
      for (const { message } of problemsOfAccept('', field.accept)) report(message, 'accept');
      if (field.maxBytes !== undefined && !(Number.isInteger(field.maxBytes) && Number(field.maxBytes) > 0))
        report('Give a whole number of bytes.', 'maxBytes');
      break;
    case 'hidden':
      if (field.values !== undefined && !isTexts(field.values)) report('Give a list of texts.', 'values');
      break;
    default:
      break;
  }
}

function checkLength({ min, max }: Given, usual: number, report: Report): void {
  const isLength = (value: unknown, least: number) =>
    value === undefined ||
    (Number.isInteger(value) && Number(value) >= least && Number(value) <= MOST_CHARACTERS);
  if (!isLength(max, 1)) report(`Give a whole number from 1 to ${MOST_CHARACTERS}.`, 'max');
  if (!isLength(min, 0)) report(`Give a whole number from 0 to ${MOST_CHARACTERS}.`, 'min');
  else if (Number(min ?? 0) > Number(max ?? usual)) report('It is larger than max.', 'min');
}

function checkRange({ min, max }: Given, report: Report): void {
  for (const [key, value] of [['min', min] as const, ['max', max] as const])
    if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value)))
      report('Give a number.', key);
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    report('It is larger than max.', 'min');
}

function checkPhone(country: unknown, fields: Given, report: Report): void {
  if (country === undefined || (typeof country === 'string' && COUNTRY.test(country))) return;
  const known = Object.entries(fields)
    .filter(([, field]) => isRecord(field) && field.type === 'country')
    .map(([name]) => name);
  if (typeof country === 'string' && known.includes(country)) return;
  report(
    `${JSON.stringify(country)} is neither a field of the type country nor a code such as DE.${suggestion(String(country), known)}`,
    'country',
  );
}

function checkOptions(options: unknown, report: Report): void {
  if (!Array.isArray(options) || options.length === 0) {
    report("Give what can be chosen: ['small', { value: 'large', label: 'Large' }].", 'options');
    return;
  }
  if (options.length > MOST_OPTIONS) report(`There are at most ${MOST_OPTIONS}.`, 'options');
  const seen = new Map<string, string>();
  for (const [place, option] of (options as readonly unknown[]).entries()) {
    const key = `options[${place}]`;
    const given: unknown = typeof option === 'string' ? { value: option } : option;
    if (!isRecord(given)) {
      report(`Give a value or an object with ${Object.keys(FORM_OPTION_KEYS).join(', ')}.`, key);
      continue;
    }
    for (const { message } of unknownKeys('', given, FORM_OPTION_KEYS)) report(message, key);
    const { value, label, send } = given;
    if (!isChoice(value)) {
      report(`${JSON.stringify(value)} cannot be a value: use a text without ";".`, key);
      continue;
    }
    if (label !== undefined && !isFormText(label))
      report('Give a text, or texts by language.', `${key}.label`);
    if (send !== undefined && !isChoice(send)) report('Give a text without ";".', `${key}.send`);
    // What was typed is found by value or label: one text must not mean two options.
    const texts = new Set([value, ...(isFormText(label) ? textsOf(label) : [])].map(folded));
    const owner = [...texts].map((text) => seen.get(text)).find((each) => each !== undefined);
    if (owner !== undefined) report(`${value} and ${owner} cannot be told apart: change one.`, key);
    for (const text of texts) seen.set(text, value);
  }
}

function checkConsent({ text, version, subscription, legal }: Given, report: Report): void {
  if (!isFormText(text)) report('Give what is agreed to: a text, or texts by language.', 'text');
  if (typeof version !== 'string' || !VERSION.test(version))
    report('Name the wording, to be changed with it: 2026-11.', 'version');
  if (subscription !== undefined && !(typeof subscription === 'string' && subscription.trim() !== ''))
    report('Give the name or id of a kind of e-mail.', 'subscription');
  if (legal === undefined) return;
  if (!isRecord(legal)) {
    report('Give { basis, explanation }.', 'legal');
    return;
  }
  for (const { message } of unknownKeys('', legal, { basis: '', explanation: '' })) report(message, 'legal');
  const { basis, explanation } = legal;
  if (typeof basis !== 'string' || !LEGAL_BASES.includes(basis))
    report(
      `${JSON.stringify(basis)} is none of ${LEGAL_BASES.join(', ')}.${suggestion(String(basis), LEGAL_BASES)}`,
      'legal.basis',
    );
  if (typeof explanation !== 'string' || explanation.trim() === '')
    report('Say when and where people agree.', 'legal.explanation');
  if (subscription === undefined) report('It belongs to a subscription: name one.', 'legal');
}

function isType(type: unknown): type is FieldType {
  return typeof type === 'string' && Object.hasOwn(FORM_FIELD_TYPES, type);
}

function isChoice(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !value.includes(SEPARATOR);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
}
