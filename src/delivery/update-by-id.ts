import type { BatchUpdateInput } from '../hubspot/records.ts';
import type { FoldedUpsert } from './fold.ts';
import { type SendContext, sendBatch } from './send-batch.ts';
import type { StageTools } from './stage.ts';
import { batchesOf } from './upsert-batches.ts';
import type { EffectEnd } from './verdict.ts';

/** Writes records under HubSpot's ids, 100 a call, and says how each ended. */
export async function updateById(
  ids: ReadonlyMap<FoldedUpsert, string>,
  { writes }: StageTools,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const ends = new Map<FoldedUpsert, EffectEnd>();
  // By their ids at HubSpot, which two ids of the application may share after a merge.
  const inputs = [...ids].map(([fold, id]) => ({
    ...fold,
    record: { objectType: fold.record.objectType, idProperty: 'hs_object_id', id },
    fold,
  }));
  for (const batch of batchesOf(inputs)) {
    const objectType = batch[0]?.record.objectType ?? '';
    const results = await sendBatch(
      {
        name: `${objectType}.update`,
        send: (sent: readonly BatchUpdateInput[], signal) =>
          writes.records.batchUpdate(objectType, sent, { signal }),
      },
      batch.map(({ record, properties, traceId, eventIds }) => ({
        input: { id: record.id, properties, objectWriteTraceId: traceId },
        sent: {
          traceId,
          key: { idProperty: 'hs_object_id', id: record.id },
          sets: Object.keys(properties),
        },
        eventIds,
      })),
      context,
    );
    batch.forEach(({ fold }, index) => {
      const end = results[index];
      if (end) ends.set(fold, end);
    });
  }
  return ends;
}
