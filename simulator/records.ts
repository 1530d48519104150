import { notFound } from './api-error.ts';
import { toApiError } from './failures.ts';
import { linksTo } from './links.ts';
import type { Portal } from './portal.ts';
import { emptyBin, restoreRecord } from './record-life.ts';
import type { StoredRecord } from './stored-record.ts';
import { applyWrite, planWrite } from './writes.ts';

const MAX_PAGE = 10_000;

/** Everything the portal knows of a record, for tests and oracles. */
export interface RecordSnapshot {
  id: string;
  properties: Record<string, string>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  /** Ids of linked live records by plural type name. */
  associations: Record<string, { id: string; typeIds: number[] }[]>;
}

export interface RecordPage {
  results: RecordSnapshot[];
  /** Hand to `after` for the next page; null at the end. */
  next: number | null;
}

/** One record by id, following merges. */
export function snapshotRecord(portal: Portal, typeName: string, id: string): RecordSnapshot | undefined {
  const data = portal.objects(typeName);
  emptyBin(data, portal.clock.now());
  const record = data.store.get(id);
  return record && snapshot(portal, record);
}

/** Records with an id above `after`, in id order; without a page, all. */
export function snapshotRecords(
  portal: Portal,
  typeName: string,
  page?: { after?: number; limit?: number },
): RecordPage {
  const data = portal.objects(typeName);
  emptyBin(data, portal.clock.now());
  const { store } = data;
  const limit = page ? Math.min(page.limit ?? MAX_PAGE, MAX_PAGE) : Number.POSITIVE_INFINITY;
  const { records, nextId } = store.page((page?.after ?? 0) + 1, limit, () => true);
  const next = nextId === undefined ? null : (records.at(-1)?.numericId ?? null);
  return { results: records.map((record) => snapshot(portal, record)), next };
}

/** Puts records into the portal, checked like writes of 2026-09. Returns their ids. */
export function insertRecords(
  portal: Portal,
  typeName: string,
  inputs: readonly Record<string, string>[],
): string[] {
  const data = portal.objects(typeName);
  const context = { portal, data, version: '2026-09' as const };
  return inputs.map((properties) => {
    const plan = planWrite({ target: undefined, properties }, context, new Map());
    if (!plan.ok) throw toApiError(plan.failure, context);
    return applyWrite(plan.write, context, { kind: 'create', now: portal.clock.now(), requestN: 0 }).id;
  });
}

/** Takes a record out of the recycle bin. Throws 404 when it is not there, 409 when its unique values are taken. */
export function restoreArchived(portal: Portal, typeName: string, id: string): RecordSnapshot {
  const data = portal.objects(typeName);
  const at = portal.clock.now();
  emptyBin(data, at);
  const record = data.store.get(id);
  if (record?.archivedAt === undefined) throw notFound(`no archived ${typeName} with id ${id}`);
  restoreRecord(data, record, { portal, at, requestN: 0 });
  return snapshot(portal, record);
}

function snapshot(portal: Portal, record: StoredRecord): RecordSnapshot {
  const associations: RecordSnapshot['associations'] = {};
  for (const { type } of portal.allObjects()) {
    const links = linksTo(record, type.name);
    if (links.length === 0) continue;
    associations[type.name] = links.map(({ to, types }) => ({
      id: to.id,
      typeIds: types.map(({ typeId }) => typeId),
    }));
  }
  return {
    id: record.id,
    properties: Object.fromEntries(record.properties),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archivedAt !== undefined,
    associations,
  };
}
