import type { Queryable } from '../db/database.ts';
import { compareIds } from '../hubspot/parsed.ts';
import { writeDepartures } from '../mirror/write-departures.ts';
import { type WriteCounts, writeRecords } from '../mirror/write-records.ts';
import { addHints, dropHints, type Hint, postponeHints, takeHints } from './hints.ts';
import { pullFailure } from './pull-failure.ts';
import { mirrorObject, type PullTools } from './pull-tools.ts';
import { type Reading, readCurrent } from './read-current.ts';
import { readLinks, writeLinks } from './read-links.ts';

export interface RefreshCounts extends WriteCounts {
  /** Found to be archived, merged or erased. */
  readonly left: number;
}

export const NO_COUNTS: RefreshCounts = { inserted: 0, changed: 0, unchanged: 0, left: 0 };

const BATCH = 100;

/**
 * Brings the mirror's rows of these records up to what HubSpot's store holds now: the one way in which a hint, a change that a
 * search has found, or a suspect becomes content, with the links that the config keeps. All of them and what `also` writes are one
 * transaction. Records that were
 * merged hint at the one that took them up. Raises what the client raises.
 */
export async function refreshRecords(
  tools: PullTools,
  objectType: string,
  request: { readonly ids: readonly string[]; readonly properties: readonly string[] },
  signal: AbortSignal,
  also?: (tx: Queryable) => Promise<unknown>,
): Promise<RefreshCounts> {
  const ids = [...new Set(request.ids)].sort(compareIds);
  const readings: Reading[] = [];
  for (let start = 0; start < ids.length; start += BATCH)
    readings.push(
      await readCurrent(tools, objectType, { ...request, ids: ids.slice(start, start + BATCH) }, signal),
    );
  const live = readings.flatMap(({ records }) => records.map(({ id }) => id));
  const links = await readLinks(tools, objectType, live, signal);
  const { history } = mirrorObject(tools, objectType);
  return tools.db.transaction(async (tx) => {
    // In one order, as pages are written, so that neither waits for the other in a circle.
    await tx.query(
      'select 1 from {schema}.mirror_records where object_type = $1 and id = any ($2::bigint[]) order by id for update',
      [objectType, ids],
    );
    let counts = NO_COUNTS;
    for (const { records, readAt, departures, departuresReadAt } of readings) {
      const { newest } = tools.guards;
      const keep = { objectType, readAt, newest, ...(history === undefined ? {} : { history }) };
      const written = await writeRecords(tx, records, keep);
      const left = await writeDepartures(tx, departures, { objectType, readAt: departuresReadAt });
      const into = departures.flatMap((one) => (one.state === 'merged' ? [one.into] : []));
      await addHints(
        tx,
        objectType,
        into.filter((id) => !ids.includes(id)),
      );
      counts = plus(counts, { ...written, left });
    }
    await writeLinks(tx, links);
    await also?.(tx);
    return counts;
  });
}

/** Follows the hints of an object type that are due, until none is. What cannot be read now waits, and is told. */
export async function followHints(
  tools: PullTools,
  objectType: string,
  properties: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly counts: RefreshCounts; readonly read: number; readonly errors: readonly unknown[] }> {
  const errors: unknown[] = [];
  let counts = NO_COUNTS;
  let read = 0;
  while (!signal.aborted) {
    const hints = await takeHints(tools.db, objectType, BATCH);
    if (hints.length === 0) break;
    const part = await followSome(hints);
    if (part === 'later') break;
  }
  return { counts, read, errors };

  /** In halves where an answer is not usable, so that one bad record holds up no other. */
  async function followSome(hints: readonly Hint[]): Promise<'done' | 'later'> {
    try {
      const ids = hints.map(({ id }) => id);
      const part = await refreshRecords(tools, objectType, { ids, properties }, signal, (tx) =>
        dropHints(tx, objectType, hints),
      );
      counts = plus(counts, part);
      read += hints.length;
      return 'done';
    } catch (error) {
      const failure = pullFailure(error);
      if (failure === 'here' && hints.length > 1) {
        const half = Math.ceil(hints.length / 2);
        const first = await followSome(hints.slice(0, half));
        const second = await followSome(hints.slice(half));
        return first === 'later' || second === 'later' ? 'later' : 'done';
      }
      await postponeHints(tools.db, objectType, hints);
      if (failure === 'end') throw error;
      errors.push(error);
      return failure === 'here' ? 'done' : 'later';
    }
  }
}

export function plus(a: RefreshCounts, b: RefreshCounts): RefreshCounts {
  return {
    inserted: a.inserted + b.inserted,
    changed: a.changed + b.changed,
    unchanged: a.unchanged + b.unchanged,
    left: a.left + b.left,
  };
}
