import { badRequest } from './api-error.ts';
import { isObject, textOf } from './call.ts';
import { splitList } from './object-store.ts';
import type { Property } from './property-registry.ts';
import { matchesWildcard, tokensOf } from './search-tokens.ts';

/** What each operator needs besides the property. */
const OPERATORS = {
  EQ: 'value',
  NEQ: 'value',
  LT: 'value',
  LTE: 'value',
  GT: 'value',
  GTE: 'value',
  BETWEEN: 'range',
  IN: 'values',
  NOT_IN: 'values',
  HAS_PROPERTY: 'nothing',
  NOT_HAS_PROPERTY: 'nothing',
  CONTAINS_TOKEN: 'value',
  NOT_CONTAINS_TOKEN: 'value',
} as const;

export type SearchOperator = keyof typeof OPERATORS;

/** One condition of a search, with what its operator needs present. */
export interface SearchFilter {
  propertyName: string;
  operator: SearchOperator;
  value: string;
  highValue: string;
  values: readonly string[];
}

/** Whether a value, undefined or '' when there is none, meets a condition. */
export type ValueTest = (value: string | undefined) => boolean;

const INTEGER = /^-?\d+$/;

/** A filter as it was sent. Throws 400 for an unknown operator and for values that the operator lacks. */
export function parseFilter(given: unknown): SearchFilter {
  if (!isObject(given)) throw badRequest('Invalid filter: each filter must be an object');
  const { propertyName, operator } = given;
  if (typeof propertyName !== 'string' || propertyName === '')
    throw badRequest('Invalid filter: propertyName is required');
  if (!isOperator(operator)) {
    throw badRequest(
      `Invalid operator ${textOf(operator)} for property ${propertyName}. Valid operators are: ${Object.keys(OPERATORS).join(', ')}`,
    );
  }
  const filter: SearchFilter = {
    propertyName,
    operator,
    value: scalarOf(given.value),
    highValue: scalarOf(given.highValue),
    values: Array.isArray(given.values) ? given.values.map(scalarOf) : [],
  };
  const lacking = lacks(filter);
  if (lacking) throw badRequest(`Operator ${operator} on property ${propertyName} requires ${lacking}`);
  return filter;
}

/**
 * The test of a filter's property. Numbers compare numerically, dates as instants, options with their case, texts without.
 * Values of IN and NOT_IN on texts are taken as they are: the caller has to send them in lower case. Throws 400 for a value that is
 * not of the property's type.
 */
export function createValueTest(
  filter: SearchFilter,
  property: Property,
  missingMeetsNegation: boolean,
): ValueTest {
  const positive = POSITIVE_OF[filter.operator];
  if (!positive) return createPositiveTest(filter, property);
  const test = createPositiveTest({ ...filter, operator: positive }, property);
  if (positive === 'HAS_PROPERTY') return (value) => !test(value);
  return (value) => (value ? !test(value) : missingMeetsNegation);
}

/** Ms of a date as HubSpot takes it: ms as text, or ISO; NaN otherwise. */
export function instantOf(text: string): number {
  return INTEGER.test(text) ? Number(text) : Date.parse(text);
}

const POSITIVE_OF: Partial<Record<SearchOperator, SearchOperator>> = {
  NEQ: 'EQ',
  NOT_IN: 'IN',
  NOT_CONTAINS_TOKEN: 'CONTAINS_TOKEN',
  NOT_HAS_PROPERTY: 'HAS_PROPERTY',
};

function createPositiveTest(filter: SearchFilter, property: Property): ValueTest {
  const { operator } = filter;
  if (operator === 'HAS_PROPERTY') return (value) => value !== undefined && value !== '';
  if (operator === 'CONTAINS_TOKEN') return containsToken(filter.value);
  const parse = comparableOf(property);
  const given = (text: string) => {
    const comparable = parse(text);
    if (typeof comparable === 'number' && Number.isNaN(comparable))
      throw badRequest(`${text} is not a valid value for property ${property.name} of type ${property.type}`);
    return comparable;
  };
  if (operator === 'EQ') {
    const wanted = given(filter.value);
    return (value) => membersOf(value, property).some((member) => parse(member) === wanted);
  }
  if (operator === 'IN') {
    const isText = property.kind === 'text' || property.kind === 'email';
    const wanted = new Set(filter.values.map((value) => (isText ? value : given(value))));
    return (value) => membersOf(value, property).some((member) => wanted.has(parse(member)));
  }
  const low = given(filter.value);
  const high = operator === 'BETWEEN' ? given(filter.highValue) : low;
  return (value) => {
    if (!value) return false;
    const comparable = parse(value);
    switch (operator) {
      case 'LT':
        return comparable < low;
      case 'LTE':
        return comparable <= low;
      case 'GT':
        return comparable > low;
      case 'GTE':
        return comparable >= low;
      default:
        return comparable >= low && comparable <= high;
    }
  };
}

/** How values of a property are compared and sorted. */
export function comparableOf({ kind }: Property): (text: string) => number | string {
  switch (kind) {
    case 'number':
      return (text) => (text.trim() === '' ? Number.NaN : Number(text));
    case 'date':
    case 'datetime':
      return instantOf;
    case 'option':
    case 'options':
    case 'ids':
      return (text) => text;
    default:
      return (text) => text.toLowerCase();
  }
}

/** A value of several options meets a condition when one of them does, or the whole does. */
function membersOf(value: string | undefined, { kind }: Property): readonly string[] {
  if (!value) return [];
  if ((kind !== 'options' && kind !== 'emails' && kind !== 'ids') || !value.includes(';')) return [value];
  return [value, ...splitList(value)];
}

/** Without a wildcard every word of the filter's value is a token of the property's; with one, a token as a whole fits it. */
function containsToken(wanted: string): ValueTest {
  const lower = wanted.trim().toLowerCase();
  if (lower.includes('*')) {
    return (value) => {
      if (!value) return false;
      for (const token of tokensOf(value)) if (matchesWildcard(token, lower)) return true;
      return false;
    };
  }
  const words = lower.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return (value) => {
    if (!value || words.length === 0) return false;
    const tokens = tokensOf(value);
    return words.every((word) => tokens.has(word));
  };
}

function lacks({ operator, value, highValue, values }: SearchFilter): string | undefined {
  switch (OPERATORS[operator]) {
    case 'value':
      return value === '' ? 'a value' : undefined;
    case 'range':
      return value === '' || highValue === '' ? 'a value and a highValue' : undefined;
    case 'values':
      return values.length === 0 ? 'values' : undefined;
    default:
      return undefined;
  }
}

function isOperator(operator: unknown): operator is SearchOperator {
  return typeof operator === 'string' && Object.hasOwn(OPERATORS, operator);
}

function scalarOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
