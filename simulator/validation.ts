import type { Behaviour } from './behaviour.ts';
import { textOf } from './call.ts';
import type { Property, PropertyRegistry } from './property-registry.ts';
import type { Version } from './version.ts';

/** HubSpot's ceiling for text values. */
const MAX_TEXT = 65_536;
/** RFC 5321: 64 before the @, 254 in all. */
const MAX_LOCAL_PART = 64;
const MAX_ADDRESS = 254;
const MS_PER_DAY = 86_400_000;
const EMAIL = /^[^\s@,;:"()<>[\]\\\p{Cc}]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}$/u;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;
const ISO_DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
const INTEGER = /^-?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** One thing wrong with one property of one input. */
export interface PropertyFault {
  name: string;
  code: string;
  message: string;
}

/** Sent with 2xx answers of 2026-09 when a value was changed to fit. */
export interface PropertyWarning {
  category: 'PROPERTY_VALUE_NORMALIZED';
  message: string;
  context: { propertyName: string; rawValue: string; normalizedValue: string };
}

/** Values ready to be stored, in the caller's order; '' clears. A leading ';' (append) is left for the writer to resolve. */
export interface ValidatedProperties {
  values: [name: string, value: string][];
  faults: PropertyFault[];
  warnings: PropertyWarning[];
}

export interface ValidationContext {
  registry: PropertyRegistry;
  version: Version;
  behaviour: Behaviour;
}

/** Checks and normalises the values of one input. Values that are JSON objects or arrays are refused by the body's parser before. */
export function validateProperties(
  properties: Record<string, unknown>,
  context: ValidationContext,
): ValidatedProperties {
  const result: ValidatedProperties = { values: [], faults: [], warnings: [] };
  for (const name of Object.keys(properties)) {
    const property = context.registry.get(name);
    if (!property) {
      fault(result, name, 'PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`);
      continue;
    }
    if (property.readOnlyValue) {
      fault(result, name, 'READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`);
      continue;
    }
    const given = properties[name];
    let text = typeof given === 'string' ? given : textOf(given ?? '');
    if (given === null && context.behaviour.nullValues !== 'clear') {
      if (context.behaviour.nullValues === 'ignore') continue;
      fault(
        result,
        name,
        'INVALID_VALUE',
        `A value of null is not allowed for ${name}; send an empty string to clear it.`,
      );
      continue;
    }
    if (text.length > MAX_TEXT) {
      if (context.behaviour.overlongStrings === 'refuse') {
        fault(
          result,
          name,
          'INVALID_STRING',
          `The value of ${name} is ${text.length} characters long, over the limit of ${MAX_TEXT}.`,
        );
        continue;
      }
      text = text.slice(0, MAX_TEXT);
    }
    if (property.kind === 'text' || property.kind === 'stage' || text === '')
      result.values.push([name, text]);
    else checkValue(property, text, context, result);
  }
  return result;
}

/** The form under which addresses and unique values are compared. */
export function normaliseEmail(address: string): string {
  return address.trim().toLowerCase();
}

/** Of what people enter as a domain, `https://www.Example.com/about` say, the host is kept. */
function normaliseDomain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/?#].*$/, '');
}

function checkValue(
  property: Property,
  text: string,
  context: ValidationContext,
  result: ValidatedProperties,
): void {
  const { name } = property;
  switch (property.kind) {
    case 'email': {
      const address = normaliseEmail(text);
      if (!isEmail(address)) fault(result, name, 'INVALID_EMAIL', `Email address ${text} is invalid`);
      else result.values.push([name, address]);
      return;
    }
    case 'emails': {
      const addresses = text.split(';').map(normaliseEmail);
      const wrong = addresses.find((address) => address !== '' && !isEmail(address));
      if (wrong !== undefined) fault(result, name, 'INVALID_EMAIL', `Email address ${wrong} is invalid`);
      else result.values.push([name, addresses.join(';')]);
      return;
    }
    case 'domain':
      result.values.push([name, normaliseDomain(text)]);
      return;
    case 'number': {
      const trimmed = text.trim();
      if (!NUMBER.test(trimmed)) fault(result, name, 'INVALID_NUMBER', `${text} was not a valid number.`);
      else result.values.push([name, trimmed]);
      return;
    }
    case 'bool': {
      const lower = text.trim().toLowerCase();
      if (lower !== 'true' && lower !== 'false') invalidOption(result, property, text);
      else result.values.push([name, lower]);
      return;
    }
    case 'datetime': {
      const ms = toInstant(text.trim());
      if (ms === undefined) fault(result, name, 'INVALID_LONG', `${text} was not a valid long.`);
      else result.values.push([name, new Date(ms).toISOString()]);
      return;
    }
    case 'date':
      checkDate(property, text.trim(), context, result);
      return;
    case 'option':
      if (!property.optionValues.has(text)) invalidOption(result, property, text);
      else result.values.push([name, text]);
      return;
    case 'options': {
      const wrong = text.split(';').find((value) => value !== '' && !property.optionValues.has(value));
      if (wrong !== undefined) invalidOption(result, property, wrong);
      else result.values.push([name, text]);
      return;
    }
    default: {
      const wrong = text.split(';').find((value) => value !== '' && !INTEGER.test(value));
      if (wrong === undefined) result.values.push([name, text]);
      else if (context.behaviour.wrongIdCode === 'INVALID_OPTION') invalidOption(result, property, wrong);
      else fault(result, name, 'INVALID_INTEGER', `${wrong} was not a valid integer.`);
    }
  }
}

/** 2026-09 rounds an instant down to its day and says so; the versions before refuse it. */
function checkDate(
  property: Property,
  text: string,
  context: ValidationContext,
  result: ValidatedProperties,
): void {
  const { name } = property;
  const ms = toInstant(text);
  if (ms === undefined) {
    fault(result, name, 'INVALID_DATE', `${text} was not a valid date.`);
    return;
  }
  const iso = new Date(ms).toISOString();
  const day = iso.slice(0, 10);
  if (ms % MS_PER_DAY === 0) {
    result.values.push([name, day]);
    return;
  }
  if (context.version !== '2026-09') {
    fault(result, name, 'INVALID_DATE', `${ms} is at ${iso.slice(11, -1)} UTC, not midnight!`);
    return;
  }
  result.values.push([name, day]);
  result.warnings.push({
    category: 'PROPERTY_VALUE_NORMALIZED',
    message: `The value of ${name} was normalized to midnight UTC`,
    context: { propertyName: name, rawValue: text, normalizedValue: day },
  });
}

function toInstant(text: string): number | undefined {
  if (!INTEGER.test(text) && !ISO_DATE.test(text) && !ISO_DATETIME.test(text)) return undefined;
  const ms = INTEGER.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

/** Whether a text, already trimmed and lower-case, is an address a contact may have. */
export function isEmail(address: string): boolean {
  return address.length <= MAX_ADDRESS && address.indexOf('@') <= MAX_LOCAL_PART && EMAIL.test(address);
}

function invalidOption(result: ValidatedProperties, property: Property, value: string): void {
  const allowed = [...property.optionValues].join(', ');
  fault(result, property.name, 'INVALID_OPTION', `${value} was not one of the allowed options: [${allowed}]`);
}

function fault(result: ValidatedProperties, name: string, code: string, message: string): void {
  result.faults.push({ name, code, message });
}
