import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../../src/db/database.ts';
import type { RecordScans } from '../../src/hubspot/record-scans.ts';

/** A reading of all falls asleep with one page in so many in its hands. */
const EVERY = 16;
/** Records of the page that change meanwhile, and never again. */
const CHANGED = 3;
const LOOK_MS = 50;
/** The reader of changes has stopped for good when it takes longer. */
const LONGEST_MS = 180_000;

export interface PageSleepersOptions {
  readonly db: Queryable;
  /** Ids of records that nobody else changes; those that a sleeper has changed are taken out. */
  readonly quiet: Set<string>;
  readonly change: (ids: readonly string[]) => Promise<void>;
  /** The portal's time, ms since 1970. */
  readonly now: () => number;
}

/**
 * Readers of all that sleep with a page in their hands until it is old for certain: some of its records are changed, and it is handed
 * on when the reader of changes has been past that for the second and last time. Nothing reads these records again then but a later
 * reading of all, so that what the page overwrites stays so. How long that takes is told by the portal's clock and the readers'
 * own place, not by the machine.
 */
export function createPageSleepers({ db, quiet, change, now }: PageSleepersOptions) {
  let pages = 0;
  let slept = 0;
  async function sleep(ids: readonly string[]): Promise<void> {
    pages += 1;
    if (pages < EVERY) return;
    const chosen = ids.filter((id) => quiet.has(id)).slice(0, CHANGED);
    if (chosen.length === 0) return;
    pages = 0;
    for (const id of chosen) quiet.delete(id);
    await change(chosen);
    const changedAt = now();
    const end = performance.now() + LONGEST_MS;
    while ((await settledUpTo(db)) <= changedAt) {
      if (performance.now() > end) throw new Error('The changes of a page were not read a second time.');
      await delay(LOOK_MS);
    }
    slept += 1;
  }
  return {
    slept: () => slept,
    holding: (scans: RecordScans): RecordScans => ({
      ...scans,
      async *listAll(objectType, options) {
        for await (const page of scans.listAll(objectType, options)) {
          await sleep(page.records.map(({ id }) => id));
          yield page;
        }
      },
    }),
  };
}

/** The portal's time up to which no change is read again. */
async function settledUpTo(db: Queryable): Promise<number> {
  const [row] = await db.query<{ settled: number }>(
    `select settled_watermark as settled from {schema}.mirror_objects where object_type = 'contacts'`,
  );
  return row?.settled ?? 0;
}
