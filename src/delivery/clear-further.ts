import { findRecords } from './find-records.ts';
import type { FoldedUpsert } from './fold.ts';
import type { SendContext } from './send-batch.ts';
import { type StageTools, unreadEnd } from './stage.ts';
import { batchesOf, upsertBatches } from './upsert-batches.ts';
import type { EffectEnd } from './verdict.ts';

/**
 * Clears properties that HubSpot moves forward only where the record shows another value than it shall get. Returns an end for
 * those that could not be read or cleared.
 */
export async function clearFurther(
  folds: readonly FoldedUpsert[],
  tools: StageTools,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const ends = new Map<FoldedUpsert, EffectEnd>();
  const wanted = folds.filter(({ clearFirst, properties }) =>
    clearFirst.some((name) => (properties[name] ?? '') !== ''),
  );
  const cleared: (FoldedUpsert & { readonly whole: FoldedUpsert })[] = [];
  for (const batch of batchesOf(wanted)) {
    const [first] = batch;
    if (first === undefined) continue;
    const { objectType, idProperty } = first.record;
    const { found, trouble } = await findRecords(
      tools.reads.records,
      {
        objectType,
        idProperty,
        ids: batch.map(({ record }) => record.id),
        properties: batch.flatMap(({ clearFirst }) => clearFirst),
      },
      () => context.lease.ensure(context.callMs + tools.readPatienceMs),
    );
    for (const fold of batch) {
      const record = found.get(fold.record.id);
      if (record === undefined) {
        ends.set(fold, unreadEnd('The record', trouble, context.clock.now()));
        continue;
      }
      const further = fold.clearFirst.filter((name) => {
        const shown = record?.properties[name] ?? '';
        return shown !== '' && shown !== fold.properties[name];
      });
      if (further.length > 0)
        cleared.push({
          ...fold,
          properties: Object.fromEntries(further.map((name) => [name, ''])),
          whole: fold,
        });
    }
  }
  for (const [fold, end] of await upsertBatches(cleared, tools.writes.records, context))
    if (end.end !== 'applied') ends.set(fold.whole, end);
  return ends;
}
