import { type BatchUpsertInput, MAX_BATCH_INPUTS, type Records } from '../hubspot/records.ts';
import type { FoldedUpsert } from './plan.ts';
import { type BatchCall, type BatchItem, type SendContext, sendBatch } from './send-batch.ts';
import type { EffectEnd } from './verdict.ts';

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
 * when a producer gave its own record keys.
 */
export function batchesOf(upserts: readonly FoldedUpsert[]): FoldedUpsert[][] {
  const batches: { idProperty: string; ids: Set<string>; upserts: FoldedUpsert[] }[] = [];
  for (const upsert of upserts) {
    const { idProperty, id } = upsert.record;
    const key = id.toLowerCase();
    let batch = batches.find(
      (each) =>
        each.idProperty === idProperty && each.upserts.length < MAX_BATCH_INPUTS && !each.ids.has(key),
    );
    if (!batch) {
      batch = { idProperty, ids: new Set(), upserts: [] };
      batches.push(batch);
    }
    batch.ids.add(key);
    batch.upserts.push(upsert);
  }
  return batches.map((batch) => batch.upserts);
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
