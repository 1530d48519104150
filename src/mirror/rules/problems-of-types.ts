import type { ConfigProblem } from '../../config/config-problem.ts';
import type { PropertyRule, Rule, RuleOperator } from '../../config/rule.ts';
import { type MirrorProperties, unknownProperty } from '../mirror-properties.ts';
import { kindOf, type PropertyKind } from './compile-rule.ts';

const TEXT: readonly PropertyKind[] = ['text', 'option', 'options'];
const ORDERED: readonly PropertyKind[] = ['number', 'time'];

/** The kinds that an operator makes sense for; the others take any. */
const KINDS: Partial<Record<RuleOperator, readonly PropertyKind[]>> = {
  contains: TEXT,
  startsWith: TEXT,
  above: ORDERED,
  atLeast: ORDERED,
  below: ORDERED,
  atMost: ORDERED,
  between: ORDERED,
  withinDays: ['time'],
  notWithinDays: ['time'],
};

const WORDS: Readonly<Record<PropertyKind, string>> = {
  text: 'text',
  option: 'one of several options',
  options: 'several options',
  number: 'a number',
  time: 'a time',
  boolean: 'true or false',
};

/** What is wrong with a rule by the portal's definitions and by what is kept: a property that is not there, an operator that does not fit its type. */
export function problemsOfTypes(place: string, rule: Rule, properties: MirrorProperties): ConfigProblem[] {
  if ('all' in rule)
    return rule.all.flatMap((part, index) => problemsOfTypes(`${place}.all[${index}]`, part, properties));
  if ('any' in rule)
    return rule.any.flatMap((part, index) => problemsOfTypes(`${place}.any[${index}]`, part, properties));
  if ('not' in rule) return problemsOfTypes(`${place}.not`, rule.not, properties);
  return 'property' in rule ? problemsOfProperty(place, rule, properties) : [];
}

function problemsOfProperty(
  place: string,
  rule: PropertyRule,
  properties: MirrorProperties,
): ConfigProblem[] {
  const { property, ...rest } = rule;
  const [operator] = Object.keys(rest) as RuleOperator[];
  const own = property === 'createdAt' || property === 'updatedAt';
  const unknown = own ? undefined : unknownProperty(property, properties);
  if (unknown !== undefined) return [{ name: `${place}.property`, message: unknown }];
  const type = properties.types.get(property);
  if (type === undefined && !own) return [];
  const kind = type === undefined || own ? 'time' : kindOf(type);
  const kinds = operator === undefined ? undefined : KINDS[operator];
  if (operator === undefined || kinds === undefined || kinds.includes(kind))
    return problemsOfBound(place, rule, kind);
  const fitting = Object.keys(KINDS).filter((name) => KINDS[name as RuleOperator]?.includes(kind));
  return [
    {
      name: `${place}.${operator}`,
      message: `${property} holds ${WORDS[kind]}, which ${operator} is not for: use ${['is', 'in', 'known', ...fitting].join(', ')}.`,
    },
  ];
}

/** A number is no time, and a time no number. */
function problemsOfBound(place: string, rule: PropertyRule, kind: PropertyKind): ConfigProblem[] {
  for (const operator of ['above', 'atLeast', 'below', 'atMost', 'between'] as const) {
    if (!(operator in rule)) continue;
    const bounds = ([] as unknown[]).concat(Reflect.get(rule, operator));
    const wanted = kind === 'number' ? 'number' : 'string';
    if (bounds.some((bound) => typeof bound !== wanted))
      return [
        {
          name: `${place}.${operator}`,
          message: `${rule.property} holds ${WORDS[kind]}: give ${kind === 'number' ? 'a number' : 'a time as ISO 8601 text'}.`,
        },
      ];
  }
  return [];
}
