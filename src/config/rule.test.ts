import { expect, it } from 'vitest';
import { problemsOfRule } from './rule.ts';
import { problemsOfSegments } from './segments.ts';

it.each([
  [{ property: 'email', known: true }],
  [{ property: 'updatedAt', withinDays: 30 }],
  [{ property: 'amount', between: [1, 2.5] }],
  [{ property: 'closedate', between: ['2026-01-01', '2026-12-31T23:59:59Z'] }],
  [{ property: 'stage', in: ['a', 2, true] }],
  [{ list: 'Newsletter' }],
  [{ event: 'bought', atLeast: 2, withinDays: 90 }],
  [{ text: 'ada lovelace' }],
  [{ any: [{ not: { segment: 'cold' } }, { all: [{ property: 'email', contains: '@' }] }] }],
])('takes %j', (rule) => {
  expect(problemsOfRule('rule', rule)).toEqual([]);
});

it.each([
  ['email', 'rule', "Give a rule, for example { property: 'email', known: true }."],
  [{}, 'rule', 'A rule has one of the keys property, list, segment, event, text, all, any, not.'],
  [
    { propertie: 'email' },
    'rule',
    'A rule has one of the keys property, list, segment, event, text, all, any, not. Did you mean property?',
  ],
  [
    { property: 'E mail', known: true },
    'rule.property',
    'Give the internal name of a property, or createdAt or updatedAt.',
  ],
  [
    { property: 'email', contain: 'a' },
    'rule',
    'contain is none of is, isNot, in, notIn, contains, startsWith, above, atLeast, below, atMost, between, known, withinDays, notWithinDays. Did you mean contains?',
  ],
  [
    { property: 'email', is: 'a', known: true },
    'rule',
    'One operator a rule: put known into { all: [ … ] }.',
  ],
  [
    { property: 'email', is: null },
    'rule.is',
    'Give a text, a number or a boolean; for an empty value use known: false.',
  ],
  [
    { property: 'email', is: '' },
    'rule.is',
    'Give a text, a number or a boolean; for an empty value use known: false.',
  ],
  [{ property: 'email', in: [] }, 'rule.in', 'Give a list of 1 to 1000 texts, numbers or booleans.'],
  [{ property: 'email', contains: 'a\0b' }, 'rule.contains', 'Give a text of 1 to 1000 characters.'],
  [{ property: 'amount', above: '10' }, 'rule.above', 'Give a number, or a time as ISO 8601 text.'],
  [{ property: 'amount', above: Number.NaN }, 'rule.above', 'Give a number, or a time as ISO 8601 text.'],
  [
    { property: 'amount', between: [1, '2026-01-01'] },
    'rule.between',
    'Give two numbers, or two times as ISO 8601 text.',
  ],
  [{ property: 'seen', withinDays: 0 }, 'rule.withinDays', 'Give days, above 0 and at most 36500.'],
  [{ all: [] }, 'rule.all', 'Give a list of 1 to 200 rules.'],
  [{ all: [{ list: '' }] }, 'rule.all[0].list', 'Give a text of 1 to 1000 characters.'],
  [{ list: 'a', segment: 'b' }, 'rule', 'segment cannot stand beside list: put both into { all: [ … ] }.'],
  [{ event: 'bought', atLeast: 0.5 }, 'rule.atLeast', 'Give a whole number from 1.'],
  [
    { not: { not: { property: 'x' } } },
    'rule.not.not',
    'Say what of x: one of is, isNot, in, notIn, contains, startsWith, above, atLeast, below, atMost, between, known, withinDays, notWithinDays.',
  ],
])('refuses %j', (rule, name, message) => {
  expect(problemsOfRule('rule', rule)).toEqual([{ name, message }]);
});

it('refuses rules that stand too deep in each other', () => {
  let rule: unknown = { property: 'email', known: true };
  for (let depth = 0; depth < 12; depth += 1) rule = { not: rule };
  expect(problemsOfRule('rule', rule)[0]?.message).toBe('Rules may stand at most 12 deep in each other.');
});

const cold = { rule: { property: 'updatedAt', notWithinDays: 90 } };

it.each([
  [{ Cold: cold }, 'mirror.segments.Cold', 'Use 1 to 63 small letters, digits, "_" or "-", a letter first.'],
  [{ cold: cold.rule }, 'mirror.segments.cold', 'property is not a known key.'],
  [
    { cold: { ...cold, objectType: 'deals' } },
    'mirror.segments.cold.objectType',
    'deals is not among mirror.objects (contacts).',
  ],
  [
    { cold: { ...cold, pushToList: ' ' } },
    'mirror.segments.cold.pushToList',
    'Give the name or the id of a list, 1 to 200 characters.',
  ],
  [
    { cold: { ...cold, pushToList: 'Cold' }, colder: { ...cold, pushToList: 'cold ' } },
    'mirror.segments.colder.pushToList',
    'The list cold is that of cold: make one segment of both, with any.',
  ],
  [
    { cold, warm: { rule: { segment: 'colt' } } },
    'mirror.segments.warm.rule',
    'There is no segment colt. Did you mean cold?',
  ],
  [
    { cold, big: { objectType: 'deals', rule: { not: { segment: 'cold' } } } },
    'mirror.segments.big.rule',
    'The segment cold is one of contacts, not of deals.',
  ],
  [
    { cold: { rule: { not: { segment: 'cold' } } } },
    'mirror.segments.cold.rule',
    'It is made of itself, by way of other segments.',
  ],
])('refuses the segments %j', (segments, name, message) => {
  const objectTypes = 'big' in segments ? ['contacts', 'deals'] : ['contacts'];
  expect(problemsOfSegments(segments, objectTypes)).toContainEqual({ name, message });
});

it('names every segment of a circle', () => {
  const segments = {
    a: { rule: { segment: 'b' } },
    b: { rule: { segment: 'c' } },
    c: { rule: { segment: 'a' } },
    d: { rule: { segment: 'a' } },
  };
  expect(problemsOfSegments(segments, ['contacts']).map(({ name }) => name)).toEqual([
    'mirror.segments.a.rule',
    'mirror.segments.b.rule',
    'mirror.segments.c.rule',
  ]);
});
