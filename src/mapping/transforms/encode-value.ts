import { MappingError } from '../mapping-error.ts';
import { cleanText, MAX_TEXT } from './text.ts';

/** What a property can be set to; `null` clears it. */
export type PropertyValue = string | number | boolean | Date | readonly string[] | null;

/** Property name to value: absent or undefined leaves the property as it is, null clears it, a value sets it. */
export type PropertyValues = Readonly<Record<string, PropertyValue | undefined>>;

/** HubSpot joins and splits the choices of a multi-select with it; a leading one would append to what is there. */
const SEPARATOR = ';';

/**
 * The wire form of a value: text cleaned; numbers without grouping or exponent; `true`/`false`; dates as ISO 8601 in UTC;
 * multi-selects joined with `;`, repeats and empty choices left out; `null` and an empty list as `''`, which clears.
 *
 * @throws MappingError PROPERTY_VALUE_UNUSABLE for what HubSpot has no form for, and beyond 65,536 characters.
 */
export function encodeValue(name: string, value: PropertyValue): string {
  if (typeof value === 'string') return bounded(name, cleanText(value));
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return encodeNumber(name, value);
  if (value instanceof Date) return encodeDate(name, value);
  if (Array.isArray(value)) return bounded(name, encodeChoices(name, value));
  throw unusable(
    name,
    `is ${describe(value)}: give text, a number, a boolean, a Date, a list of texts or null`,
  );
}

/** The wire form of each value that is given. Raises as `encodeValue`. */
export function encodeProperties(properties: PropertyValues = {}): Record<string, string> {
  const encoded: Record<string, string> = {};
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    if (value !== undefined && name !== '__proto__') encoded[name] = encodeValue(name, value);
  }
  return encoded;
}

/** A calendar day as HubSpot's `date` properties take it (`YYYY-MM-DD`), in UTC unless a time zone (IANA name) is given. */
export function calendarDate(date: Date, timeZone = 'UTC'): string {
  if (Number.isNaN(date.getTime()))
    throw new MappingError('PROPERTY_VALUE_UNUSABLE', 'The date is not a valid Date: check how it was made.');
  if (timeZone === 'UTC') return date.toISOString().slice(0, 10);
  // The Swedish form of a date is the ISO form.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(date);
}

function encodeNumber(name: string, value: number): string {
  if (!Number.isFinite(value)) throw unusable(name, `is ${value}: only finite numbers can be sent`);
  const text = String(value === 0 ? 0 : value);
  // 1e21 and beyond, and below 1e-6: JavaScript writes an exponent, which HubSpot refuses.
  if (!text.includes('e')) return text;
  return Number.isInteger(value)
    ? BigInt(value).toString()
    : value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '');
}

function encodeDate(name: string, value: Date): string {
  if (Number.isNaN(value.getTime())) throw unusable(name, 'is not a valid Date: check how it was made');
  return value.toISOString();
}

function encodeChoices(name: string, values: readonly unknown[]): string {
  const choices = new Set<string>();
  for (const value of values) {
    if (typeof value !== 'string')
      throw unusable(name, `holds ${describe(value)} in its list: choices are texts`);
    const choice = cleanText(value).trim();
    if (choice.includes(SEPARATOR)) {
      throw unusable(name, 'has a choice with a semicolon in it, which HubSpot would split in two');
    }
    if (choice !== '') choices.add(choice);
  }
  return [...choices].join(SEPARATOR);
}

function bounded(name: string, text: string): string {
  if (text.length <= MAX_TEXT) return text;
  throw unusable(
    name,
    `has ${text.length} characters and HubSpot takes ${MAX_TEXT}: shorten it with filledText(value, max)`,
  );
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

function unusable(property: string, what: string): MappingError {
  return new MappingError('PROPERTY_VALUE_UNUSABLE', `The value of property ${property} ${what}.`, {
    facts: { property },
  });
}
