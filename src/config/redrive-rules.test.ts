import { expect, it } from 'vitest';
import { problemsOfRules } from './redrive-rules.ts';

const RULE = { name: 'conflicts', codes: ['HUBSPOT_CONFLICT'], afterHours: 6 };
const problems = (rules: unknown) =>
  problemsOfRules(rules, ['lead_created']).map(({ name, message }) => `${name}: ${message}`);

it.each<[string, unknown]>([
  ['no rules at all', undefined],
  ['an empty list', []],
  ['a rule with what it needs', [RULE]],
  ['a rule with everything', [{ ...RULE, types: ['lead_created'], everyHours: 0.5, maxTimes: 1 }]],
])('accepts %s', (_, rules) => {
  expect(problems(rules)).toEqual([]);
});

it.each<[string, unknown, string]>([
  ['no list', { ...RULE }, 'redrive: Give a list'],
  ['no object', ['x'], 'redrive[0]: Give an object'],
  ['an unknown key', [{ ...RULE, code: 'X' }], 'redrive[0]: code is not a known key. Did you mean codes?'],
  ['no name', [{ ...RULE, name: undefined }], 'redrive[0].name: '],
  ['a name with spaces', [{ ...RULE, name: 'a b' }], 'redrive[0].name: '],
  ['a name twice', [RULE, RULE], 'redrive[1].name: conflicts is the name of another rule.'],
  ['no codes', [{ ...RULE, codes: [] }], 'redrive[0].codes: Give a list'],
  ['an unknown code', [{ ...RULE, codes: ['HUBSPOT_CONFLIKT'] }], 'Did you mean HUBSPOT_CONFLICT?'],
  ['an unknown type', [{ ...RULE, types: ['lead_creatd'] }], 'Did you mean lead_created?'],
  ['no hours', [{ ...RULE, afterHours: 0 }], 'redrive[0].afterHours: '],
  ['hours without end', [{ ...RULE, everyHours: Number.POSITIVE_INFINITY }], 'redrive[0].everyHours: '],
  ['half a time', [{ ...RULE, maxTimes: 1.5 }], 'redrive[0].maxTimes: '],
])('refuses %s', (_, rules, message) => {
  expect(problems(rules)).toEqual([expect.stringContaining(message)]);
});
