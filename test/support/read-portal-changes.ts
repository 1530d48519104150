import type { Simulator } from '../../simulator/index.ts';
import {
  createRecordScans,
  type HubspotClient,
  MAX_BATCH_INPUTS,
  type Records,
  type Watermarks,
} from '../../src/hubspot/index.ts';

const TICK_MS = 250;
const POLL_MS = 5_000;
/** Holds the number of a record's last change. */
const PROPERTY = 'city';

export interface PortalWorkload {
  readonly records: number;
  /** Changes to records at random, spread over `overMs`. */
  readonly changes: number;
  readonly overMs: number;
  /** So many records are changed in one ms in the middle. */
  readonly sharedMs: number;
  readonly settleMs: number;
  readonly random: () => number;
}

export interface PortalOutcome {
  readonly missed: number;
  readonly changes: number;
  readonly searches: number;
  readonly yielded: number;
}

/**
 * Changes contacts of a simulated portal over HTTP while they are read with readChanges, on the portal's clock, which stands
 * still but for the steps made here; then compares what was read with what the portal holds.
 */
export async function readPortalChanges(
  portal: Simulator,
  client: HubspotClient,
  workload: PortalWorkload,
): Promise<PortalOutcome> {
  const { random } = workload;
  const start = portal.setClock({ now: Date.UTC(2026, 9, 1), frozen: true });
  const ids = portal.insert(
    'contacts',
    Array.from({ length: workload.records }, (_, index) => ({ email: `c${index}@example.com` })),
  );
  const ticks = Math.floor(workload.overMs / TICK_MS);
  let changes = 0;
  let searches = 0;
  let tick = 0;

  const write = async (chosen: readonly string[]) => {
    for (let at = 0; at < chosen.length; at += MAX_BATCH_INPUTS) {
      const inputs = chosen.slice(at, at + MAX_BATCH_INPUTS).map((id) => {
        changes += 1;
        return { id, properties: { [PROPERTY]: String(changes) } };
      });
      const exchange = await client.records.batchUpdate('contacts', inputs);
      if (exchange.kind === 'fault' || exchange.status !== 200) throw new Error('a change was not taken');
    }
  };
  const passTick = async () => {
    portal.setClock({ advanceMs: TICK_MS });
    tick += 1;
    if (tick > ticks) return;
    const due =
      Math.floor((workload.changes * tick) / ticks) - Math.floor((workload.changes * (tick - 1)) / ticks);
    const chosen = Array.from({ length: due }, () => ids[Math.floor(random() * ids.length)] ?? '');
    await write([...new Set(chosen)]);
    if (tick === Math.floor(ticks / 2)) await write(ids.slice(0, workload.sharedMs));
  };

  const records: Records = {
    ...client.records,
    search: async (...call) => {
      await passTick();
      searches += 1;
      return client.records.search(...call);
    },
  };
  const scans = createRecordScans(records);
  const clock = { now: () => portal.now(), monotonic: () => portal.now(), sleep: async () => undefined };
  const settings = { settleMs: workload.settleMs, settleStepMs: 10_000 };
  const copy = new Map<string, number>();
  let watermarks: Watermarks = { live: start, settled: start };
  let yielded = 0;
  while (tick <= ticks || watermarks.settled < start + workload.overMs + TICK_MS) {
    for await (const page of scans.readChanges('contacts', watermarks, {
      properties: [PROPERTY],
      settings,
      clock,
    })) {
      for (const { id, properties } of page.records) {
        yielded += 1;
        copy.set(id, Math.max(copy.get(id) ?? 0, Number(properties[PROPERTY] ?? 0)));
      }
      watermarks = page.watermarks;
    }
    for (let passed = 0; passed < POLL_MS; passed += TICK_MS) await passTick();
  }
  const missed = portal
    .records('contacts')
    .filter(({ id, properties }) => copy.get(id) !== Number(properties[PROPERTY] ?? 0));
  return { missed: missed.length, changes, searches, yielded };
}
