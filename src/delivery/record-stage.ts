import { recordKey } from '../mapping/effects.ts';
import { type KnownLink, knownLinks } from '../outbox/links.ts';
import { adoptRecords } from './adopt-records.ts';
import type { ClaimWork } from './claim-work.ts';
import { clearFurther } from './clear-further.ts';
import { findCompanies } from './find-records.ts';
import { type FoldedUpsert, foldOf, foldUpserts, type UpsertPart } from './fold.ts';
import { followMerges } from './follow-merges.ts';
import type { SendContext } from './send-batch.ts';
import { type StageTools, unreadEnd } from './stage.ts';
import { updateById } from './update-by-id.ts';
import { upsertBatches } from './upsert-batches.ts';
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
  const rest = () => folds.filter((fold) => !ends.has(fold));
  const note = (found: ReadonlyMap<FoldedUpsert, EffectEnd>) => {
    for (const [fold, end] of found) ends.set(fold, end);
  };
  const links = await knownLinks(tools.db, folds.flatMap(linkable));
  note(await updateById(new Map(folds.flatMap(namedByHubspot)), tools, context));
  note(await updateFound(rest(), tools, context));
  note(await updateFollowed(rest(), links, work, tools, context));
  note(await adoptRecords(rest(), links, tools, context));
  note(await clearFurther(rest(), tools, context));
  note(await upsertBatches(rest(), tools.writes.records, context));
  await followMerges(ends, links, work, tools, context);
  for (const [fold, end] of ends) {
    if (needsParting(fold, end)) await sendApart(fold, end, work, tools, context);
    else work.endUpsert(fold, end);
  }
}

/** The key of a record whose link is worth knowing: a contact answers to each of its addresses, also after a merge. */
function linkable({ record }: FoldedUpsert): string[] {
  return record.idProperty === 'email' ? [] : [recordKey(record)];
}

/** A record that is named by HubSpot's own id, as the mirror knows it: there is none to create. */
function namedByHubspot(fold: FoldedUpsert): [FoldedUpsert, string][] {
  return fold.record.idProperty === 'hs_object_id' ? [[fold, fold.record.id]] : [];
}

/** Records of which a merge has taken the application's id. */
async function updateFollowed(
  folds: readonly FoldedUpsert[],
  links: ReadonlyMap<string, KnownLink>,
  work: ClaimWork,
  tools: StageTools,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const ids = new Map<FoldedUpsert, string>();
  for (const fold of folds) {
    const link = links.get(recordKey(fold.record));
    if (link?.followed) ids.set(fold, link.hubspotId);
  }
  const ends = await updateById(ids, tools, context);
  for (const [fold, end] of ends) {
    if (end.end === 'applied') work.follow(fold.record, end.hubspotId);
    // Deleted since: it is created anew under the application's id.
    else if (end.end === 'not-applied' && end.code === 'HUBSPOT_NOT_FOUND') ends.delete(fold);
  }
  return ends;
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
  all: readonly FoldedUpsert[],
  tools: StageTools,
  context: SendContext,
): Promise<Map<FoldedUpsert, EffectEnd>> {
  const ends = new Map<FoldedUpsert, EffectEnd>();
  const folds = all.filter(({ record }) => record.idProperty === 'domain');
  if (folds.length === 0) return ends;
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
  for (const [fold, end] of await updateById(ids, tools, context)) ends.set(fold, end);
  return ends;
}

const NOT_YET: EffectEnd = {
  end: 'not-applied',
  next: 'await',
  code: 'DELIVERY_RECORD_MISSING',
  message: 'HubSpot has no company with this domain yet; it makes one from the address of a contact.',
};
