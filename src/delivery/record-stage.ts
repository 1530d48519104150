import type { BatchUpdateInput } from '../hubspot/records.ts';
import { recordKey } from '../mapping/effects.ts';
import { adoptRecords } from './adopt-records.ts';
import type { ClaimWork } from './claim-work.ts';
import { clearFurther } from './clear-further.ts';
import { findCompanies } from './find-records.ts';
import { type FoldedUpsert, foldOf, foldUpserts, type UpsertPart } from './fold.ts';
import { type BatchCall, type SendContext, sendBatch } from './send-batch.ts';
import { type StageTools, unreadEnd } from './stage.ts';
import { batchesOf, upsertBatches } from './upsert-batches.ts';
import type { EffectEnd } from './verdict.ts';

/** Upserts the records of a claim that are of these types, or of all others, and writes down how each ended. */
export async function recordStage(
  work: ClaimWork,
  types: { readonly of: readonly string[]; readonly others?: boolean },
  tools: StageTools,
  context: SendContext,
): Promise<void> {
  const ends = new Map<FoldedUpsert, EffectEnd>();
  const folds: FoldedUpsert[] = [];
  for (const fold of foldUpserts(work.upserts(types.of, types.others))) {
    const staged = await tools.directory.staged(fold.record.objectType, fold.properties);
    if (staged.ok) folds.push({ ...fold, properties: staged.value });
    else work.endUpsert(fold, staged.end);
  }
  const ofHubspot = folds.filter(({ record }) => record.idProperty === 'domain');
  if (ofHubspot.length > 0)
    for (const [fold, end] of await updateFound(ofHubspot, tools, context)) ends.set(fold, end);
  const own = folds.filter((fold) => !ends.has(fold));
  for (const [fold, end] of await adoptRecords(own, tools, context)) ends.set(fold, end);
  for (const [fold, end] of await clearFurther(
    own.filter((fold) => !ends.has(fold)),
    tools,
    context,
  ))
    ends.set(fold, end);
  const sent = own.filter((fold) => !ends.has(fold));
  for (const [fold, end] of await upsertBatches(sent, tools.writes.records, context)) ends.set(fold, end);
  for (const [fold, end] of ends) {
    if (needsParting(fold, end)) await sendApart(fold, end, work, tools, context);
    else work.endUpsert(fold, end);
  }
}

/** A record of several lanes whose folded values were refused: whose they were is not known yet. */
function needsParting(fold: FoldedUpsert, end: EffectEnd): boolean {
  return (
    !fold.isOwn &&
    end.end === 'not-applied' &&
    (end.next === 'dead' || end.next === 'retry') &&
    variants(fold).length > 1
  );
}

/** The events that want the same values, in the order of the newest of each. */
function variants(fold: FoldedUpsert): UpsertPart[][] {
  const byValues = new Map<string, UpsertPart[]>();
  for (const part of fold.parts) {
    const values = JSON.stringify(Object.entries(part.upsert.properties).sort());
    const parts = byValues.get(values) ?? [];
    byValues.delete(values);
    byValues.set(values, [...parts, part]);
  }
  return [...byValues.values()];
}

/** Each set of values by itself, oldest first, so that only the events with a refused one are refused. */
async function sendApart(
  fold: FoldedUpsert,
  refusal: EffectEnd,
  work: ClaimWork,
  tools: StageTools,
  context: SendContext,
): Promise<void> {
  for (const parts of variants(fold)) {
    const part = { ...foldOf(recordKey(fold.record), parts), isOwn: false };
    const staged = await tools.directory.staged(part.record.objectType, part.properties);
    if (!staged.ok) {
      work.endUpsert(part, staged.end);
      continue;
    }
    const sent = { ...part, properties: staged.value };
    const [end = refusal] = (await upsertBatches([sent], tools.writes.records, context)).values();
    work.endUpsert(part, end);
  }
}

/** Companies that HubSpot makes itself: found by their domain, changed under their id, never created. */
async function updateFound(
  folds: readonly FoldedUpsert[],
  tools: StageTools,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const ends = new Map<FoldedUpsert, EffectEnd>();
  const { found, trouble } = await findCompanies(
    tools.reads.records,
    folds.map(({ record }) => record.id),
    [],
    () => context.lease.ensure(context.callMs + tools.readPatienceMs),
  );
  const ids = new Map<FoldedUpsert, string>();
  for (const fold of folds) {
    const company = found.get(fold.record.id);
    if (company) ids.set(fold, company.hubspotId);
    else if (company === null) ends.set(fold, NOT_YET);
    else ends.set(fold, unreadEnd('The company', trouble, context.clock.now()));
  }
  const call: BatchCall<BatchUpdateInput> = {
    name: 'companies.update',
    send: (inputs, signal) => tools.writes.records.batchUpdate('companies', inputs, { signal }),
  };
  for (const batch of batchesOf([...ids.keys()])) {
    const results = await sendBatch(
      call,
      batch.map((fold) => ({
        input: {
          id: ids.get(fold) ?? '',
          properties: fold.properties,
          objectWriteTraceId: fold.traceId,
        },
        sent: { traceId: fold.traceId, key: { idProperty: 'hs_object_id', id: ids.get(fold) ?? '' } },
        eventIds: fold.eventIds,
      })),
      context,
    );
    batch.forEach((fold, index) => {
      const end = results[index];
      if (end) ends.set(fold, end);
    });
  }
  return ends;
}

const NOT_YET: EffectEnd = {
  end: 'not-applied',
  next: 'await',
  code: 'DELIVERY_RECORD_MISSING',
  message: 'HubSpot has no company with this domain yet; it makes one from the address of a contact.',
};
