import { expect, it } from 'vitest';
import { findObjectType, type ObjectType } from './object-types.ts';
import { type Property, PropertyRegistry } from './property-registry.ts';
import { createValueTest, parseFilter } from './search-filters.ts';

const registry = new PropertyRegistry(findObjectType('contacts') as ObjectType);
registry.put({
  ...(registry.get('closedate') as Property),
  name: 'birthday',
  type: 'date',
});
registry.put({
  ...(registry.get('hs_lead_status') as Property),
  name: 'topics',
  fieldType: 'checkbox',
});

const DAY = String(Date.parse('2026-11-22'));

/** property, filter, values that meet it, values that do not */
const CASES: [string, Record<string, unknown>, (string | undefined)[], (string | undefined)[]][] = [
  ['city', { operator: 'EQ', value: 'OSLO' }, ['Oslo', 'oslo'], ['Bergen', '', undefined]],
  ['city', { operator: 'NEQ', value: 'oslo' }, ['Bergen'], ['Oslo', '', undefined]],
  ['city', { operator: 'GT', value: 'M' }, ['oslo', 'Oslo'], ['Bergen', undefined]],
  ['city', { operator: 'IN', values: ['oslo', 'rome'] }, ['Oslo', 'rome'], ['Bergen', undefined]],
  // The caller has to lower-case values of IN.
  ['city', { operator: 'IN', values: ['Oslo'] }, [], ['Oslo', 'oslo']],
  ['city', { operator: 'NOT_IN', values: ['oslo'] }, ['Rome'], ['Oslo', undefined]],
  ['city', { operator: 'HAS_PROPERTY' }, ['Oslo'], ['', undefined]],
  ['city', { operator: 'NOT_HAS_PROPERTY' }, ['', undefined], ['Oslo']],
  ['city', { operator: 'CONTAINS_TOKEN', value: 'new' }, ['New York', 'the-new-one'], ['Newark', undefined]],
  ['city', { operator: 'CONTAINS_TOKEN', value: 'new*' }, ['Newark', 'New York'], ['Renew', undefined]],
  ['city', { operator: 'CONTAINS_TOKEN', value: '*w*rk' }, ['Newark'], ['York', undefined]],
  ['city', { operator: 'CONTAINS_TOKEN', value: 'york new' }, ['New York'], ['York']],
  ['city', { operator: 'NOT_CONTAINS_TOKEN', value: 'new' }, ['Newark'], ['New York', undefined]],
  ['email', { operator: 'EQ', value: 'A@Example.com' }, ['a@example.com'], ['b@example.com']],
  ['email', { operator: 'CONTAINS_TOKEN', value: '*@example.com' }, ['a@example.com'], ['a@example.org']],
  ['email', { operator: 'CONTAINS_TOKEN', value: 'example.com' }, ['a@example.com'], ['a@example.org']],
  ['num_notes', { operator: 'EQ', value: '10' }, ['10', '10.0'], ['9', '100', undefined]],
  ['num_notes', { operator: 'NEQ', value: '10' }, ['9'], ['10.0', undefined]],
  ['num_notes', { operator: 'LT', value: '10' }, ['9', '-1'], ['10', '100', undefined]],
  ['num_notes', { operator: 'LTE', value: '10' }, ['9', '10'], ['10.5', undefined]],
  ['num_notes', { operator: 'GT', value: '9' }, ['10', '100'], ['9', undefined]],
  ['num_notes', { operator: 'GTE', value: 9 }, ['9', '10'], ['8.9', undefined]],
  [
    'num_notes',
    { operator: 'BETWEEN', value: '2', highValue: '10' },
    ['2', '9', '10'],
    ['1', '11', undefined],
  ],
  ['num_notes', { operator: 'IN', values: [2, '3'] }, ['2', '3.0'], ['4', undefined]],
  ['num_notes', { operator: 'NOT_IN', values: ['2'] }, ['3'], ['2', undefined]],
  ['hs_lead_status', { operator: 'EQ', value: 'NEW' }, ['NEW'], ['new', 'OPEN', undefined]],
  ['hs_lead_status', { operator: 'EQ', value: 'new' }, [], ['NEW']],
  ['hs_lead_status', { operator: 'IN', values: ['NEW', 'OPEN'] }, ['NEW', 'OPEN'], ['CONNECTED', undefined]],
  ['topics', { operator: 'EQ', value: 'NEW' }, ['NEW', 'OPEN;NEW'], ['OPEN', undefined]],
  ['topics', { operator: 'EQ', value: 'OPEN;NEW' }, ['OPEN;NEW'], ['NEW']],
  ['topics', { operator: 'IN', values: ['OPEN', 'X'] }, ['NEW;OPEN'], ['NEW']],
  ['topics', { operator: 'NOT_IN', values: ['OPEN'] }, ['NEW'], ['NEW;OPEN', undefined]],
  ['hs_marketable_status', { operator: 'EQ', value: 'true' }, ['true'], ['false', undefined]],
  ['closedate', { operator: 'EQ', value: DAY }, ['2026-11-22T00:00:00.000Z'], ['2026-11-22T00:00:00.001Z']],
  [
    'closedate',
    { operator: 'GTE', value: '2026-11-22' },
    ['2026-11-22T00:00:00.000Z'],
    ['2026-11-21T23:59:59.999Z'],
  ],
  [
    'closedate',
    { operator: 'LT', value: '2026-11-22T00:00:00Z' },
    ['2026-11-21T23:59:59.999Z'],
    ['2026-11-22T00:00:00.000Z', undefined],
  ],
  [
    'closedate',
    { operator: 'BETWEEN', value: DAY, highValue: '2026-11-23' },
    ['2026-11-22T12:00:00.000Z'],
    ['2026-11-24T00:00:00.000Z'],
  ],
  ['birthday', { operator: 'EQ', value: DAY }, ['2026-11-22'], ['2026-11-23', undefined]],
  ['birthday', { operator: 'GT', value: '2026-11-22' }, ['2026-11-23'], ['2026-11-22']],
];

const testOf = (name: string, filter: Record<string, unknown>, missing = false) =>
  createValueTest(parseFilter({ propertyName: name, ...filter }), registry.get(name) as Property, missing);

it.each(CASES)('%s %j', (name, filter, met, unmet) => {
  const test = testOf(name, filter);
  expect(met.filter((value) => !test(value))).toEqual([]);
  expect(unmet.filter((value) => test(value))).toEqual([]);
});

it.each([
  { operator: 'NEQ', value: 'oslo' },
  { operator: 'NOT_IN', values: ['oslo'] },
  { operator: 'NOT_CONTAINS_TOKEN', value: 'oslo' },
])('lets missing values meet $operator in a portal set so', (filter) => {
  const test = testOf('city', filter, true);
  expect([undefined, '', 'Rome', 'Oslo'].map(test)).toEqual([true, true, true, false]);
});

it.each([
  ['an unknown operator', { propertyName: 'city', operator: 'LIKE', value: 'x' }, 'Invalid operator LIKE'],
  ['no operator', { propertyName: 'city' }, 'Invalid operator undefined'],
  ['no property', { operator: 'EQ', value: 'x' }, 'propertyName is required'],
  ['no value', { propertyName: 'city', operator: 'EQ' }, 'requires a value'],
  [
    'no high value',
    { propertyName: 'city', operator: 'BETWEEN', value: '1' },
    'requires a value and a highValue',
  ],
  ['no values', { propertyName: 'city', operator: 'IN', value: 'x' }, 'requires values'],
  ['no object', 'city', 'each filter must be an object'],
])('refuses a filter with %s', (_, filter, message) => {
  expect(() => parseFilter(filter)).toThrow(message);
});

it.each([
  ['num_notes', { operator: 'GT', value: 'many' }],
  ['closedate', { operator: 'LT', value: 'yesterday' }],
  ['num_notes', { operator: 'IN', values: ['1', 'x'] }],
])('refuses a value that is not of the type of %s', (name, filter) => {
  expect(() => testOf(name, filter)).toThrow('is not a valid value for property');
});
