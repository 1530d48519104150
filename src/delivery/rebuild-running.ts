import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import type { RunningStates } from '../mapping/running.ts';
import {
  laneByKey,
  lanesAfter,
  lockIdleLane,
  markCounted,
  type RunningLane,
  writeRunning,
} from '../outbox/running-history.ts';
import { type CountingMapper, doubtFrom, type Recount, recount } from './recount.ts';

export interface RebuildOptions {
  readonly mapper: CountingMapper;
  readonly clock: Clock;
  /** One record only. */
  readonly recordKey?: string | undefined;
  /** False: only say what would change. */
  readonly write: boolean;
  /** Write also what would make a value less. */
  readonly allowLower?: boolean | undefined;
  /** How long lanes that a worker holds are tried again; default 30,000. */
  readonly patienceMs?: number;
  readonly stopping?: AbortSignal;
  onProgress?(lanes: number): void;
}

export interface RebuildReport {
  readonly lanes: number;
  readonly changed: number;
  /** Delivered events that count from now on. */
  readonly events: number;
  /** Lanes that were left as they are. */
  readonly refused: number;
  /** Lanes that a worker held all the time. */
  readonly busy: number;
  /** The first lanes that change or are refused. */
  readonly examples: readonly RebuiltLane[];
}

export interface RebuiltLane {
  readonly recordKey: string;
  readonly kind: Exclude<Recount['kind'], 'same'>;
  readonly before: RunningStates;
  readonly after?: RunningStates;
  readonly reason?: string;
}

const BATCH = 200;
const EXAMPLES = 20;
const PATIENCE_MS = 30_000;
const RETRY_MS = 200;

/**
 * Works out the running values of lanes from their events, and where they differ writes them and has the records read back, which
 * sets HubSpot right. Every lane is a transaction of its own, in which nobody else has it; a lane that a worker holds is tried again.
 *
 * @throws SpokeError RECORD_NOT_FOUND for a `recordKey` without events.
 */
export async function rebuildRunning(db: Database, options: RebuildOptions): Promise<RebuildReport> {
  const report = { lanes: 0, changed: 0, events: 0, refused: 0, busy: 0 };
  const examples: RebuiltLane[] = [];
  const note = (lane: RunningLane, result: Recount) => {
    if (result.kind === 'same') return;
    const isWanted = result.kind === 'changed' || (result.kind === 'lower' && options.allowLower);
    if (isWanted && 'added' in result) report.events += result.added.length;
    report[isWanted ? 'changed' : 'refused'] += 1;
    if (examples.length >= EXAMPLES) return;
    const { kind } = result;
    const { recordKey, running: before } = lane;
    examples.push(
      'running' in result
        ? { recordKey, kind, before, after: result.running }
        : { recordKey, kind, before, reason: result.reason },
    );
  };
  let busy: RunningLane[] = [];
  for await (const lane of lanesOf(db, options)) {
    report.lanes += 1;
    options.onProgress?.(report.lanes);
    const first = await recount(db, lane, options.mapper, { moving: false });
    if (!options.write || first.kind === 'same') note(lane, first);
    else if (!(await rebuildLane(db, lane, options, note))) busy.push(lane);
  }
  const until = options.clock.monotonic() + (options.patienceMs ?? PATIENCE_MS);
  while (busy.length > 0 && options.clock.monotonic() < until && !options.stopping?.aborted) {
    await options.clock.sleep(RETRY_MS, options.stopping);
    const still: RunningLane[] = [];
    for (const lane of busy) if (!(await rebuildLane(db, lane, options, note))) still.push(lane);
    busy = still;
  }
  return { ...report, busy: busy.length, examples };
}

async function* lanesOf(db: Database, { recordKey, stopping }: RebuildOptions): AsyncGenerator<RunningLane> {
  if (recordKey !== undefined) {
    const lane = await laneByKey(db, recordKey);
    if (lane === undefined) throw noRecord(recordKey);
    yield lane;
    return;
  }
  for (let from = 0; !stopping?.aborted; ) {
    const lanes = await lanesAfter(db, from, BATCH);
    for (const lane of lanes) if (!stopping?.aborted) yield lane;
    const last = lanes.at(-1);
    if (last === undefined) return;
    from = last.id;
  }
}

export function noRecord(recordKey: string): SpokeError {
  return new SpokeError(
    'RECORD_NOT_FOUND',
    `No event of the record ${JSON.stringify(recordKey)} has been recorded.`,
  );
}

/** Somebody else has an event of the lane in hand: everything is given back. */
class TakenError extends Error {}

/** False when somebody else has the lane or one of its events. */
async function rebuildLane(
  db: Database,
  { id }: RunningLane,
  { mapper, allowLower = false }: RebuildOptions,
  note: (lane: RunningLane, result: Recount) => void,
): Promise<boolean> {
  try {
    const found = await db.transaction(async (tx) => {
      const lane = await lockIdleLane(tx, id);
      if (lane === undefined) return undefined;
      const result = await recount(tx, lane, mapper, { moving: true });
      if (result.kind === 'changed' || (result.kind === 'lower' && allowLower)) {
        const { running, added } = result;
        if (added.length > 0 && !(await markCounted(tx, id, added))) throw new TakenError();
        await writeRunning(tx, id, running, await doubtFrom(tx, lane, running, mapper));
      }
      return { lane, result };
    });
    if (found) note(found.lane, found.result);
    return found !== undefined;
  } catch (error) {
    if (error instanceof TakenError) return false;
    throw error;
  }
}
