import type { ConfigProblem } from '../../config/config-problem.ts';
import { suggestion } from '../../config/nearest-name.ts';
import type { PropertyRule, Rule, RuleOperator } from '../../config/rule.ts';
import { kindOf, type PropertyKind, type PropertyType } from './compile-rule.ts';

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

/** What is wrong with a rule by the portal's definitions: a property that is not there, an operator that does not fit its type. */
export function problemsOfTypes(
  place: string,
  rule: Rule,
  types: ReadonlyMap<string, PropertyType>,
): ConfigProblem[] {
  if ('all' in rule)
    return rule.all.flatMap((part, index) => problemsOfTypes(`${place}.all[${index}]`, part, types));
  if ('any' in rule)
    return rule.any.flatMap((part, index) => problemsOfTypes(`${place}.any[${index}]`, part, types));
  if ('not' in rule) return problemsOfTypes(`${place}.not`, rule.not, types);
  return 'property' in rule ? problemsOfProperty(place, rule, types) : [];
}

function problemsOfProperty(
  place: string,
  rule: PropertyRule,
  types: ReadonlyMap<string, PropertyType>,
): ConfigProblem[] {
  const { property, ...rest } = rule;
  const [operator] = Object.keys(rest) as RuleOperator[];
  const own = property === 'createdAt' || property === 'updatedAt';
  const type = types.get(property);
  if (type === undefined && !own)
    return [
      {
        name: `${place}.property`,
        message: `The portal has no property ${property}.${suggestion(property, types.keys())}`,
      },
    ];
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
