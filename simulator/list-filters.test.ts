import { expect, it } from 'vitest';
import { createListTest } from './list-filters.ts';
import { ObjectStore } from './object-store.ts';
import { findObjectType, type ObjectType } from './object-types.ts';
import { type Property, PropertyRegistry } from './property-registry.ts';

const CONTACTS = findObjectType('contacts') as ObjectType;
const BORN = {
  at: 0,
  iso: new Date(0).toISOString(),
  source: { sourceType: 'API', sourceId: null, userId: null },
};
const registry = new PropertyRegistry(CONTACTS);
registry.put({ ...(registry.get('closedate') as Property), name: 'birthday', type: 'date' });
registry.put({ ...(registry.get('hs_lead_status') as Property), name: 'topics', fieldType: 'checkbox' });
const scene = { propertyOf: (name: string) => registry.get(name), timeZone: 'Europe/Berlin' };

const contact = (properties: Record<string, string>) => {
  const record = new ObjectStore(CONTACTS).create(BORN);
  for (const [name, value] of Object.entries(properties)) record.properties.set(name, value);
  return record;
};
const filter = (property: string, operation: object) => ({ filterType: 'PROPERTY', property, operation });
const branch = (type: string, filters: object[], filterBranches: object[] = []) => ({
  filterBranchType: type,
  filters,
  filterBranches,
});
const day = (year: number, month: number, date: number, rest: object = {}) => ({
  timeType: 'DATE',
  year,
  month,
  day: date,
  ...rest,
});

/** property, operation, values that fit, values that do not; '' stands for no value */
const CASES: [string, object, string[], string[]][] = [
  ['city', { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' }, ['Oslo'], ['']],
  ['city', { operationType: 'ALL_PROPERTY', operator: 'IS_UNKNOWN' }, [''], ['Oslo']],
  ['city', { operationType: 'STRING', operator: 'IS_EQUAL_TO', value: 'oslo' }, ['Oslo'], ['Oslo 2', '']],
  [
    'city',
    { operationType: 'MULTISTRING', operator: 'IS_EQUAL_TO', values: ['oslo', 'Rome'] },
    ['OSLO', 'rome'],
    ['Bergen'],
  ],
  [
    'city',
    { operationType: 'MULTISTRING', operator: 'IS_NOT_EQUAL_TO', values: ['oslo', 'rome'] },
    ['Bergen'],
    ['Oslo', 'Rome', ''],
  ],
  [
    'city',
    {
      operationType: 'MULTISTRING',
      operator: 'IS_NOT_EQUAL_TO',
      values: ['oslo'],
      includeObjectsWithNoValueSet: true,
    },
    ['Bergen', ''],
    ['Oslo'],
  ],
  ['city', { operationType: 'STRING', operator: 'CONTAINS', value: 'sl' }, ['Oslo', 'SLO'], ['Rome', '']],
  ['city', { operationType: 'STRING', operator: 'DOES_NOT_CONTAIN', value: 'sl' }, ['Rome'], ['Oslo', '']],
  ['city', { operationType: 'STRING', operator: 'STARTS_WITH', value: 'Os' }, ['oslo'], ['Moscow']],
  ['city', { operationType: 'STRING', operator: 'ENDS_WITH', value: 'LO' }, ['oslo'], ['Oslo 2']],
  [
    'email',
    { operationType: 'STRING', operator: 'CONTAINS', value: '@example.com' },
    ['a@example.com'],
    ['a@example.org'],
  ],
  ['num_notes', { operationType: 'NUMBER', operator: 'IS_EQUAL_TO', value: 10 }, ['10', '10.0'], ['9', '']],
  ['num_notes', { operationType: 'NUMBER', operator: 'IS_NOT_EQUAL_TO', value: 10 }, ['9'], ['10', '']],
  ['num_notes', { operationType: 'NUMBER', operator: 'IS_GREATER_THAN', value: 9 }, ['10', '100'], ['9', '']],
  ['num_notes', { operationType: 'NUMBER', operator: 'IS_GREATER_THAN_OR_EQUAL_TO', value: 9 }, ['9'], ['8']],
  ['num_notes', { operationType: 'NUMBER', operator: 'IS_LESS_THAN', value: 10 }, ['9'], ['10', '100', '']],
  ['num_notes', { operationType: 'NUMBER', operator: 'IS_LESS_THAN_OR_EQUAL_TO', value: 10 }, ['10'], ['11']],
  [
    'num_notes',
    { operationType: 'NUMBER', operator: 'IS_BETWEEN', lowerBound: 2, upperBound: 10 },
    ['2', '10'],
    ['1', '11', ''],
  ],
  [
    'num_notes',
    { operationType: 'NUMBER_RANGED', operator: 'IS_NOT_BETWEEN', lowerBound: 2, upperBound: 10 },
    ['1', '11'],
    ['2', ''],
  ],
  [
    'hs_marketable_status',
    { operationType: 'BOOL', operator: 'IS_EQUAL_TO', value: true },
    ['true'],
    ['false', ''],
  ],
  [
    'hs_marketable_status',
    { operationType: 'BOOL', operator: 'IS_NOT_EQUAL_TO', value: true },
    ['false'],
    ['true', ''],
  ],
  [
    'hs_lead_status',
    { operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values: ['NEW', 'OPEN'] },
    ['NEW', 'OPEN'],
    ['new', 'CONNECTED', ''],
  ],
  [
    'hs_lead_status',
    { operationType: 'ENUMERATION', operator: 'IS_NONE_OF', values: ['NEW'] },
    ['OPEN'],
    ['NEW', ''],
  ],
  [
    'topics',
    { operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values: ['NEW'] },
    ['OPEN;NEW'],
    ['OPEN'],
  ],
  [
    'topics',
    { operationType: 'ENUMERATION', operator: 'IS_NONE_OF', values: ['NEW'] },
    ['OPEN'],
    ['OPEN;NEW'],
  ],
  [
    'closedate',
    { operationType: 'TIME_POINT', operator: 'IS_AFTER', timePoint: day(2026, 11, 22) },
    ['2026-11-21T23:00:00.001Z'],
    ['2026-11-21T23:00:00.000Z', ''],
  ],
  [
    'closedate',
    {
      operationType: 'TIME_POINT',
      operator: 'IS_BEFORE',
      timePoint: day(2026, 7, 1, { zoneId: 'America/New_York', hour: 9 }),
    },
    ['2026-07-01T12:59:59.999Z'],
    ['2026-07-01T13:00:00.000Z', ''],
  ],
  [
    'closedate',
    { operationType: 'TIME_POINT', operator: 'IS_AFTER', timestamp: 1_000 },
    ['1970-01-01T00:00:02.000Z'],
    ['1970-01-01T00:00:01.000Z'],
  ],
  [
    'closedate',
    {
      operationType: 'TIME_RANGED',
      operator: 'IS_BETWEEN',
      lowerBoundTimePoint: day(2026, 11, 1, { zoneId: 'UTC' }),
      upperBoundTimePoint: day(2026, 11, 2, { zoneId: 'UTC' }),
    },
    ['2026-11-01T12:00:00.000Z'],
    ['2026-11-03T00:00:00.000Z', ''],
  ],
  [
    'birthday',
    { operationType: 'TIME_POINT', operator: 'IS_BEFORE', timePoint: day(2026, 11, 22) },
    ['2026-11-21'],
    ['2026-11-22', ''],
  ],
];

it.each(CASES)('%s %j', (property, operation, fitting, unfitting) => {
  const test = createListTest(branch('AND', [filter(property, operation)]), scene);
  const fits = (value: string) => test(contact({ [property]: value }));
  expect(fitting.filter((value) => !fits(value))).toEqual([]);
  expect(unfitting.filter(fits)).toEqual([]);
});

it('joins branches by OR and AND, at any depth', () => {
  const is = (property: string, value: string) =>
    filter(property, { operationType: 'STRING', operator: 'IS_EQUAL_TO', value });
  const test = createListTest(
    branch(
      'OR',
      [],
      [
        branch('AND', [is('city', 'oslo'), is('country', 'no')]),
        branch('AND', [is('city', 'rome')], [branch('OR', [is('country', 'it'), is('country', 'us')])]),
      ],
    ),
    scene,
  );
  const rows = [
    { city: 'Oslo', country: 'NO' },
    { city: 'Oslo', country: 'US' },
    { city: 'Rome', country: 'US' },
    { city: 'Rome', country: 'NO' },
  ];
  expect(rows.map((row) => test(contact(row)))).toEqual([true, false, true, false]);
  expect(createListTest(branch('OR', []), scene)(contact({}))).toBe(false);
  expect(createListTest(branch('AND', []), scene)(contact({}))).toBe(true);
});

const nested = (depth: number): object =>
  depth === 0 ? branch('AND', []) : branch('AND', [], [nested(depth - 1)]);

it.each([
  ['a branch of another type', { filterBranchType: 'ASSOCIATION' }, 'filterBranchType ASSOCIATION'],
  ['no object', 'x', 'must be an object'],
  ['branches too deep', nested(20), 'at most 16 deep'],
  ['filters that are no list', { filterBranchType: 'AND', filters: {} }, 'must be a list'],
  ['a filter of another type', branch('AND', [{ filterType: 'IN_LIST' }]), 'filterType IN_LIST'],
  ['an unknown property', branch('AND', [filter('nope', {})]), 'Property nope'],
  ['no operation', branch('AND', [{ filterType: 'PROPERTY', property: 'city' }]), 'has no operation'],
  ['an unknown operationType', branch('AND', [filter('city', { operationType: 'X' })]), 'operationType X'],
  [
    'an operationType that does not fit',
    branch('AND', [filter('city', { operationType: 'NUMBER', operator: 'IS_EQUAL_TO', value: 1 })]),
    'does not fit property city',
  ],
  [
    'an operator that is not of the type',
    branch('AND', [filter('hs_lead_status', { operationType: 'ENUMERATION', operator: 'IS_NOT_EQUAL_TO' })]),
    'Invalid operator IS_NOT_EQUAL_TO',
  ],
  [
    'no value',
    branch('AND', [filter('city', { operationType: 'STRING', operator: 'CONTAINS' })]),
    'requires value',
  ],
  [
    'no values',
    branch('AND', [
      filter('hs_lead_status', { operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values: [] }),
    ]),
    'requires values',
  ],
  [
    'text for a number',
    branch('AND', [filter('num_notes', { operationType: 'NUMBER', operator: 'IS_EQUAL_TO', value: 'x' })]),
    'x is not a number',
  ],
  [
    'no time',
    branch('AND', [filter('closedate', { operationType: 'TIME_POINT', operator: 'IS_AFTER' })]),
    'requires timePoint',
  ],
  [
    'a time by today',
    branch('AND', [
      filter('closedate', {
        operationType: 'TIME_POINT',
        operator: 'IS_AFTER',
        timePoint: { timeType: 'INDEXED' },
      }),
    ]),
    'timeType INDEXED',
  ],
  [
    'an unknown zone',
    branch('AND', [
      filter('closedate', {
        operationType: 'TIME_POINT',
        operator: 'IS_AFTER',
        timePoint: day(2026, 1, 1, { zoneId: 'Mars/Base' }),
      }),
    ]),
    'Mars/Base is not a time zone',
  ],
])('refuses %s', (_, given, message) => {
  expect(() => createListTest(given, scene)).toThrow(message);
});
