import { describe, expect, it } from 'vitest';
import type { Mapper } from '../mapping/mapper.ts';
import type { DoubtedLane } from '../outbox/doubts.ts';
import { type Expectation, expectationsOf, sameValue, showsStale } from './expectations.ts';

const mapper: Mapper = {
  route: () => ({ ok: true, recordKey: 'unused' }),
  writeBack: () => undefined,
  plan(event, running = {}) {
    if (event.type === 'refused') return { ok: false, code: 'EVENT_TYPE_UNKNOWN', message: 'unknown' };
    const { id = 'ada@example.com', ...given } = event.payload as Record<string, string>;
    const record = { objectType: 'contacts', idProperty: 'email', id } as const;
    const properties = {
      ...given,
      ...('total' in given ? { total: String(running.total?.value ?? 0) } : {}),
    };
    return { ok: true, record, effects: [{ kind: 'contact.upsert', record, properties }], running };
  },
};

const lane = (...payloads: (Record<string, string> | 'refused')[]): DoubtedLane => ({
  id: 1,
  recordKey: 'contacts:email:ada@example.com',
  running: {},
  epoch: 1,
  unfoldUntil: null,
  failures: 0,
  backoffMs: 0,
  events: payloads.map((payload, index) => ({
    id: index + 1,
    type: payload === 'refused' ? 'refused' : 'any',
    payload,
    occurredAt: new Date(0),
    attemptCount: 1,
    refusals: 0,
    counted: true,
    delivered: true,
  })),
});

const only = (expectations: Expectation[]): Expectation => {
  expect(expectations).toHaveLength(1);
  return expectations[0] as Expectation;
};

describe('expectationsOf', () => {
  it('holds the value of an event that was not delivered for one that may have landed late', () => {
    const doubted = lane({ plan: 'a' }, { plan: 'b' });
    const events = doubted.events.map((event) => ({ ...event, delivered: event.id !== 1 }));
    const { upsert, stale } = only(expectationsOf({ ...doubted, events }, mapper));
    expect(upsert.properties).toEqual({ plan: 'b' });
    expect([...(stale.get('plan') ?? [])]).toEqual(['a']);
  });

  it('does not hold the value of a newer event that waits for an older one', () => {
    const doubted = lane({ plan: 'a' }, { plan: 'b' });
    const events = doubted.events.map((event) => ({ ...event, delivered: event.id === 1 }));
    expect(expectationsOf({ ...doubted, events }, mapper)).toEqual([]);
  });

  it('wants the last value of each property and knows the values that were overwritten', () => {
    const { upsert, stale } = only(
      expectationsOf(lane({ plan: 'a', city: 'Rome' }, { plan: 'b' }, { plan: 'c' }), mapper),
    );
    expect(upsert).toMatchObject({ properties: { plan: 'c', city: 'Rome' }, eventIds: [1, 2, 3] });
    expect([...stale].map(([name, values]) => [name, [...values]])).toEqual([['plan', ['a', 'b']]]);
  });

  it('expects nothing where no value was overwritten: whatever lands late changes nothing', () => {
    expect(expectationsOf(lane({ plan: 'a' }, { city: 'Rome' }, { plan: 'a' }), mapper)).toEqual([]);
  });

  it('keeps records of one lane apart', () => {
    const { upsert } = only(
      expectationsOf(lane({ plan: 'a' }, { id: 'bob@example.com', plan: 'b' }, { plan: 'c' }), mapper),
    );
    expect(upsert.record.id).toBe('ada@example.com');
  });

  it('takes every other value for stale where the value comes of running values', () => {
    const total = { value: '3', of: 'number' } as const;
    const expectation = only(
      expectationsOf({ ...lane({ total: '' }, { total: '' }), running: { total } }, mapper),
    );
    expect(expectation.upsert.properties).toEqual({ total: '3' });
    expect(showsStale(expectation, { total: '2' })).toBe(true);
    expect(showsStale(expectation, { total: '3.0' })).toBe(false);
  });

  it('wants the value of another lane whose event is newer, and takes its own for stale', () => {
    const others = lane({ plan: 'x' }, { plan: 'theirs' }).events;
    const other = { ...(others[1] as (typeof others)[number]), id: 9 };
    const { upsert, stale } = only(
      expectationsOf(
        lane({ plan: 'mine' }),
        mapper,
        new Map([['contacts:email:ada@example.com', { plan: 9 }]]),
        new Map([[9, other]]),
      ),
    );
    expect(upsert.properties).toEqual({ plan: 'theirs' });
    expect(stale.get('plan')).toEqual(new Set(['mine']));
  });

  it('passes over events that can no longer be mapped', () => {
    expect(
      only(expectationsOf(lane({ plan: 'a' }, 'refused', { plan: 'b' }), mapper)).upsert.eventIds,
    ).toEqual([1, 3]);
  });
});

describe('showsStale', () => {
  const expectation = (...values: string[]) =>
    only(expectationsOf(lane(...values.map((plan) => ({ plan }))), mapper));

  it.each([
    { what: 'the wanted value', values: ['a', 'b'], shown: 'b', stale: false },
    { what: 'an older value', values: ['a', 'b'], shown: 'a', stale: true },
    { what: 'what a person has put in meanwhile', values: ['a', 'b'], shown: 'z', stale: false },
    { what: 'nothing, which nobody has set', values: ['a', 'b'], shown: null, stale: false },
    { what: 'nothing, where it was cleared and set again', values: ['', 'b'], shown: null, stale: true },
    { what: 'a value that should have been cleared', values: ['a', ''], shown: 'a', stale: true },
    { what: 'a number in the form of HubSpot', values: ['1', '12.50'], shown: '12.5', stale: false },
    { what: 'an older number in the form of HubSpot', values: ['12.50', '1'], shown: '12.5', stale: true },
    { what: 'an older text that as a number is the same', values: ['007', '7'], shown: '007', stale: true },
  ])('says $stale of $what', ({ values, shown, stale }) => {
    expect(showsStale(expectation(...values), { plan: shown })).toBe(stale);
  });

  it('does not bring back a record that is gone, and says nothing of one that was not read', () => {
    expect(showsStale(expectation('a', 'b'), null)).toBe(false);
    expect(showsStale(expectation('a', 'b'), undefined)).toBe(false);
  });
});

describe('sameValue', () => {
  it.each([
    ['a', 'a', true],
    ['', '', true],
    ['', '0', false],
    ['a', 'A', false],
    ['12.50', '12.5', true],
    ['1', '2', false],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z', true],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z', false],
    ['2026-01-02', '2026-01-03', false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameValue(a, b)).toBe(same);
    expect(sameValue(b, a)).toBe(same);
  });
});
