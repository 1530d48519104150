import { type ConfigProblem, isRecord } from './config-problem.ts';
import { suggestion } from './nearest-name.ts';

export type RuleValue = string | number | boolean;

/**
 * A condition on a record of the mirror. `property` is the internal name of a property, or `createdAt` or `updatedAt`, which are HubSpot's
 * own times of the record. Texts of the type string are compared without regard to case; options of an enumeration exactly.
 *
 * An empty value fits `known: false`, `isNot`, `notIn` and `notWithinDays` and nothing else; so does a value that is not of the property's
 * type.
 */
export type Rule =
  | PropertyRule
  /** On a list now, by its name or id. */
  | { readonly list: string }
  /** In a segment of the config, as it was last evaluated. */
  | { readonly segment: string }
  /** At least so many (default 1) events of this type were recorded for it, within the last days where given. */
  | { readonly event: string; readonly atLeast?: number; readonly withinDays?: number }
  /** Every word stands somewhere in its names, e-mail addresses, company, phone or domain. */
  | { readonly text: string }
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] }
  | { readonly not: Rule };

export type PropertyRule = { readonly property: string } & (
  | { readonly is: RuleValue }
  | { readonly isNot: RuleValue }
  | { readonly in: readonly RuleValue[] }
  | { readonly notIn: readonly RuleValue[] }
  /** Part of the text; of several options: one of them. */
  | { readonly contains: string }
  | { readonly startsWith: string }
  | { readonly above: number | string }
  | { readonly atLeast: number | string }
  | { readonly below: number | string }
  | { readonly atMost: number | string }
  /** Both ends included. */
  | { readonly between: readonly [number | string, number | string] }
  | { readonly known: boolean }
  /** A time in the last days, or to come. */
  | { readonly withinDays: number }
  | { readonly notWithinDays: number }
);

/** The operators of a property, with what they take: checked by `defineConfig`, listed in the reference. */
export const RULE_OPERATORS = {
  is: 'A value: text, number or boolean.',
  isNot: 'The opposite of `is`: fits an empty value too.',
  in: 'A list of values, one of which it is.',
  notIn: 'The opposite of `in`.',
  contains: 'Text that is part of it; of a property with several options: one of them.',
  startsWith: 'Text that it begins with.',
  above: 'A number, or a time as ISO 8601 text, that it is greater than.',
  atLeast: 'The same, or equal.',
  below: 'A number or a time that it is less than.',
  atMost: 'The same, or equal.',
  between: 'Two of them, both included.',
  known: 'true: it has a value. false: it has none.',
  withinDays: 'A time in the last so many days, or to come.',
  notWithinDays: 'The opposite of `withinDays`: fits an empty value too.',
} as const;

export type RuleOperator = keyof typeof RULE_OPERATORS;

/** Other rules, by the key that tells them apart. */
const OTHER_KEYS: Readonly<Record<string, readonly string[]>> = {
  list: [],
  segment: [],
  event: ['atLeast', 'withinDays'],
  text: [],
  all: [],
  any: [],
  not: [],
};

const PROPERTY = /^([a-z0-9_]{1,100}|createdAt|updatedAt)$/;
const MAX_DAYS = 36_500;
const MAX_VALUES = 1_000;
const MAX_TEXT = 1_000;
/** A rule in a query comes from outside; deeper ones are no work of a person. */
const MAX_DEPTH = 12;
const MAX_PARTS = 200;
/** ISO 8601: a date, or a date with a time; without an offset it is UTC. */
const TIME = /^[12]\d{3}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** What is wrong with the form of a rule; total, since rules also come by HTTP. */
export function problemsOfRule(place: string, rule: unknown, depth = 1): ConfigProblem[] {
  const wrong = (message: string, key?: string) => [{ name: key ? `${place}.${key}` : place, message }];
  if (!isRecord(rule)) return wrong("Give a rule, for example { property: 'email', known: true }.");
  if (depth > MAX_DEPTH) return wrong(`Rules may stand at most ${MAX_DEPTH} deep in each other.`);
  if ('property' in rule) return problemsOfPropertyRule(place, rule);
  const kind = Object.keys(OTHER_KEYS).find((key) => key in rule);
  if (kind === undefined) {
    const [key = ''] = Object.keys(rule);
    return wrong(
      `A rule has one of the keys property, ${Object.keys(OTHER_KEYS).join(', ')}.${suggestion(key, ['property', ...Object.keys(OTHER_KEYS)])}`,
    );
  }
  const allowed = [kind, ...(OTHER_KEYS[kind] ?? [])];
  const strange = Object.keys(rule).find((key) => !allowed.includes(key));
  if (strange !== undefined)
    return wrong(`${strange} cannot stand beside ${kind}: put both into { all: [ … ] }.`);
  const given = rule[kind];
  if (kind === 'all' || kind === 'any') {
    if (!Array.isArray(given) || given.length === 0 || given.length > MAX_PARTS)
      return wrong(`Give a list of 1 to ${MAX_PARTS} rules.`, kind);
    return given.flatMap((part, index) => problemsOfRule(`${place}.${kind}[${index}]`, part, depth + 1));
  }
  if (kind === 'not') return problemsOfRule(`${place}.not`, given, depth + 1);
  if (!isText(given)) return wrong(`Give a text of 1 to ${MAX_TEXT} characters.`, kind);
  if (kind !== 'event') return [];
  const { atLeast, withinDays } = rule;
  if (atLeast !== undefined && !(Number.isInteger(atLeast) && Number(atLeast) >= 1))
    return wrong('Give a whole number from 1.', 'atLeast');
  return withinDays === undefined || isDays(withinDays) ? [] : wrong(DAYS, 'withinDays');
}

const DAYS = `Give days, above 0 and at most ${MAX_DAYS}.`;

function problemsOfPropertyRule(place: string, rule: Record<string, unknown>): ConfigProblem[] {
  const wrong = (message: string, key?: string) => [{ name: key ? `${place}.${key}` : place, message }];
  const { property, ...rest } = rule;
  if (typeof property !== 'string' || !PROPERTY.test(property))
    return wrong('Give the internal name of a property, or createdAt or updatedAt.', 'property');
  const operators = Object.keys(RULE_OPERATORS);
  const [operator, ...more] = Object.keys(rest);
  if (operator === undefined) return wrong(`Say what of ${property}: one of ${operators.join(', ')}.`);
  if (!operators.includes(operator))
    return wrong(`${operator} is none of ${operators.join(', ')}.${suggestion(operator, operators)}`);
  if (more.length > 0) return wrong(`One operator a rule: put ${more.join(', ')} into { all: [ … ] }.`);
  const advice = adviceOn(operator, rest[operator]);
  return advice === undefined ? [] : wrong(advice, operator);
}

/** What the operator wants instead of the operand; undefined when it is right. */
function adviceOn(operator: string, operand: unknown): string | undefined {
  switch (operator) {
    case 'is':
    case 'isNot':
      return isValue(operand)
        ? undefined
        : 'Give a text, a number or a boolean; for an empty value use known: false.';
    case 'in':
    case 'notIn':
      return Array.isArray(operand) &&
        operand.length > 0 &&
        operand.length <= MAX_VALUES &&
        operand.every(isValue)
        ? undefined
        : `Give a list of 1 to ${MAX_VALUES} texts, numbers or booleans.`;
    case 'contains':
    case 'startsWith':
      return isText(operand) ? undefined : `Give a text of 1 to ${MAX_TEXT} characters.`;
    case 'known':
      return typeof operand === 'boolean' ? undefined : 'Give true or false.';
    case 'withinDays':
    case 'notWithinDays':
      return isDays(operand) ? undefined : DAYS;
    case 'between':
      return Array.isArray(operand) &&
        operand.length === 2 &&
        operand.every(isBound) &&
        typeof operand[0] === typeof operand[1]
        ? undefined
        : 'Give two numbers, or two times as ISO 8601 text.';
    default:
      return isBound(operand) ? undefined : 'Give a number, or a time as ISO 8601 text.';
  }
}

function isText(given: unknown): given is string {
  return (
    typeof given === 'string' && given.trim() !== '' && given.length <= MAX_TEXT && !given.includes('\0')
  );
}

function isValue(given: unknown): given is RuleValue {
  return isText(given) || typeof given === 'boolean' || (typeof given === 'number' && Number.isFinite(given));
}

function isBound(given: unknown): given is number | string {
  return (
    (typeof given === 'number' && Number.isFinite(given)) ||
    (typeof given === 'string' && TIME.test(given) && !Number.isNaN(Date.parse(given)))
  );
}

function isDays(given: unknown): given is number {
  return typeof given === 'number' && given > 0 && given <= MAX_DAYS;
}
