import { expect, it } from 'vitest';
import { callsOf, estimateOf } from './redrive-preview.ts';

const sample = (type: string, id = 1) => ({ id, type, payload: {}, occurred_at: new Date(0) });

/** A mapper that knows what kinds of effects a type has; none for an unknown type. */
const mapperOf = (kinds: Readonly<Record<string, readonly string[]>>) => ({
  plan: ({ type }: { type: string }) =>
    kinds[type]
      ? { ok: true, effects: kinds[type].map((kind) => ({ kind })) }
      : { ok: false, code: 'EVENT_TYPE_UNKNOWN', message: '' },
});

it.each<[string, readonly string[], number, number, number]>([
  ['upserts are folded by record', ['contact.upsert'], 1_000, 150, 2],
  ['activities are not', ['activity.create'], 1_000, 150, 10],
  ['both', ['contact.upsert', 'activity.create'], 1_000, 150, 12],
  ['associations go by the two thousand', ['association.create'], 4_001, 10, 3],
  ['two notes an event', ['activity.create', 'activity.create'], 100, 1, 2],
  ['an event without effects costs nothing', [], 1_000, 1_000, 0],
])('%s', (_, kinds, events, records, calls) => {
  const types = [{ type: 'lead', events, records }];
  expect(callsOf(types, [sample('lead'), sample('lead', 2)], mapperOf({ lead: kinds }) as never)).toBe(calls);
});

it('counts a type by its own samples, and shares calls between types', () => {
  const types = [
    { type: 'a', events: 50, records: 50 },
    { type: 'b', events: 50, records: 50 },
    { type: 'unknown', events: 900, records: 900 },
  ];
  const mapper = mapperOf({ a: ['contact.upsert'], b: ['contact.upsert'] });
  expect(callsOf(types, [sample('a'), sample('b'), sample('unknown')], mapper as never)).toBe(1);
});

const PACE = {
  waiting_events: 0,
  waiting_lanes: 0,
  calls_per_second: 5,
  held_seconds: 0,
  daily_left: null,
};
const COST = { total: 1_000, calls: 20, basis: 'mapping' as const };

it.each<[string, object, object]>([
  ['the rate alone', {}, { seconds: 4, waiting: { events: 0, calls: 0 } }],
  [
    'what waits first',
    { waiting_events: 500, waiting_lanes: 10 },
    { seconds: 6, waiting: { events: 500, calls: 10 } },
  ],
  [
    'many lanes with one event',
    { waiting_events: 500, waiting_lanes: 2_000 },
    { waiting: { events: 500, calls: 20 } },
  ],
  ['a pause', { held_seconds: 29.2 }, { seconds: 34, heldSeconds: 30 }],
  ['no worker yet', { calls_per_second: null }, { seconds: null, callsPerSecond: null }],
  ['what is left of the day', { daily_left: 7 }, { dailyCallsLeft: 7 }],
])('reckons with %s', (_, pace, expected) => {
  expect(estimateOf({ ...PACE, ...pace }, COST)).toMatchObject(expected);
});
