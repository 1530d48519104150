import { describe, expect, it } from 'vitest';
import { type BehaviourPatch, resolveBehaviour } from './behaviour.ts';
import type { PropertyType } from './definitions/definition.ts';
import { fromRow } from './definitions/definition.ts';
import { findObjectType } from './object-types.ts';
import { PropertyRegistry } from './property-registry.ts';
import { validateProperties } from './validation.ts';
import type { Version } from './version.ts';

function check(
  properties: Record<string, unknown>,
  { version = '2026-09', behaviour = {} }: { version?: Version; behaviour?: BehaviourPatch } = {},
) {
  const type = findObjectType('contacts');
  if (!type) throw new Error('no contacts');
  const registry = new PropertyRegistry(type);
  const add = (name: string, kind: PropertyType, fieldType: string, options?: string[]) =>
    registry.put(fromRow([name, name, 'contactinformation', kind, fieldType, options]));
  add('a_date', 'date', 'date');
  add('a_bool', 'bool', 'booleancheckbox');
  add('a_number', 'number', 'number');
  add('many', 'enumeration', 'checkbox', ['a', 'b']);
  return validateProperties(properties, { registry, version, behaviour: resolveBehaviour(behaviour) });
}

describe('values that are taken', () => {
  it.each([
    ['email', ' Ada@Example.COM ', 'ada@example.com'],
    ['email', 'a@bücher.example', 'a@bücher.example'],
    ['a_number', '12.5', '12.5'],
    ['a_number', 12.5, '12.5'],
    ['a_bool', 'TRUE', 'true'],
    ['a_bool', false, 'false'],
    ['a_date', '2026-11-22', '2026-11-22'],
    ['a_date', '1763769600000', '2025-11-22'],
    ['closedate', '2026-11-22T10:00:00+01:00', '2026-11-22T09:00:00.000Z'],
    ['closedate', 1_763_800_000_000, '2025-11-22T08:26:40.000Z'],
    ['lifecyclestage', 'lead', 'lead'],
    ['many', 'a;b', 'a;b'],
    ['many', ';a', ';a'],
    ['hubspot_owner_id', '9001', '9001'],
    ['city', '  kept as sent ', '  kept as sent '],
    ['city', '', ''],
    ['lifecyclestage', '', ''],
  ])('%s = %j', (name, given, stored) => {
    expect(check({ [name]: given })).toMatchObject({ values: [[name, stored]], faults: [], warnings: [] });
  });
});

describe('values that are refused', () => {
  it.each([
    ['nope', 'x', 'PROPERTY_DOESNT_EXIST'],
    ['constructor', 'x', 'PROPERTY_DOESNT_EXIST'],
    ['hs_object_id', '1', 'READ_ONLY_VALUE'],
    ['createdate', '1', 'READ_ONLY_VALUE'],
    ['email', 'not-an-email', 'INVALID_EMAIL'],
    ['email', 'two@@example.com', 'INVALID_EMAIL'],
    ['email', 'space in@example.com', 'INVALID_EMAIL'],
    ['email', '@example.com', 'INVALID_EMAIL'],
    ['email', 'a@', 'INVALID_EMAIL'],
    ['email', `${'x'.repeat(65)}@example.com`, 'INVALID_EMAIL'],
    ['a_number', '1,000', 'INVALID_NUMBER'],
    ['a_number', 'NaN', 'INVALID_NUMBER'],
    ['a_bool', 'yes', 'INVALID_OPTION'],
    ['a_date', '22.11.2026', 'INVALID_DATE'],
    ['a_date', '2026-13-01', 'INVALID_DATE'],
    ['closedate', 'tomorrow', 'INVALID_LONG'],
    ['lifecyclestage', 'Lead', 'INVALID_OPTION'],
    ['many', 'a;c', 'INVALID_OPTION'],
    ['hubspot_owner_id', 'Ada', 'INVALID_INTEGER'],
    ['hubspot_owner_id', '9001.5', 'INVALID_INTEGER'],
    ['city', null, 'INVALID_VALUE'],
    ['city', 'x'.repeat(65_537), 'INVALID_STRING'],
  ])('%s = %j gives %s', (name, given, code) => {
    expect(check({ [name]: given })).toMatchObject({ values: [], faults: [{ name, code }] });
  });

  it('are all reported', () => {
    expect(check({ nope: '1', email: 'x', a_number: 'x' }).faults).toHaveLength(3);
  });
});

describe('dates that are not midnight', () => {
  it('are normalised with a warning on 2026-09', () => {
    expect(check({ a_date: '1763800000000' })).toEqual({
      values: [['a_date', '2025-11-22']],
      faults: [],
      warnings: [
        {
          category: 'PROPERTY_VALUE_NORMALIZED',
          message: expect.any(String),
          context: { propertyName: 'a_date', rawValue: '1763800000000', normalizedValue: '2025-11-22' },
        },
      ],
    });
  });

  it.each(['v3', '2026-03'] as const)('are refused on %s', (version) => {
    const { faults } = check({ a_date: '1763800000000' }, { version });
    expect(faults).toEqual([
      {
        name: 'a_date',
        code: 'INVALID_DATE',
        message: '1763800000000 is at 08:26:40.000 UTC, not midnight!',
      },
    ]);
  });
});

it.each([
  [{ nullValues: 'clear' as const }, { city: null }, [['city', '']]],
  [{ nullValues: 'ignore' as const }, { city: null }, []],
  [{ overlongStrings: 'cut' as const }, { city: 'x'.repeat(65_540) }, [['city', 'x'.repeat(65_536)]]],
])('with %j, %j is taken', (behaviour, properties, values) => {
  expect(check(properties, { behaviour })).toMatchObject({ values, faults: [] });
});

it('an id that is no number can be set to be told as an option', () => {
  const { faults } = check({ hubspot_owner_id: 'Ada' }, { behaviour: { wrongIdCode: 'INVALID_OPTION' } });
  expect(faults).toMatchObject([{ name: 'hubspot_owner_id', code: 'INVALID_OPTION' }]);
});
