import { suggestion } from '../config/nearest-name.ts';
import type { Properties } from './effects.ts';
import { normaliseEmail } from './transforms/email.ts';
import { MAX_TEXT } from './transforms/text.ts';

/** A property of the portal, as far as a check needs it. */
export interface PropertyDefinition {
  readonly name: string;
  /** string, number, bool, date, datetime, enumeration, phone_number; types unknown here are not checked. */
  readonly type: string;
  /** text, textarea, select, checkbox, booleancheckbox, …; `checkbox` takes several choices. */
  readonly fieldType: string;
  readonly options: readonly PropertyOption[];
  readonly readOnlyValue: boolean;
  readonly calculated: boolean;
  readonly hasUniqueValue: boolean;
}

export interface PropertyOption {
  readonly value: string;
  readonly label: string;
  readonly hidden?: boolean;
}

export interface PropertyProblem {
  readonly property: string;
  readonly reason:
    | 'unknown'
    | 'read-only'
    | 'option'
    | 'number'
    | 'bool'
    | 'date'
    | 'datetime'
    | 'email'
    | 'too-long';
  /** One sentence that ends with what to do; never the value, but for a choice that is not allowed. */
  readonly message: string;
}

/** HubSpot refuses numbers with grouping, a currency or an exponent. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
const MILLISECONDS = /^-?\d{1,15}$/;
const DAY_MS = 86_400_000;
const MAX_LISTED_OPTIONS = 10;
const MAX_SHOWN_OPTION = 60;

/** What HubSpot would refuse of these wire values, judged by the portal's own definitions. `''` clears, so it fits every type. */
export function checkProperties(
  properties: Properties,
  definitions: readonly PropertyDefinition[] | ReadonlyMap<string, PropertyDefinition>,
): PropertyProblem[] {
  const byName =
    'get' in definitions
      ? definitions
      : new Map(definitions.map((definition) => [definition.name, definition]));
  return Object.entries(properties).flatMap(([name, value]) => {
    const definition = byName.get(name);
    if (definition === undefined) {
      const hint = suggestion(name, byName.keys()) || ' Create it, or correct the name.';
      return [{ property: name, reason: 'unknown', message: `The portal has no property ${name}.${hint}` }];
    }
    const problem = problemOf(definition, value);
    return problem === undefined ? [] : [problem];
  });
}

function problemOf(definition: PropertyDefinition, value: string): PropertyProblem | undefined {
  const { name } = definition;
  const problem = (reason: PropertyProblem['reason'], message: string) => ({
    property: name,
    reason,
    message,
  });
  if (definition.readOnlyValue || definition.calculated) {
    return problem('read-only', `HubSpot sets ${name} itself: leave it out of the mapping.`);
  }
  if (value === '') return undefined;
  if (value.length > MAX_TEXT) {
    return problem(
      'too-long',
      `The value of ${name} has ${value.length} characters and the limit is ${MAX_TEXT}: shorten it.`,
    );
  }
  switch (definition.type) {
    case 'number':
      return NUMBER.test(value)
        ? undefined
        : problem('number', `${name} takes a number such as 12.5: send digits only.`);
    case 'bool':
      return isBool(value) ? undefined : problem('bool', `${name} takes true or false: send a boolean.`);
    case 'date':
      return isDay(value)
        ? undefined
        : problem('date', `${name} takes a day (YYYY-MM-DD): use calendarDate(date) in the mapping.`);
    case 'datetime':
      return isInstant(value)
        ? undefined
        : problem('datetime', `${name} takes a time (ISO 8601 in UTC or milliseconds): send a Date.`);
    case 'enumeration':
      return optionProblem(definition, value);
    default:
      return name === 'email' && !normaliseEmail(value).ok
        ? problem('email', 'The value of email is no usable address: correct it at its source.')
        : undefined;
  }
}

function optionProblem(definition: PropertyDefinition, value: string): PropertyProblem | undefined {
  const { name, options, fieldType } = definition;
  // Options kept elsewhere (owners, business units) are not in the definition.
  if (options.length === 0) return undefined;
  const allowed = new Set(options.map((option) => option.value));
  // A leading separator appends to what is there.
  const choices = fieldType === 'checkbox' ? value.replace(/^;/, '').split(';') : [value];
  const wrong = choices.find((choice) => !allowed.has(choice));
  if (wrong === undefined) return undefined;
  const byLabel = options.find((option) => option.label.toLowerCase() === wrong.toLowerCase());
  const hint = byLabel
    ? ` That is the label of ${byLabel.value}: send the value.`
    : suggestion(wrong, allowed) || ` Allowed: ${listed([...allowed])}.`;
  return {
    property: name,
    reason: 'option',
    message: `${name} has no option ${JSON.stringify(wrong.slice(0, MAX_SHOWN_OPTION))}.${hint}`,
  };
}

function isBool(value: string): boolean {
  return value === 'true' || value === 'false';
}

function isDay(value: string): boolean {
  if (MILLISECONDS.test(value)) return Number(value) % DAY_MS === 0;
  if (INSTANT.test(value)) return Date.parse(value) % DAY_MS === 0;
  const parts = DAY.exec(value);
  // Date.parse takes 31 February in some forms; the round trip does not.
  return parts !== null && roundTrips(value);
}

function isInstant(value: string): boolean {
  if (MILLISECONDS.test(value)) return true;
  if (DAY.test(value)) return roundTrips(value);
  return INSTANT.test(value) && !Number.isNaN(Date.parse(value));
}

function roundTrips(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function listed(values: readonly string[]): string {
  const shown = values.slice(0, MAX_LISTED_OPTIONS).join(', ');
  return values.length > MAX_LISTED_OPTIONS
    ? `${shown} and ${values.length - MAX_LISTED_OPTIONS} more`
    : shown;
}
