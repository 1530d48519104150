import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../db/database.ts';
import { compareDecimals } from '../mapping/decimal.ts';
import { recordKey } from '../mapping/effects.ts';
import type { EventCounter, Mapper } from '../mapping/mapper.ts';
import type { RunningStates } from '../mapping/running.ts';
import {
  type CountableEvent,
  countableEvents,
  existingEvents,
  type RunningLane,
} from '../outbox/running-history.ts';
import { upsertsOf } from './plan.ts';

/**
 * What a lane's events say of its running values.
 *
 * `same`: what is kept. `changed`: something else. `unreadable`: an event that was counted cannot be mapped any more.
 * `gap`: events that were counted have been deleted. `lower`: a value would become less or go, as it would if some had been.
 */
export type Recount =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'changed' | 'lower';
      readonly running: RunningStates;
      /** Delivered events that were not counted. */
      readonly added: readonly number[];
    }
  | { readonly kind: 'unreadable' | 'gap'; readonly reason: string };

export type CountingMapper = Mapper & EventCounter;

/** Works out a lane's values from its events; writes nothing. */
export async function recount(
  db: Queryable,
  lane: RunningLane,
  mapper: CountingMapper,
  options: { readonly moving: boolean },
): Promise<Recount> {
  const isOurs = (name: string) => Object.hasOwn(mapper.running, name);
  const kept = Object.entries(lane.running);
  // What the config does not declare any more cannot be worked out, and is not shown.
  let running: RunningStates = Object.fromEntries(kept.filter(([name]) => !isOurs(name)));
  const added: number[] = [];
  for await (const page of countableEvents(db, lane, options)) {
    for (const event of page) {
      const counted = mapper.count(event, running);
      if (counted.ok) {
        if (!event.counted && counted.running !== running) added.push(event.id);
        running = counted.running;
      } else if (event.counted) {
        const reason = `Event ${event.id} was counted and cannot be mapped any more (${counted.code}).`;
        return { kind: 'unreadable', reason };
      }
    }
  }
  if (added.length === 0 && isDeepStrictEqual(running, lane.running)) return { kind: 'same' };
  const gone = await goneEvent(db, lane);
  if (gone !== undefined)
    return { kind: 'gap', reason: `Event ${gone}, which the values hold, has been deleted.` };
  const lower = kept.some(([name, before]) => {
    if (!isOurs(name)) return false;
    const after = running[name];
    if (after === undefined) return true;
    return mapper.running[name] === 'count' && compareDecimals(String(after.value), String(before.value)) < 0;
  });
  return { kind: lower ? 'lower' : 'changed', running, added };
}

/**
 * The oldest event from which on the record must be read back, so that every property that depends on running values is among
 * what the events set; undefined when there is none. Not the first of all: read back against old events, a value that a person
 * has set back to what it once was would be taken for a late write.
 */
export async function doubtFrom(
  db: Queryable,
  lane: RunningLane,
  running: RunningStates,
  mapper: Mapper,
): Promise<number | undefined> {
  const last = new Map<string, number>();
  for await (const page of countableEvents(db, lane, { moving: false }))
    for (const event of page)
      if (event.delivered)
        for (const property of dependentOn(event, running, mapper)) last.set(property, event.id);
  return last.size === 0 ? undefined : Math.min(...last.values());
}

function dependentOn(event: CountableEvent, running: RunningStates, mapper: Mapper): string[] {
  const [now, without] = [running, {}].map((states) => {
    const plan = mapper.plan(event, states, { counted: true });
    const upserts = plan.ok ? upsertsOf(plan.record, plan.effects) : [];
    return upserts.flatMap(({ record, properties }) =>
      Object.entries(properties).map(([name, value]) => ({ at: `${recordKey(record)}\n${name}`, value })),
    );
  });
  const before = new Map(without?.map(({ at, value }) => [at, value]));
  return (now ?? []).flatMap(({ at, value }) => (before.get(at) === value ? [] : [at]));
}

/** An event of which the lane itself knows that it was there, and that is not: all older ones may be gone too. */
async function goneEvent(db: Queryable, lane: RunningLane): Promise<number | undefined> {
  const named = Object.values(lane.running).flatMap(({ event }) => event ?? []);
  const ids = [...new Set([...named, lane.deliveredTo])].filter((id) => id > 0);
  const there = await existingEvents(db, ids);
  return ids.find((id) => !there.has(id));
}
