import { type BatchUpsertInput, MAX_BATCH_INPUTS, type Records } from '../hubspot/records.ts';
import type { RecordRef } from '../mapping/effects.ts';
import { type BatchCall, type BatchItem, type SendContext, sendBatch } from './send-batch.ts';
import type { EffectEnd } from './verdict.ts';

/** One record's values, ready to be sent. */
export interface UpsertInput {
  readonly record: RecordRef;
  readonly properties: Readonly<Record<string, string>>;
  readonly eventIds: readonly number[];
  readonly traceId: string;
  /** Failed writes in a row; decides in what company it is sent. */
  readonly failures: number;
}

const FAILURES_APART = 3;

/** Upserts records in as few calls as HubSpot's limits allow, and says how each ended. */
export async function upsertBatches<Input extends UpsertInput>(
  upserts: readonly Input[],
  records: Records,
  context: SendContext,
): Promise<Map<Input, EffectEnd>> {
  const ends = new Map<Input, EffectEnd>();
  for (const batch of batchesOf(upserts)) {
    const objectType = batch[0]?.record.objectType ?? '';
    const call: BatchCall<BatchUpsertInput> = {
      name: `${objectType}.upsert`,
      send: (inputs, signal) => records.batchUpsert(objectType, inputs, { signal }),
    };
    const results = await sendBatch(call, batch.map(itemOf), context);
    batch.forEach((upsert, index) => {
      const end = results[index];
      if (end) ends.set(upsert, end);
    });
  }
  return ends;
}

/**
 * At most 100 inputs, one type, one id property and no id twice: HubSpot refuses a whole batch for one repeated id. Records whose
 * writes keep failing are apart from the others, in ever smaller batches: one that makes HubSpot answer 500 would make the end of
 * its whole batch unknown.
 */
export function batchesOf<Input extends UpsertInput>(upserts: readonly Input[]): Input[][] {
  const batches: { kind: string; size: number; ids: Set<string>; upserts: Input[] }[] = [];
  for (const upsert of upserts) {
    const { objectType, idProperty, id } = upsert.record;
    const kind = `${objectType}\n${idProperty}`;
    const key = id.toLowerCase();
    const size = batchSize(upsert.failures);
    let batch = batches.find(
      (each) => each.kind === kind && each.size === size && each.upserts.length < size && !each.ids.has(key),
    );
    if (!batch) {
      batch = { kind, size, ids: new Set(), upserts: [] };
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

function itemOf({ record, properties, eventIds, traceId }: UpsertInput): BatchItem<BatchUpsertInput> {
  const { idProperty, id } = record;
  return {
    input: { id, idProperty, properties, objectWriteTraceId: traceId },
    sent: { traceId, key: { idProperty, id }, sets: Object.keys(properties) },
    eventIds,
  };
}
