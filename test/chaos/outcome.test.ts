import { expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';

const BASE = {
  scenario: 'x',
  startedAt: 0,
  findings: [],
  hits: { kill: 1 },
  moved: { events: 1_000, atLeast: 1_000 },
};

test('a run that hit everything and found nothing passes', () => {
  expect(outcomeOf(BASE)).toMatchObject({ status: 'pass', gaps: [] });
});

test('a run is void when a planned fault hit nothing', () => {
  expect(outcomeOf({ ...BASE, hits: { kill: 1, stall: 0 } })).toMatchObject({
    status: 'void',
    gaps: ["the planned fault 'stall' hit nothing"],
  });
});

test('a run is void when too few events moved', () => {
  expect(outcomeOf({ ...BASE, moved: { events: 999, atLeast: 1_000 } }).status).toBe('void');
});

test('a finding makes a run fail, even one that would be void', () => {
  const findings = [{ kind: 'lost' as const, message: 'x' }];
  expect(outcomeOf({ ...BASE, findings, hits: { kill: 0 } }).status).toBe('fail');
});
