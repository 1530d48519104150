import { describe, expect, test } from 'vitest';
import { checkProperties, type PropertyDefinition, type PropertyProblem } from './property-check.ts';

function property(name: string, change: Partial<PropertyDefinition> = {}): PropertyDefinition {
  const none = { options: [], readOnlyValue: false, calculated: false, hasUniqueValue: false };
  return { name, type: 'string', fieldType: 'text', ...none, ...change };
}

const options = [
  { value: 'free', label: 'Free plan' },
  { value: 'pro', label: 'Professional' },
];

const DEFINITIONS = [
  property('firstname'),
  property('email'),
  property('score', { type: 'number' }),
  property('active', { type: 'bool', fieldType: 'booleancheckbox' }),
  property('birthday', { type: 'date' }),
  property('last_seen', { type: 'datetime' }),
  property('plan', { type: 'enumeration', fieldType: 'select', options }),
  property('plans', { type: 'enumeration', fieldType: 'checkbox', options }),
  property('hubspot_owner_id', { type: 'enumeration', fieldType: 'select' }),
  property('createdate', { type: 'datetime', readOnlyValue: true }),
  property('total', { type: 'number', calculated: true }),
];

describe('checkProperties', () => {
  test.each<[string, string]>([
    ['firstname', 'Ada'],
    ['firstname', 'x'.repeat(65_536)],
    ['email', 'ada@example.com'],
    ['score', '-12.5'],
    ['active', 'false'],
    ['birthday', '2028-02-29'],
    ['birthday', '1790812800000'],
    ['birthday', '2026-10-01T00:00:00.000Z'],
    ['last_seen', '2026-10-01T09:00:00.000Z'],
    ['last_seen', '1790845200000'],
    ['last_seen', '2026-10-01'],
    ['plan', 'pro'],
    ['plans', 'pro;free'],
    ['plans', ';pro'],
    ['hubspot_owner_id', '77'],
    ['score', ''],
    ['plan', ''],
  ])('finds nothing wrong with %s = %j', (name, value) => {
    expect(checkProperties({ [name]: value }, DEFINITIONS)).toEqual([]);
  });

  test.each<[string, string, PropertyProblem['reason']]>([
    ['firstnam', 'Ada', 'unknown'],
    ['firstname', 'x'.repeat(65_537), 'too-long'],
    ['email', 'ada', 'email'],
    ['score', '1,000', 'number'],
    ['score', '1e3', 'number'],
    ['active', 'yes', 'bool'],
    ['birthday', '2026-02-29', 'date'],
    ['birthday', '01/10/2026', 'date'],
    ['birthday', '2026-10-01T09:00:00.000Z', 'date'],
    ['birthday', '1790845200000', 'date'],
    ['last_seen', 'yesterday', 'datetime'],
    ['last_seen', '2026-13-01T00:00:00Z', 'datetime'],
    ['plan', 'Pro', 'option'],
    ['plan', 'free;pro', 'option'],
    ['plans', 'free;gold', 'option'],
    ['createdate', '2026-10-01T09:00:00.000Z', 'read-only'],
    ['createdate', '', 'read-only'],
    ['total', '1', 'read-only'],
  ])('reports %s = %.20j as %s', (name, value, reason) => {
    expect(checkProperties({ [name]: value }, DEFINITIONS)).toMatchObject([{ property: name, reason }]);
  });

  test('suggests the nearest property', () => {
    const [problem] = checkProperties({ first_name: 'Ada' }, DEFINITIONS);
    expect(problem?.message).toBe('The portal has no property first_name. Did you mean firstname?');
  });

  test('suggests the nearest option, and the value behind a label', () => {
    expect(checkProperties({ plan: 'Pro' }, DEFINITIONS)[0]?.message).toContain('Did you mean pro?');
    expect(checkProperties({ plan: 'professional' }, DEFINITIONS)[0]?.message).toContain('label of pro');
    expect(checkProperties({ plan: 'enterprise' }, DEFINITIONS)[0]?.message).toContain('Allowed: free, pro.');
  });

  test('reports every property that is wrong', () => {
    const problems = checkProperties({ score: 'x', firstname: 'Ada', active: 'x' }, DEFINITIONS);
    expect(problems.map(({ property: name }) => name)).toEqual(['score', 'active']);
  });

  test('takes definitions by name as well', () => {
    const byName = new Map(DEFINITIONS.map((definition) => [definition.name, definition]));
    expect(checkProperties({ score: '1', nope: 'x' }, byName)).toMatchObject([{ property: 'nope' }]);
  });
});
