import { createRecordScans, type Records, type Watermarks } from '../../src/hubspot/index.ts';
import { LaggingPortal } from './lagging-portal.ts';

const START = Date.UTC(2026, 10, 1);
const POLL_MS = 5_000;
const SETTLE_STEP_MS = 10_000;

/** What happens at the portal while it is read. */
export interface Workload {
  readonly seed: number;
  readonly records: number;
  readonly changes: number;
  /** The changes are spread over this time, at random. */
  readonly overMs: number;
  /** So many records are changed in one ms, besides. */
  readonly sharedMs: number;
  readonly maxLagMs: number;
  readonly pageSize: number;
  readonly shows: 'indexed' | 'current';
  /** The reader stops now and then behind a page, and goes on from the watermarks it stored. */
  readonly crashes: boolean;
  readonly settleMs: number;
  /** Ends after so many rounds; default when all has settled. */
  readonly rounds?: number;
  readonly from?: Watermarks;
}

export interface Outcome {
  /** Records whose last change the reader has not got. */
  readonly missed: readonly string[];
  readonly changes: number;
  readonly searches: number;
  readonly yielded: number;
  readonly watermarks: Watermarks;
}

/** Reads the changes of a portal that goes on changing, into a local copy, and compares the two at the end. */
export async function readUntilSettled(workload: Workload, given?: LaggingPortal): Promise<Outcome> {
  const random = randomOf(workload.seed);
  const portal =
    given ??
    new LaggingPortal({
      lagMs: () => random() * workload.maxLagMs,
      callMs: 200,
      shows: workload.shows,
      startAt: START,
    });
  const startAt = portal.now;
  const todo = schedule(workload, startAt, random);
  let done = 0;
  portal.onTime = (now) => {
    for (let next = todo[done]; next && next.at <= now; next = todo[done]) {
      portal.change(next.id, next.at);
      done += 1;
    }
  };
  const scans = createRecordScans(portal.records as Records);
  const copy = new Map<string, { updatedAt: string; change: number }>();
  let watermarks = workload.from ?? { live: startAt, settled: startAt };
  let yielded = 0;
  const end = startAt + workload.overMs + workload.maxLagMs + workload.settleMs + 2 * SETTLE_STEP_MS;
  const more = (round: number) =>
    workload.rounds === undefined
      ? portal.now < end || watermarks.settled < startAt + workload.overMs
      : round < workload.rounds;

  for (let round = 0; more(round); round += 1) {
    const settings = { settleMs: workload.settleMs, settleStepMs: SETTLE_STEP_MS };
    const clock = { now: () => portal.now, monotonic: () => portal.now, sleep: async () => undefined };
    for await (const page of scans.readChanges('contacts', watermarks, {
      pageSize: workload.pageSize,
      settings,
      clock,
    })) {
      for (const { id, updatedAt = '', properties } of page.records) {
        yielded += 1;
        const change = Number(properties.change);
        if ((copy.get(id)?.updatedAt ?? '') <= updatedAt && (copy.get(id)?.change ?? 0) <= change)
          copy.set(id, { updatedAt, change });
      }
      watermarks = page.watermarks;
      if (workload.crashes && random() < 0.1) break;
    }
    portal.pass(POLL_MS);
  }
  const missed = [...portal.current.values()].filter(({ id, change }) => copy.get(id)?.change !== change);
  return {
    missed: missed.map(({ id }) => id),
    changes: done,
    searches: portal.searches,
    yielded,
    watermarks,
  };
}

function schedule(workload: Workload, startAt: number, random: () => number): { at: number; id: number }[] {
  const some = () => 1 + Math.floor(random() * workload.records);
  const todo = Array.from({ length: workload.changes }, () => ({
    at: startAt + Math.floor(random() * workload.overMs),
    id: some(),
  }));
  const together = startAt + Math.floor(workload.overMs / 2);
  for (let id = 1; id <= workload.sharedMs; id += 1) todo.push({ at: together, id });
  return todo.sort((a, b) => a.at - b.at);
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
