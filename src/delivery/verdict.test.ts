import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimedLane } from '../outbox/claim.ts';
import { type EffectEnd, type JudgedEvent, laneVerdict, type RetryPolicy } from './verdict.ts';

const _NOW = Date.UTC(2026, 0, 10);
const HOUR = 3_600_000;

const policy: RetryPolicy = {
  maxAttempts: 3,
  retryDelayMs: 1_000,
  giveUpAfterMs: 24 * HOUR,
  random: () => 0,
  unknownIsTriedAgain: true,
};

const lane = (over: Partial<ClaimedLane> = {}): ClaimedLane => ({
  id: 7,
  recordKey: 'contacts:email:ada@example.com',
  epoch: 3,
  crashes: 0,
  planCrashes: 0,
  failures: 0,
  failingMs: null,
  unfoldUntil: null,
  doubtMs: 0,
  deliveredTo: 0,
  priority: 5,
  running: {},
  events: [],
  ...over,
});

const applied: EffectEnd = { end: 'applied', hubspotId: '1' };
const unknown: EffectEnd = { end: 'unknown', code: 'HUBSPOT_NO_ANSWER', message: 'time-out' };
const unsent: EffectEnd = { end: 'unsent', code: 'DELIVERY_HELD', message: 'held by burst', waitMs: 700 };
const not = (next: 'dead' | 'retry' | 'wait', waitMs?: number): EffectEnd => ({
  end: 'not-applied',
  next,
  code: `CODE_${next}`,
  message: next,
  ...(waitMs === undefined ? {} : { waitMs }),
});

const event = (id: number, ends: EffectEnd[], over: Partial<JudgedEvent> = {}): JudgedEvent => ({
  id,
  refusals: 0,
  ends,
  foldedWith: { count: 1, lastId: id },
  ...over,
});

const judge = (events: JudgedEvent[], over: Partial<ClaimedLane> = {}, how: Partial<RetryPolicy> = {}) =>
  laneVerdict(lane(over), events, { ...policy, ...how });
const states = (events: JudgedEvent[], over: Partial<ClaimedLane> = {}) =>
  judge(events, over).events.map((verdict) => verdict.state);

describe('laneVerdict, one event', () => {
  it.each([
    { end: applied, state: 'delivered', tries: 1, failures: 'kept', progressed: true, waitMs: 0 },
    { end: unknown, state: 'pending', tries: 1, failures: 'failed', progressed: false, waitMs: 500 },
    { end: unsent, state: 'pending', tries: 0, failures: 'kept', progressed: false, waitMs: 700 },
    { end: not('wait'), state: 'pending', tries: 1, failures: 'waited', progressed: false, waitMs: 500 },
    {
      end: not('wait', 9_000),
      state: 'pending',
      tries: 1,
      failures: 'waited',
      progressed: false,
      waitMs: 9_000,
    },
    { end: not('retry'), state: 'pending', tries: 1, failures: 'failed', progressed: false, waitMs: 500 },
    {
      end: not('retry', 2_000),
      state: 'pending',
      tries: 1,
      failures: 'failed',
      progressed: false,
      waitMs: 2_000,
    },
    { end: not('dead'), state: 'dead', tries: 1, failures: 'kept', progressed: true, waitMs: 0 },
  ])(
    '$end.end $end.next: $state, failures $failures',
    ({ end, state, tries, failures, progressed, waitMs }) => {
      expect(judge([event(1, [end])])).toMatchObject({
        id: 7,
        epoch: 3,
        events: [{ id: 1, state, tries }],
        failures,
        progressed,
        waitMs,
      });
    },
  );

  it('delivers an event that has no effects', () => {
    expect(states([event(1, [])])).toEqual(['delivered']);
  });

  it('makes a refused event dead without a try, with its reason', () => {
    const refusal = { code: 'EVENT_PAYLOAD_INVALID', message: 'no' };
    expect(judge([event(1, [], { refusal })]).events).toEqual([
      { id: 1, state: 'dead', tries: 0, ...refusal },
    ]);
  });

  it('keeps code and message of what kept the event', () => {
    expect(judge([event(1, [applied, unknown])]).events[0]).toMatchObject({
      code: 'HUBSPOT_NO_ANSWER',
      message: 'time-out',
    });
  });

  it('waits longer with each failure of the lane', () => {
    const waits = [0, 1, 2, 3].map((failures) => judge([event(1, [unknown])], { failures }).waitMs);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it.each([
    { ends: [applied, applied], state: 'delivered' },
    { ends: [applied, unsent], state: 'pending' },
    { ends: [unsent, not('dead')], state: 'dead' },
    { ends: [applied, not('dead'), unknown], state: 'dead' },
  ])('lets the worst of its effects decide: $state', ({ ends, state }) => {
    expect(states([event(1, ends)])).toEqual([state]);
  });
});

describe('laneVerdict, order', () => {
  it('keeps every event behind the first that stays pending, even when it was applied', () => {
    expect(
      states([event(1, [applied]), event(2, [unknown]), event(3, [applied]), event(4, [not('dead')])]),
    ).toEqual(['delivered', 'pending', 'pending', 'pending']);
  });

  it('goes on past dead events', () => {
    expect(states([event(1, [not('dead')]), event(2, [applied])])).toEqual(['dead', 'delivered']);
  });

  it('adds no try to an event that only stood behind another', () => {
    expect(judge([event(1, [unknown]), event(2, [unknown])]).events.map((verdict) => verdict.tries)).toEqual([
      1, 0,
    ]);
  });

  it('says that the lane progressed although its next event failed', () => {
    expect(judge([event(1, [applied]), event(2, [unknown])])).toMatchObject({
      progressed: true,
      failures: 'failed',
    });
  });

  const ends = fc.constantFrom(applied, unknown, unsent, not('wait'), not('retry'), not('dead'));
  const events = fc
    .array(
      fc.record({
        ends: fc.array(ends, { maxLength: 3 }),
        refusals: fc.nat(5),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      {
        maxLength: 8,
      },
    )
    .map((drafts) =>
      drafts.map(({ ends: each, refusals, count }, index) =>
        event(index + 1, each, { refusals, foldedWith: { count, lastId: drafts.length } }),
      ),
    );

  it('never delivers or buries an event behind one that waits, and judges every event once', () => {
    fc.assert(
      fc.property(events, fc.nat(40), fc.option(fc.nat(9)), (given, failures, unfoldUntil) => {
        const verdict = judge(given, { failures, unfoldUntil, failingMs: 48 * HOUR });
        expect(verdict.events.map(({ id }) => id)).toEqual(given.map(({ id }) => id));
        const firstPending = verdict.events.findIndex(({ state }) => state === 'pending');
        if (firstPending >= 0)
          expect(verdict.events.slice(firstPending).every(({ state }) => state === 'pending')).toBe(true);
        expect(verdict.waitMs).toBeGreaterThanOrEqual(0);
        expect(verdict.progressed).toBe(verdict.events.some(({ state }) => state !== 'pending'));
      }),
    );
  });

  it('never buries an event whose only trouble is the portal or the gate', () => {
    const harmless = fc.constantFrom(unsent, not('wait'), applied);
    fc.assert(
      fc.property(
        fc.array(harmless, { minLength: 1, maxLength: 4 }),
        fc.nat(2_000),
        fc.nat(2_000),
        (each, refusals, failures) => {
          const verdict = judge([event(1, each, { refusals })], { failures, failingMs: 99 * HOUR });
          expect(verdict.events[0]?.state).not.toBe('dead');
        },
      ),
    );
  });
});

describe('laneVerdict, tries', () => {
  it('buries an event at its last try of a refusal that may heal', () => {
    const state = (refusals: number) => states([event(1, [not('retry')], { refusals })])[0];
    expect([0, 1, 2, 3].map(state)).toEqual(['pending', 'pending', 'dead', 'dead']);
  });

  it.each([
    { hours: 25, failures: 10, state: 'dead' },
    { hours: 25, failures: 9, state: 'pending' },
    { hours: 23, failures: 10, state: 'pending' },
    { hours: 23, failures: 1_000, state: 'pending' },
  ])(
    'gives up an unknown end after 24 h and ten failures: $hours h and $failures: $state',
    ({ hours, failures, state }) => {
      expect(states([event(1, [unknown])], { failures, failingMs: hours * HOUR })).toEqual([state]);
    },
  );

  it('does not give up where it is not known since when the end is unknown', () => {
    expect(states([event(1, [unknown])], { failures: 500, failingMs: null })).toEqual(['pending']);
  });

  it('tries the events of a fold one by one before it gives one up', () => {
    const fold = { count: 3, lastId: 3 };
    const given = [1, 2, 3].map((id) => event(id, [unknown], { foldedWith: fold }));
    const verdict = judge(given, { failures: 10, failingMs: 25 * HOUR });
    expect(verdict.events.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
    expect(verdict.unfoldUntil).toBe(3);
  });

  it('keeps the doubt about an event that it gives up', () => {
    const verdict = judge([event(1, [unknown])], { failures: 10, failingMs: 25 * HOUR });
    expect(verdict).toMatchObject({ doubtFrom: 1, events: [{ state: 'dead' }] });
  });

  it('counts a refusal for now, and nothing that is the portal’s', () => {
    const refusedOf = (end: EffectEnd) => judge([event(1, [end])]).events[0]?.refused ?? false;
    expect([not('retry'), not('wait'), unknown, unsent].map(refusedOf)).toEqual([true, false, false, false]);
  });

  it('names the oldest event whose write may still land', () => {
    expect(judge([event(1, [applied]), event(2, [unknown]), event(3, [unknown])]).doubtFrom).toBe(2);
    expect(judge([event(1, [not('wait')])]).doubtFrom).toBeUndefined();
  });

  it('drops what is unknown only with the guard off', () => {
    expect(judge([event(1, [unknown])], {}, { unknownIsTriedAgain: false }).events[0]?.state).toBe(
      'delivered',
    );
  });
});

describe('laneVerdict, unfolding', () => {
  const folded = (id: number, end: EffectEnd) => event(id, [end], { foldedWith: { count: 3, lastId: 3 } });

  it.each(['dead', 'retry'] as const)(
    'tries the events of a fold one by one when HubSpot refuses it (%s)',
    (next) => {
      const verdict = judge([1, 2, 3].map((id) => folded(id, not(next))));
      expect(verdict).toMatchObject({ unfoldUntil: 3, waitMs: 0, failures: 'kept' });
      expect(verdict.events.map(({ state, tries }) => [state, tries])).toEqual([
        ['pending', 0],
        ['pending', 0],
        ['pending', 0],
      ]);
    },
  );

  it('does not unfold for the trouble of the portal', () => {
    expect(judge([folded(1, not('wait'))]).unfoldUntil).toBeNull();
    expect(judge([folded(1, unknown)]).unfoldUntil).toBeNull();
  });

  it('stays unfolded until the last event of the fold has left', () => {
    expect(judge([event(1, [applied])], { unfoldUntil: 3 }).unfoldUntil).toBe(3);
    expect(judge([event(2, [not('dead')])], { unfoldUntil: 3 }).unfoldUntil).toBe(3);
    expect(judge([event(3, [applied])], { unfoldUntil: 3 }).unfoldUntil).toBeNull();
  });

  it('stays unfolded while the portal keeps the next event waiting', () => {
    expect(judge([event(2, [not('wait')])], { unfoldUntil: 3 }).unfoldUntil).toBe(3);
    expect(judge([event(2, [unsent])], { unfoldUntil: 3 }).unfoldUntil).toBe(3);
  });
});
