import { describe, expect, it } from 'vitest';
import type { Effect, Properties, RecordRef } from '../mapping/effects.ts';
import type { Mapper } from '../mapping/mapper.ts';
import {
  type ClaimedEvent,
  type ClaimedLane,
  DEAD_AFTER_CRASHES,
  DEAD_AFTER_PLAN_CRASHES,
} from '../outbox/claim.ts';
import { foldUpserts, partsOf } from './fold.ts';
import { type Overtaken, propertiesSetBy } from './overtaken.ts';
import { type LanePlan, planLane } from './plan.ts';

const OCCURRED = new Date('2026-01-02T03:04:05Z');

interface Payload {
  readonly id?: string;
  readonly set?: Properties;
  /** Set on a company that events of several lanes share. */
  readonly company?: Properties;
  readonly notes?: readonly string[];
  readonly archive?: boolean;
  readonly refused?: boolean;
  readonly nothing?: boolean;
  /** Added to a running total, which is sent as `total`. */
  readonly add?: number;
}

const acme: RecordRef = { objectType: 'companies', idProperty: 'merchant_id', id: 'acme' };

const mapper: Mapper = {
  route: () => ({ ok: true, recordKey: 'unused' }),
  writeBack: () => undefined,
  plan(event, before = {}, { counted = false } = {}) {
    const { id = 'ada@example.com', ...payload } = event.payload as Payload;
    if (payload.refused) return { ok: false, code: 'EVENT_PAYLOAD_INVALID', message: 'does not fit' };
    const record: RecordRef = { objectType: 'contacts', idProperty: 'email', id };
    const sum = Number(before.total?.value ?? 0) + (counted ? 0 : (payload.add ?? 0));
    const running =
      counted || payload.add === undefined
        ? before
        : { ...before, total: { value: String(sum), of: 'number' as const } };
    const set = payload.add === undefined ? payload.set : { ...payload.set, total: String(sum) };
    const effects: Effect[] = [
      ...(set ? [{ kind: 'contact.upsert', record, properties: set } as const] : []),
      ...(payload.company
        ? [{ kind: 'company.upsert', record: acme, properties: payload.company } as const]
        : []),
      ...(payload.notes ?? []).map(
        (body) => ({ kind: 'activity.create', record, body, occurredAt: OCCURRED }) as const,
      ),
      ...(payload.archive ? [{ kind: 'record.archive', record } as const] : []),
    ];
    return { ok: true, record, effects: payload.nothing ? [] : effects, running };
  },
};

const event = (id: number, payload: Payload): ClaimedEvent => ({
  id,
  type: 'any',
  payload,
  occurredAt: OCCURRED,
  ageMs: 0,
  attemptCount: 0,
  refusals: 0,
  counted: false,
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
  doubtMs: 0,
  deliveredTo: 0,
  priority: 5,
  running: {},
  events,
  ...over,
});

const folds = (plans: readonly LanePlan[], overtaken: Overtaken = new Map()) =>
  foldUpserts(
    plans
      .flatMap((plan) => {
        const after = plan.events.findLast(({ running }) => running)?.running ?? plan.lane.running;
        return plan.events.flatMap((planned) => partsOf(planned, overtaken, mapper, after));
      })
      .sort((a, b) => a.of.event.id - b.of.event.id),
  );

describe('planLane', () => {
  it('keeps each activity of an event under its own ordinal', () => {
    const [planned] = planLane(lane([event(1, { set: { a: '1' }, notes: ['x', 'y'] })]), mapper).events;
    expect(planned?.steps).toMatchObject([
      { ordinal: 1, effect: { body: 'x' } },
      { ordinal: 2, effect: { body: 'y' } },
    ]);
  });

  it('gives a note without an upsert one without properties, because it needs the id of the contact', () => {
    const [planned] = planLane(lane([event(1, { notes: ['x'] })]), mapper).events;
    expect(planned?.upserts).toMatchObject([{ kind: 'contact.upsert', properties: {} }]);
  });

  it('leaves a refused event out and carries its reason', () => {
    const [first, second] = planLane(
      lane([event(1, { refused: true }), event(2, { set: { b: '2' } })]),
      mapper,
    ).events;
    expect(first).toMatchObject({ refusal: { code: 'EVENT_PAYLOAD_INVALID' }, upserts: [], steps: [] });
    expect(second?.upserts).toHaveLength(1);
  });

  it('plans nothing for an event without effects', () => {
    expect(planLane(lane([event(1, { nothing: true })]), mapper).events).toMatchObject([
      { upserts: [], steps: [] },
    ]);
  });

  it('ends a claim before an event that archives a record, and after it', () => {
    const ids = (...events: ClaimedEvent[]) =>
      planLane(lane(events), mapper).events.map((planned) => planned.event.id);
    const archive = event(2, { archive: true });
    expect(ids(event(1, { set: { a: '1' } }), archive, event(3, { set: { a: '3' } }))).toEqual([1]);
    expect(ids(archive, event(3, { set: { a: '3' } }))).toEqual([2]);
  });

  it('carries running values from event to event, and adds nothing twice', () => {
    const total = { value: '5', of: 'number' } as const;
    const plan = planLane(
      lane([event(1, { add: 2 }), { ...event(2, { add: 7 }), counted: true }, event(3, { add: 3 })], {
        running: { total },
      }),
      mapper,
    );
    expect(plan.events.map(({ running }) => running?.total?.value)).toEqual(['7', undefined, '10']);
  });

  it('refuses what a lane holds only once it has crashed as many workers as the threshold', () => {
    const refusals = (over: Partial<ClaimedLane>) =>
      planLane(lane([event(1, { set: { a: '1' } })], over), mapper).events.map(
        ({ refusal }) => refusal?.code,
      );
    expect(refusals({ crashes: 20, planCrashes: DEAD_AFTER_PLAN_CRASHES - 1 })).toEqual([undefined]);
    expect(refusals({ crashes: 20, planCrashes: DEAD_AFTER_PLAN_CRASHES })).toEqual([
      'DELIVERY_CRASHED_WORKER',
    ]);
    expect(refusals({ crashes: DEAD_AFTER_CRASHES - 1 })).toEqual([undefined]);
    expect(refusals({ crashes: DEAD_AFTER_CRASHES })).toEqual(['DELIVERY_CRASHED_WORKER']);
  });
});

describe('foldUpserts', () => {
  it('folds the upserts of a record past its notes, the last value of a property winning', () => {
    const plan = planLane(
      lane([
        event(1, { set: { plan: 'free', city: 'Rome' } }),
        event(2, { notes: ['hello'] }),
        event(3, { set: { plan: 'pro' } }),
      ]),
      mapper,
    );
    expect(folds([plan])).toMatchObject([
      { properties: { plan: 'pro', city: 'Rome' }, eventIds: [1, 2, 3], traceId: '3', isOwn: true },
    ]);
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
    expect(folds([plan]).map((fold) => [fold.record.id, fold.properties.a, fold.eventIds])).toEqual([
      ['ada@example.com', '3', [1, 3]],
      ['bob@example.com', '2', [2]],
    ]);
  });

  it('folds a record that several lanes share over all of them, in the order of their events', () => {
    const ada = planLane(
      lane([event(1, { company: { city: 'Rome' } }), event(4, { company: { city: 'Bonn' } })]),
      mapper,
    );
    const bob = planLane(
      lane([event(2, { id: 'bob@example.com', company: { city: 'Oslo', size: '9' } })], {
        id: 2,
        recordKey: 'contacts:email:bob@example.com',
      }),
      mapper,
    );
    expect(folds([bob, ada])).toMatchObject([
      { record: acme, properties: { city: 'Bonn', size: '9' }, eventIds: [1, 2, 4], isOwn: false },
    ]);
  });

  it('gives each input of one event a trace id of its own', () => {
    const plan = planLane(lane([event(1, { set: { a: '1' }, company: { b: '2' } })]), mapper);
    expect(folds([plan]).map((fold) => fold.traceId)).toEqual(['1', '1.1']);
  });

  it('leaves alone what a newer, delivered event has set, and sends the rest', () => {
    const overtaken = propertiesSetBy([event(5, { set: { plan: 'pro' } })], mapper);
    const plan = planLane(
      lane([event(3, { set: { plan: 'free', city: 'Rome' } })], { deliveredTo: 5 }),
      mapper,
    );
    expect(folds([plan], overtaken)[0]?.properties).toEqual({ city: 'Rome' });
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
    );
    expect(folds([plan], overtaken)[0]?.properties).toEqual({ plan: 'eight' });
  });

  it('sends the newest running value with an event that was delivered late', () => {
    const total = { value: '4', of: 'number' } as const;
    const overtaken = propertiesSetBy([event(5, { add: 4, set: { plan: 'pro' } })], mapper);
    const plan = planLane(
      lane([event(3, { add: 2, set: { plan: 'free' } })], { deliveredTo: 5, running: { total } }),
      mapper,
    );
    expect(folds([plan], overtaken)[0]?.properties).toEqual({ total: '6' });
  });

  it('does not mix up what newer events have set on another record of the lane', () => {
    const overtaken = propertiesSetBy([event(5, { id: 'bob@example.com', set: { plan: 'pro' } })], mapper);
    const plan = planLane(lane([event(3, { set: { plan: 'free' } })], { deliveredTo: 5 }), mapper);
    expect(folds([plan], overtaken)[0]?.properties).toEqual({ plan: 'free' });
  });
});

describe('propertiesSetBy', () => {
  it('names the newest event for each property, over several pages', () => {
    const set = propertiesSetBy([event(1, { set: { a: '1', b: '1' } })], mapper);
    propertiesSetBy([event(2, { set: { a: '2' } }), event(3, { refused: true })], mapper, set);
    const names = set.get('contacts:email:ada@example.com') ?? new Map();
    expect([...names].map(([name, newest]) => [name, newest.id])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });
});
