import { parseRecord } from '../hubspot/record.ts';
import { recordKey } from '../mapping/effects.ts';
import type { KnownLink } from '../outbox/links.ts';
import type { ClaimWork } from './claim-work.ts';
import type { FoldedUpsert } from './fold.ts';
import { type SendContext, sendBatch } from './send-batch.ts';
import type { StageTools } from './stage.ts';
import { wholeOutcome } from './step-outcome.ts';
import { updateById } from './update-by-id.ts';
import type { EffectEnd } from './verdict.ts';

/**
 * Finds records of which a merge in HubSpot has taken away the value by which they were known, so that their upsert created a second
 * one, or was refused for want of what a new record needs. The second one goes to the recycle bin, the merged one is written under
 * its id, now and from now on. Changes `ends` to what came of that.
 *
 * A record that was archived, erased, or given another owner of its id by a person is no such case.
 */
export async function followMerges(
  ends: Map<FoldedUpsert, EffectEnd>,
  links: ReadonlyMap<string, KnownLink>,
  work: ClaimWork,
  tools: StageTools,
  context: SendContext,
): Promise<void> {
  const merged = new Map<FoldedUpsert, { readonly id: string; readonly double?: string }>();
  for (const [fold, end] of ends) {
    const known = links.get(recordKey(fold.record));
    if (!known || known.followed || !isSuspect(end, known.hubspotId)) continue;
    const id = await mergedInto(fold.record.objectType, known.hubspotId, tools, context);
    if (id === undefined) continue;
    if (end.end !== 'applied') merged.set(fold, { id });
    else if (id !== end.hubspotId) merged.set(fold, { id, double: end.hubspotId });
  }
  if (merged.size === 0) return;
  const ids = new Map([...merged].map(([fold, { id }]) => [fold, id]));
  for (const [fold, end] of await updateById(ids, tools, context)) {
    ends.set(fold, end);
    const found = merged.get(fold);
    if (end.end !== 'applied' || !found) continue;
    work.follow(fold.record, found.id);
    if (found.double === undefined) continue;
    const { objectType } = fold.record;
    await sendBatch(
      {
        name: `${objectType}.archive`,
        send: (inputs: readonly string[], signal) =>
          tools.writes.records.batchArchive(objectType, inputs, { signal }),
        outcome: (exchange, inputs, now) => wholeOutcome(exchange, inputs.length, now),
      },
      [{ input: found.double, sent: { traceId: found.double }, eventIds: fold.eventIds }],
      context,
    );
  }
}

function isSuspect(end: EffectEnd, hubspotId: string): boolean {
  if (end.end === 'applied') return end.created === true && end.hubspotId !== hubspotId;
  return end.end === 'not-applied' && end.next === 'dead';
}

/** The id under which HubSpot holds what once had this one; undefined when that has not been merged, or is gone. */
async function mergedInto(
  objectType: string,
  id: string,
  { reads, readPatienceMs }: StageTools,
  context: SendContext,
): Promise<string | undefined> {
  if (!(await context.lease.ensure(context.callMs + readPatienceMs))) return undefined;
  const exchange = await reads.records.get(objectType, id, { properties: ['hs_object_id'] });
  if (exchange.kind !== 'reply' || exchange.status !== 200 || exchange.flaw) return undefined;
  const record = parseRecord(exchange.body);
  return record.ok && record.value.id !== id && !record.value.archived ? record.value.id : undefined;
}
