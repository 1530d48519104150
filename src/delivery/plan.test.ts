import { describe, expect, it } from 'vitest';
import type { Effect, Properties, RecordRef } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import {
  type ClaimedEvent,
  type ClaimedLane,
  DEAD_AFTER_CRASHES,
  DEAD_AFTER_PLAN_CRASHES,
} from '../outbox/claim.ts';
import { planLane, propertiesSetBy } from './plan.ts';

const OCCURRED = new Date('2026-01-02T03:04:05Z');

interface Payload {
  readonly id?: string;
  readonly set?: Properties;
  readonly notes?: readonly string[];
  readonly refused?: boolean;
  readonly nothing?: boolean;
}

const mapper: Mapper = {
  route: () => ({ ok: true, recordKey: 'unused' }),
  plan(event) {
    const { id = 'ada@example.com', set, notes = [], refused, nothing } = event.payload as Payload;
    if (refused) return { ok: false, code: 'EVENT_PAYLOAD_INVALID', message: 'does not fit' };
    const record: RecordRef = { objectType: 'contacts', idProperty: 'email', id };
    const effects: Effect[] = [
      ...(set ? [{ kind: 'contact.upsert', record, properties: set } as const] : []),
      ...notes.map(
        (body) =>
          ({ kind: 'activity.create', activity: 'note', record, body, occurredAt: OCCURRED }) as const,
      ),
    ];
    return { ok: true, record, effects: nothing ? [] : effects };
  },
};

const event = (id: number, payload: Payload): ClaimedEvent => ({
  id,
  type: 'any',
  payload,
  occurredAt: OCCURRED,
  attemptCount: 0,
  refusals: 0,
});

const lane = (events: ClaimedEvent[], over: Partial<ClaimedLane> = {}): ClaimedLane => ({
  id: 1,
  recordKey: 'contacts:email:ada@example.com',
  epoch: 1,
  crashes: 0,
  planCrashes: 0,
  failures: 0,
  failingMs: null,
  unfoldUntil: null,
  deliveredTo: 0,
  priority: 5,
  events,
  ...over,
});

describe('planLane', () => {
  it('folds the upserts of a record past its notes, the last value of a property winning', () => {
    const plan = planLane(
      lane([
        event(1, { set: { plan: 'free', city: 'Rome' } }),
        event(2, { notes: ['hello'] }),
        event(3, { set: { plan: 'pro' } }),
      ]),
      mapper,
    );
    expect(plan.upserts).toMatchObject([{ properties: { plan: 'pro', city: 'Rome' }, eventIds: [1, 2, 3] }]);
    expect(plan.events[1]?.notes).toMatchObject([{ eventId: 2, ordinal: 0, upsert: plan.upserts[0] }]);
  });

  it('keeps each note of an event under its own ordinal', () => {
    const [planned] = planLane(lane([event(1, { set: { a: '1' }, notes: ['x', 'y'] })]), mapper).events;
    expect(planned?.notes.map((note) => [note.ordinal, note.activity.body])).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
  });

  it('gives a note without an upsert one without properties, because it needs the id of the record', () => {
    expect(planLane(lane([event(1, { notes: ['x'] })]), mapper).upserts).toMatchObject([{ properties: {} }]);
  });

  it('makes one upsert for each record of a lane', () => {
    const plan = planLane(
      lane([
        event(1, { id: 'ada@example.com', set: { a: '1' } }),
        event(2, { id: 'bob@example.com', set: { a: '2' } }),
        event(3, { id: 'ada@example.com', set: { a: '3' } }),
      ]),
      mapper,
    );
    expect(plan.upserts.map((upsert) => [upsert.record.id, upsert.properties.a, upsert.eventIds])).toEqual([
      ['ada@example.com', '3', [1, 3]],
      ['bob@example.com', '2', [2]],
    ]);
  });

  it('leaves a refused event out of the fold and carries its reason', () => {
    const plan = planLane(
      lane([event(1, { refused: true, set: { a: '1' } }), event(2, { set: { b: '2' } })]),
      mapper,
    );
    expect(plan.events[0]).toMatchObject({ refusal: { code: 'EVENT_PAYLOAD_INVALID' }, notes: [] });
    expect(plan.upserts).toMatchObject([{ properties: { b: '2' }, eventIds: [2] }]);
  });

  it('plans nothing for an event without effects', () => {
    const plan = planLane(lane([event(1, { nothing: true })]), mapper);
    expect(plan.upserts).toEqual([]);
    expect(plan.events[0]?.upsert).toBeUndefined();
  });

  it('refuses what a lane holds only once it has crashed as many workers as the threshold', () => {
    const plan = (over: Partial<ClaimedLane>) =>
      planLane(lane([event(1, { set: { a: '1' } })], over), mapper);
    const dead = { upserts: [], events: [{ refusal: { code: 'DELIVERY_CRASHED_WORKER' } }] };
    expect(plan({ crashes: 20, planCrashes: DEAD_AFTER_PLAN_CRASHES - 1 }).upserts).toHaveLength(1);
    expect(plan({ crashes: 20, planCrashes: DEAD_AFTER_PLAN_CRASHES })).toMatchObject(dead);
    expect(plan({ crashes: DEAD_AFTER_CRASHES - 1 }).upserts).toHaveLength(1);
    expect(plan({ crashes: DEAD_AFTER_CRASHES })).toMatchObject(dead);
  });

  it('leaves alone what a newer, delivered event has set, and sends the rest', () => {
    const overtaken = propertiesSetBy([event(5, { set: { plan: 'pro' } })], mapper);
    const plan = planLane(
      lane([event(3, { set: { plan: 'free', city: 'Rome' } })], { deliveredTo: 5 }),
      mapper,
      overtaken,
    );
    expect(plan.upserts).toMatchObject([{ properties: { city: 'Rome' } }]);
    expect(plan.upserts[0]?.properties).not.toHaveProperty('plan');
  });

  it('lets a redriven event win over a delivered one that is older than it', () => {
    const overtaken = propertiesSetBy(
      [event(5, { set: { plan: 'five' } }), event(9, { set: { city: 'nine' } })],
      mapper,
    );
    const plan = planLane(
      lane([event(3, { set: { plan: 'three' } }), event(8, { set: { plan: 'eight', city: 'eight' } })], {
        deliveredTo: 9,
      }),
      mapper,
      overtaken,
    );
    expect(plan.upserts[0]?.properties).toEqual({ plan: 'eight' });
  });

  it('does not mix up what newer events have set on another record of the lane', () => {
    const overtaken = propertiesSetBy([event(5, { id: 'bob@example.com', set: { plan: 'pro' } })], mapper);
    const plan = planLane(lane([event(3, { set: { plan: 'free' } })], { deliveredTo: 5 }), mapper, overtaken);
    expect(plan.upserts).toMatchObject([{ properties: { plan: 'free' } }]);
  });
});

describe('propertiesSetBy', () => {
  it('names the newest event for each property, over several pages', () => {
    const set = propertiesSetBy([event(1, { set: { a: '1', b: '1' } })], mapper);
    propertiesSetBy([event(2, { set: { a: '2' } }), event(3, { refused: true })], mapper, set);
    expect([...(set.get('contacts:email:ada@example.com') ?? [])]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });
});
