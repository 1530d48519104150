import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from './index.ts';
import { createRandom } from './random.ts';
import { type Answer, CONTACTS, startPortal, type TestPortal } from './test-client.ts';

const START = Date.parse('2026-11-22T12:00:00Z');
const DETAILS = '/account-info/2026-09/details';
const WINDOW_MS = 10_000;
const PER_WINDOW = 100;
const SEARCHES_PER_SECOND = 5;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({
    tier: 'free',
    limits: 'default',
    tokens: [
      { token: 'second', id: 'second', appId: 1_001 },
      { token: 'other', id: 'other', appId: 4_242 },
    ],
  });
  portal.simulator.setClock({ now: START, frozen: true });
});
afterEach(() => portal.simulator.stop());

/** One call of one client: the first two have tokens of one app, the third has another app's. */
type Call = () => Promise<Answer>;
const clients = (call: (headers: Record<string, string>) => Promise<Answer>): Call[] => [
  () => call({}),
  () => call({ authorization: 'Bearer second' }),
  () => call({ authorization: 'Bearer other' }),
];

/** Rounds in which all clients call at once, `each` times, with the portal's clock going on by up to `stepMs` between them. */
async function hammer(
  callers: readonly Call[],
  rounds: number,
  each: number,
  stepMs: number,
): Promise<Answer[]> {
  const random = createRandom(3);
  const answers: Answer[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const calls = callers.flatMap((call) => Array.from({ length: each }, call));
    answers.push(...(await Promise.all(calls)));
    // Whole windows are stepped over exactly, too: the edge belongs to the next one.
    portal.simulator.setClock({ advanceMs: random() < 0.1 ? stepMs : Math.floor(random() * stepMs) });
  }
  return answers;
}

const entriesOf = (...tokenIds: string[]): readonly JournalEntry[] =>
  portal.simulator.journal().filter(({ tokenId }) => tokenId !== null && tokenIds.includes(tokenId));

/** For each call in its order: how many were admitted in the window that ended with it, and whether it was. */
function* windowsAt(
  entries: readonly JournalEntry[],
  spanMs: number,
): Iterable<{ before: number; admitted: boolean }> {
  const admitted: number[] = [];
  for (const { at, status } of entries) {
    yield { before: admitted.filter((instant) => instant > at - spanMs).length, admitted: status !== 429 };
    if (status !== 429) admitted.push(at);
  }
}

it('each app is admitted exactly while its rolling window has room, whichever of its tokens call', async () => {
  await hammer(
    clients((headers) => portal.call('GET', DETAILS, undefined, headers)),
    40,
    6,
    900,
  );
  for (const [tokenIds, calls] of [
    [['token-1', 'second'], 480],
    [['other'], 240],
  ] as const) {
    const windows = [...windowsAt(entriesOf(...tokenIds), WINDOW_MS)];
    expect(windows).toHaveLength(calls);
    expect(Math.max(...windows.map(({ before }) => before))).toBe(PER_WINDOW);
    expect(windows.filter(({ before, admitted }) => admitted !== before < PER_WINDOW)).toEqual([]);
  }
});

it('searches of all clients together are admitted while the second has room', async () => {
  await hammer(
    clients((headers) => portal.call('POST', `${CONTACTS}/search`, { limit: 1 }, headers)),
    30,
    2,
    1_000,
  );
  const windows = [...windowsAt(portal.simulator.journal(), 1_000)];
  expect(Math.max(...windows.map(({ before }) => before))).toBe(SEARCHES_PER_SECOND);
  expect(windows.filter(({ before, admitted }) => admitted !== before < SEARCHES_PER_SECOND)).toEqual([]);
});

describe('a refused call is told why', () => {
  const refused = (answers: Answer[]) => answers.filter(({ status }) => status === 429);
  const common = { status: 'error', correlationId: expect.stringMatching(UUID) as string };
  const requestId = expect.stringMatching(UUID) as string;

  it('by the window, with the group of its app', async () => {
    const callers = clients((headers) => portal.call('GET', DETAILS, undefined, headers));
    const bodies = refused(await hammer(callers, 2, 60, 1)).map(({ body }) => body);
    const of = (appId: number) => ({
      ...common,
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
      groupName: `publicapi:private-app-api-calls-ten-secondly:12345678:${appId}`,
      requestId,
    });
    expect(bodies).toHaveLength(140 + 20);
    for (const body of bodies)
      expect(body).toEqual(of(String(body.groupName).endsWith(':4242') ? 4_242 : 1_001));
    expect(bodies.filter(({ groupName }) => String(groupName).endsWith(':4242'))).toHaveLength(20);
  });

  it('by the day, which all apps share', async () => {
    portal.simulator.setLimits({ perWindow: null, daily: 50 });
    const callers = clients((headers) => portal.call('GET', DETAILS, undefined, headers));
    const answers = refused(await hammer(callers, 3, 10, 20_000));
    expect(answers).toHaveLength(90 - 50);
    for (const { body, headers } of answers) {
      expect(body).toEqual({
        ...common,
        message: 'You have reached your daily limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'DAILY',
        requestId,
      });
      expect(headers['x-hubspot-ratelimit-daily-remaining']).toBe('0');
    }
  });

  it('by the second, for searches, which bear no headers of limits', async () => {
    const callers = clients((headers) => portal.call('POST', `${CONTACTS}/search`, { limit: 1 }, headers));
    const answers = refused(await hammer(callers, 1, 4, 1));
    expect(answers).toHaveLength(12 - SEARCHES_PER_SECOND);
    for (const { body, headers } of answers) {
      expect(body).toEqual({
        ...common,
        message: 'You have reached your secondly limit.',
        category: 'RATE_LIMITS',
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('x-hubspot-ratelimit'))).toEqual([]);
    }
  });
});

describe('the day of the portal', () => {
  it.each([
    ['Europe/Berlin', 'an ordinary day', '2026-11-21T23:00:00Z', '2026-11-22T23:00:00Z'],
    ['Europe/Berlin', 'a day of 23 hours', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', 'a day of 25 hours', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['America/New_York', 'a day of 25 hours', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
    [
      'America/Santiago',
      'the day before a midnight that is skipped',
      '2026-09-05T04:00:00Z',
      '2026-09-06T04:00:00Z',
    ],
  ])('in %s: %s ends at its midnight and not a moment before', async (timeZone, _, from, to) => {
    const zoned = await startPortal({ limits: { perWindow: null, daily: 3 }, account: { timeZone } });
    const statusesAt = async (instant: string, before = 0) => {
      zoned.simulator.setClock({ now: Date.parse(instant) - before, frozen: true });
      const answers = await Promise.all(Array.from({ length: 4 }, () => zoned.call('GET', DETAILS)));
      return answers.map(({ status }) => status).sort();
    };
    expect(await statusesAt(from)).toEqual([200, 200, 200, 429]);
    expect(await statusesAt(to, 1_800_000)).toEqual([429, 429, 429, 429]);
    expect(await statusesAt(to, 1)).toEqual([429, 429, 429, 429]);
    expect(await statusesAt(to)).toEqual([200, 200, 200, 429]);
    expect(zoned.simulator.state().refused.DAILY).toBe(10);
    await zoned.simulator.stop();
  });
});
