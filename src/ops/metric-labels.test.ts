import { describe, expect, it } from 'vitest';
import { callLabel, codeLabel, outcomeLabel, policyLabel, statusLabel } from './metric-labels.ts';

describe('the label of a call', () => {
  it.each([
    ['contacts.upsert', 'contacts.upsert'],
    ['companies.update', 'companies.update'],
    ['p123_cars.upsert', 'custom.upsert'],
    ['2-17.archive', 'custom.archive'],
    ['associations.contacts.companies', 'associations.create'],
    ['associations.2-17.p123_cars', 'associations.create'],
    ['consent.set', 'consent.set'],
    ['search', 'search'],
    ['contacts.sing', 'other'],
    ['upsert', 'other'],
    ['', 'other'],
  ])('%s is shown as %s', (name, label) => {
    expect(callLabel(name)).toBe(label);
  });
});

it.each([
  ['HUBSPOT_REFUSED', 'HUBSPOT_REFUSED'],
  ['ada@example.com', 'other'],
  [`A_${'B'.repeat(60)}`, 'other'],
  [undefined, 'other'],
])('the code %s is shown as %s', (code, label) => {
  expect(codeLabel(code)).toBe(label);
});

it.each([
  [undefined, 'none'],
  ['DAILY', 'DAILY'],
  ['something new', 'other'],
])('the limit %s is shown as %s', (policy, label) => {
  expect(policyLabel(policy)).toBe(label);
});

it.each([
  [{ notApplied: 0, unknown: 0 }, 'applied'],
  [{ notApplied: 2, unknown: 0 }, 'not_applied'],
  [{ notApplied: 2, unknown: 1 }, 'unknown'],
])('%o is shown as %s', (attempt, label) => {
  expect(outcomeLabel(attempt)).toBe(label);
});

it('an answer is shown by the class of its status, and a call without one as none', () => {
  expect(statusLabel({ kind: 'reply', status: 207, headers: {}, body: {}, durationMs: 1 })).toBe('2xx');
  expect(statusLabel({ kind: 'fault', reason: 'timeout', sent: true, message: '', durationMs: 1 })).toBe(
    'none',
  );
});
