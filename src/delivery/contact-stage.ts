import { type BatchUpsertInput, MAX_BATCH_INPUTS, type Records } from '../hubspot/records.ts';
import type { FoldedUpsert } from './plan.ts';
import { type BatchCall, type BatchItem, type SendContext, sendBatch } from './send-batch.ts';
import type { EffectEnd } from './verdict.ts';

const FAILURES_APART = 3;

/** Upserts the records of a claim in as few calls as HubSpot's limits allow, and says how each ended. */
export async function contactStage(
  upserts: readonly FoldedUpsert[],
  records: Records,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const call: BatchCall<BatchUpsertInput> = {
    name: 'contacts.upsert',
    send: (inputs, signal) => records.batchUpsert('contacts', inputs, { signal }),
  };
  const ends = new Map<FoldedUpsert, EffectEnd>();
  for (const batch of batchesOf(upserts)) {
    const results = await sendBatch(call, batch.map(itemOf), context);
    batch.forEach((upsert, index) => {
      const end = results[index];
      if (end) ends.set(upsert, end);
    });
  }
  return ends;
}

/**
 * At most 100 inputs, one id property and no id twice: HubSpot refuses a whole batch for one repeated id, which two lanes share
 * when a producer gave its own record keys. Records whose writes keep failing are apart from the others, in ever smaller batches:
 * one that makes HubSpot answer 500 would make the end of its whole batch unknown.
 */
export function batchesOf(upserts: readonly FoldedUpsert[]): FoldedUpsert[][] {
  const batches: { idProperty: string; size: number; ids: Set<string>; upserts: FoldedUpsert[] }[] = [];
  for (const upsert of upserts) {
    const { idProperty, id } = upsert.record;
    const key = id.toLowerCase();
    const size = batchSize(upsert.failures);
    let batch = batches.find(
      (each) =>
        each.idProperty === idProperty &&
        each.size === size &&
        each.upserts.length < size &&
        !each.ids.has(key),
    );
    if (!batch) {
      batch = { idProperty, size, ids: new Set(), upserts: [] };
      batches.push(batch);
    }
    batch.ids.add(key);
    batch.upserts.push(upsert);
  }
  return batches.map((batch) => batch.upserts);
}

/** 100, and after the third failure in a row 50, 25, 12, 6, 3, 1. */
export function batchSize(failures: number): number {
  return failures < FAILURES_APART
    ? MAX_BATCH_INPUTS
    : Math.max(1, MAX_BATCH_INPUTS >> (failures - FAILURES_APART + 1));
}

function itemOf(upsert: FoldedUpsert): BatchItem<BatchUpsertInput> {
  const { idProperty, id } = upsert.record;
  const traceId = String(upsert.eventIds.at(-1));
  return {
    input: { id, idProperty, properties: upsert.properties, objectWriteTraceId: traceId },
    sent: { traceId, key: { idProperty, id } },
    eventIds: upsert.eventIds,
  };
}
