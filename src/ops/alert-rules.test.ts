import { describe, expect, it } from 'vitest';
import { type AlertReading, type AlertThresholds, judgeRules } from './alert-rules.ts';

const LIMITS: AlertThresholds = {
  windowMs: 300_000,
  minCalls: 20,
  successRate: 0.95,
  errorRate: 0.05,
  responseMs: 2_000,
  queue: 50,
  dailyShare: 0.8,
};

const calls = (over: Partial<AlertReading['calls']>): Partial<AlertReading> => ({
  calls: {
    count: 100,
    failed: 0,
    meanMs: 200,
    inputs: 1_000,
    applied: 1_000,
    refused: { '401': 0, '403': 0 },
    ...over,
  },
});

const WELL: AlertReading = {
  calls: { count: 0, failed: 0, meanMs: 0, inputs: 0, applied: 0, refused: { '401': 0, '403': 0 } },
  breaker: 'closed',
  waiting: 0,
  daily: { used: 10, limit: null },
  drifted: [],
  deadGrowth: 0,
};

/** Rule and subject of what is in trouble. */
const troubles = (over: Partial<AlertReading>) =>
  judgeRules({ ...WELL, ...over }, LIMITS).flatMap(({ rule, subject, judgement }) =>
    judgement.kind === 'trouble' ? [subject === '' ? rule : `${rule} ${subject}`] : [],
  );

describe('what is trouble', () => {
  it.each<[string, Partial<AlertReading>, string[]]>([
    ['nothing at all', {}, []],
    ['much traffic and all well', calls({}), []],
    ['just enough applied', calls({ applied: 950 }), []],
    ['too little applied', calls({ applied: 949 }), ['success-rate']],
    ['no input ended', calls({ inputs: 0, applied: 0 }), []],
    ['as many errors as may be', calls({ failed: 5 }), []],
    ['one error too many', calls({ failed: 6 }), ['error-rate']],
    [
      'one failure alone among the fewest calls',
      calls({ count: 20, failed: 1, inputs: 20, applied: 19 }),
      [],
    ],
    [
      'two failures among the fewest calls',
      calls({ count: 20, failed: 2, inputs: 20, applied: 18 }),
      ['success-rate', 'error-rate'],
    ],
    [
      'too few calls, all failed',
      calls({ count: 19, failed: 19, meanMs: 9_000, inputs: 19, applied: 0 }),
      [],
    ],
    ['as slow as may be', calls({ meanMs: 2_000 }), []],
    ['too slow', calls({ meanMs: 2_001 }), ['slow-answers']],
    ['an open breaker', { breaker: 'open' }, ['breaker-open']],
    ['a half-open breaker', { breaker: 'half-open' }, ['breaker-open']],
    ['a full queue', { waiting: 50 }, []],
    ['an overfull queue', { waiting: 51 }, ['queue-long']],
    ['a day without a known limit', { daily: { used: 1_000_000, limit: null } }, []],
    ['most of the day', { daily: { used: 80, limit: 100 } }, []],
    ['nearly all of the day', { daily: { used: 81, limit: 100 } }, ['daily-budget']],
    [
      'two properties gone',
      { drifted: ['contacts.plan', 'deals.stage'] },
      ['schema-drift contacts.plan', 'schema-drift deals.stage'],
    ],
    [
      'one 401, whatever the traffic',
      calls({ count: 1, failed: 1, refused: { '401': 1, '403': 0 } }),
      ['token-refused 401'],
    ],
    ['one 403', calls({ count: 1, failed: 1, refused: { '401': 0, '403': 1 } }), ['token-refused 403']],
    ['one more dead letter', { deadGrowth: 1 }, ['dead-letters']],
  ])('%s', (_, over, expected) => {
    expect(troubles(over)).toEqual(expected);
  });
});

describe('rates with too few calls', () => {
  const rates = (waiting: number) =>
    judgeRules({ ...WELL, ...calls({ count: 3, failed: 3 }), waiting }, LIMITS)
      .filter(({ rule }) => ['success-rate', 'error-rate', 'slow-answers'].includes(rule))
      .map(({ judgement }) => judgement.kind);

  it('are unknown while events wait', () => {
    expect(rates(1)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('are well when nothing waits', () => {
    expect(rates(0)).toEqual(['none', 'none', 'none']);
  });
});

it('only an open breaker and a long queue have to last', () => {
  const lasting = judgeRules(
    { ...WELL, drifted: ['contacts.plan'], ...calls({ refused: { '401': 1, '403': 1 } }) },
    LIMITS,
  ).filter(({ forMs }) => forMs > 0);
  expect(lasting.map(({ rule, forMs }) => [rule, forMs])).toEqual([
    ['breaker-open', 300_000],
    ['queue-long', 300_000],
  ]);
});

it('says the numbers, and never a share that looks like its limit', () => {
  const [success, errors] = judgeRules(
    { ...WELL, ...calls({ applied: 949, failed: 51, count: 1_000 }) },
    LIMITS,
  );
  expect(success?.judgement).toEqual({
    kind: 'trouble',
    summary: '94.9 % of 1000 inputs were applied in 300 s; 95 % should be.',
  });
  expect(errors?.judgement).toEqual({
    kind: 'trouble',
    summary: '5.1 % of 1000 calls failed in 300 s; 5 % may.',
  });
});
