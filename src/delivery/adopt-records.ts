import type { BatchUpdateInput } from '../hubspot/records.ts';
import { recordKey } from '../mapping/effects.ts';
import type { KnownLink } from '../outbox/links.ts';
import { type FoundRecords, findCompanies, findRecords } from './find-records.ts';
import type { FoldedUpsert } from './fold.ts';
import { type BatchCall, type SendContext, sendBatch } from './send-batch.ts';
import { type StageTools, unreadEnd } from './stage.ts';
import { batchesOf } from './upsert-batches.ts';
import type { EffectEnd } from './verdict.ts';

/**
 * Gives records that were in the portal before Spoke the application's id, so that the upsert finds them: contacts by their e-mail
 * address, companies by their domain. Looked for once, before a record is written for the first time.
 *
 * Returns an end for those that cannot be written now: what could not be read, or belongs to another id of the application.
 */
export async function adoptRecords(
  folds: readonly FoldedUpsert[],
  links: ReadonlyMap<string, KnownLink>,
  tools: StageTools,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const ends = new Map<FoldedUpsert, EffectEnd>();
  const fresh = folds.filter((fold) => matchValue(fold) !== undefined && !links.has(recordKey(fold.record)));
  const mayRead = () => context.lease.ensure(context.callMs + tools.readPatienceMs);
  for (const batch of batchesOf(fresh)) {
    const [first] = batch;
    if (first === undefined) continue;
    const { objectType, idProperty } = first.record;
    const values = batch.flatMap((fold) => matchValue(fold) ?? []);
    const look: FoundRecords =
      first.matchBy === 'domain'
        ? await findCompanies(tools.reads.records, values, [idProperty], mayRead)
        : await findRecords(
            tools.reads.records,
            { objectType, idProperty: 'email', ids: values, properties: [idProperty] },
            mayRead,
          );
    const adopted: { fold: FoldedUpsert; hubspotId: string }[] = [];
    for (const fold of batch) {
      const match = look.found.get(matchValue(fold) ?? '');
      if (match === undefined) {
        ends.set(fold, unreadEnd('The record', look.trouble, context.clock.now()));
        continue;
      }
      const taken = match?.properties[idProperty] ?? '';
      if (match && taken === '') adopted.push({ fold, hubspotId: match.hubspotId });
      else if (match && taken !== fold.record.id && fold.matchBy === 'email')
        ends.set(fold, takenBy(match.hubspotId, idProperty));
    }
    for (const [fold, end] of await giveIds(objectType, adopted, tools, context)) ends.set(fold, end);
  }
  return ends;
}

/** Writes the application's ids; only what did not succeed has an end. */
async function giveIds(
  objectType: string,
  adopted: readonly { readonly fold: FoldedUpsert; readonly hubspotId: string }[],
  tools: StageTools,
  context: SendContext,
): Promise<[FoldedUpsert, EffectEnd][]> {
  if (adopted.length === 0) return [];
  const call: BatchCall<BatchUpdateInput> = {
    name: `${objectType}.adopt`,
    send: (inputs, signal) => tools.writes.records.batchUpdate(objectType, inputs, { signal }),
  };
  const ends = await sendBatch(
    call,
    adopted.map(({ fold, hubspotId }) => ({
      input: {
        id: hubspotId,
        properties: { [fold.record.idProperty]: fold.record.id },
        objectWriteTraceId: fold.traceId,
      },
      sent: {
        traceId: fold.traceId,
        key: { idProperty: 'hs_object_id', id: hubspotId },
        sets: [fold.record.idProperty],
      },
      eventIds: fold.eventIds,
    })),
    context,
  );
  return adopted.flatMap(({ fold }, index) => {
    const end = ends[index];
    return end === undefined || end.end === 'applied' ? [] : [[fold, end] as [FoldedUpsert, EffectEnd]];
  });
}

/** The value by which a record is recognised that does not have the application's id yet. */
function matchValue({ matchBy, record, properties }: FoldedUpsert): string | undefined {
  if (matchBy === 'email') return properties.email || undefined;
  return matchBy === 'domain' && record.idProperty !== 'domain' ? record.id : undefined;
}

function takenBy(hubspotId: string, idProperty: string): EffectEnd {
  return {
    end: 'not-applied',
    next: 'dead',
    code: 'HUBSPOT_CONFLICT',
    message: `The e-mail address belongs to contact ${hubspotId}, which has another ${idProperty}: merge or correct the two, then redrive.`,
  };
}
