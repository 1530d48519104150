import type { Exchange } from '../hubspot/exchange.ts';
import { type RecordRef, recordKey } from '../mapping/effects.ts';
import { knownLinks } from '../outbox/links.ts';
import type { ClaimWork } from './claim-work.ts';
import { findCompanies, findRecords } from './find-records.ts';
import type { SendContext } from './send-batch.ts';
import type { StageTools } from './stage.ts';

export interface RecordIds {
  /** HubSpot's id by record key; null where HubSpot has no such record; no entry where that could not be read. */
  readonly ids: ReadonlyMap<string, string | null>;
  readonly trouble?: Exchange;
}

/**
 * HubSpot's ids of records that a claim speaks of: those it has just written, those written before, and of the rest what HubSpot
 * says. What is found is kept as a link.
 */
export async function resolveIds(
  records: readonly RecordRef[],
  work: ClaimWork,
  tools: StageTools,
  context: SendContext,
): Promise<RecordIds> {
  const byKey = new Map(records.map((record) => [recordKey(record), record]));
  const ids = new Map<string, string | null>();
  for (const [key, record] of byKey) {
    const id = work.idOf(record);
    if (id !== undefined) ids.set(key, id);
  }
  const links = await knownLinks(
    tools.db,
    [...byKey.keys()].filter((key) => !ids.has(key) && !work.gone.has(key)),
  );
  for (const [key, { hubspotId }] of links) ids.set(key, hubspotId);

  let trouble: Exchange | undefined;
  for (const group of groupsOf([...byKey.values()].filter((record) => !ids.has(recordKey(record))))) {
    const [first] = group;
    if (first === undefined) continue;
    const { objectType, idProperty } = first;
    const mayRead = () => context.lease.ensure(context.callMs + tools.readPatienceMs);
    const sought = group.map(({ id }) => id);
    const look =
      idProperty === 'domain'
        ? await findCompanies(tools.reads.records, sought, [], mayRead)
        : await findRecords(tools.reads.records, { objectType, idProperty, ids: sought }, mayRead);
    trouble ??= look.trouble;
    for (const record of group) {
      const found = look.found.get(record.id);
      if (found === undefined) continue;
      ids.set(recordKey(record), found?.hubspotId ?? null);
      if (found) work.learnId(record, found.hubspotId);
    }
  }
  return { ids, ...(trouble === undefined ? {} : { trouble }) };
}

function groupsOf(records: readonly RecordRef[]): RecordRef[][] {
  const groups = new Map<string, RecordRef[]>();
  for (const record of records) {
    const name = `${record.objectType}\n${record.idProperty}`;
    const group = groups.get(name);
    if (group) group.push(record);
    else groups.set(name, [record]);
  }
  return [...groups.values()];
}
