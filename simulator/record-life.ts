import { conflict } from './api-error.ts';
import type { Occasion } from './changes.ts';
import { linksOf, putLink } from './link-book.ts';
import type { ObjectData } from './object-data.ts';
import { mirrorPrimaries } from './primary-links.ts';
import type { StoredRecord } from './stored-record.ts';

const MS_PER_DAY = 86_400_000;
/** Archived records leave the recycle bin after this. */
const RECYCLE_BIN_DAYS = 90;

/** Moves a record to the recycle bin; returns false when it was there already. */
export function archiveRecord(data: ObjectData, record: StoredRecord, occasion: Occasion): boolean {
  emptyBin(data, occasion.at);
  if (!data.store.archive(record, occasion.at)) return false;
  tell('archived', record, occasion);
  mirrorPrimaries(record, occasion);
  note('archive', data, record, occasion);
  return true;
}

/** Takes an archived record out of the recycle bin, as a person does in the portal. Throws 409 when its unique values are taken. */
export function restoreRecord(data: ObjectData, record: StoredRecord, occasion: Occasion): void {
  const taken = data.store.takenValues(record);
  if (taken) {
    throw conflict(
      `${data.type.displayName} ${record.id} cannot be restored: its ${taken.name} is now of ${taken.owner.id}`,
    );
  }
  data.store.unarchive(record);
  tell('restored', record, occasion);
  mirrorPrimaries(record, occasion);
  note('restore', data, record, occasion);
}

/** Removes a record for good, with its links and the versions of its values. */
export function eraseRecord(data: ObjectData, record: StoredRecord, occasion: Occasion): void {
  // Gone from the mirrors of others first, while its links still lead there.
  if (data.store.archive(record, occasion.at)) mirrorPrimaries(record, occasion);
  dropLinks(record);
  data.store.remove(record);
  occasion.portal.history.forget(data.type.name, record.id);
  tell('erased', record, occasion);
}

/** Removes what has been in the recycle bin for 90 days. Nobody is told: HubSpot says nothing of it either. */
export function emptyBin(data: ObjectData, now: number): void {
  for (const record of data.store.archivedBefore(now - RECYCLE_BIN_DAYS * MS_PER_DAY)) {
    dropLinks(record);
    data.store.remove(record);
  }
}

function tell(kind: 'archived' | 'restored' | 'erased', record: StoredRecord, occasion: Occasion): void {
  const { portal, at, requestN } = occasion;
  if (portal.changes.isHeard) portal.changes.tell({ kind, record, at, requestN });
}

function note(kind: 'archive' | 'restore', data: ObjectData, record: StoredRecord, occasion: Occasion): void {
  const { portal, at, requestN } = occasion;
  if (!portal.behaviour.recordHistory) return;
  portal.history.add(data.type.name, record.id, { kind, at, requestN, properties: {} });
}

function dropLinks(record: StoredRecord): void {
  for (const { to } of linksOf(record)) putLink(to, record, undefined);
  record.links = undefined;
}
