import type { AssociationType } from './association-types.ts';
import type { Occasion, ValueChange } from './changes.ts';
import { linksOf } from './link-book.ts';
import type { Ends } from './links.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangeSource } from './value-versions.ts';

/** The contact's property that names its primary company; HubSpot keeps it, callers cannot write it. */
const MIRROR = 'associatedcompanyid';
/** What the mirror's versions name as their source. */
const CALCULATED: ChangeSource = { sourceType: 'CALCULATED', sourceId: null, userId: null };

/** Brings the contact's mirror up to date after kinds of its link with a company came or went. */
export function movePrimary({ from, to }: Ends, types: readonly AssociationType[], occasion: Occasion): void {
  const contact = [from, to].find((record) => record.type.name === 'contacts');
  if (!contact || from.type === to.type) return;
  const other = contact === from ? to : from;
  if (other.type.name !== 'companies') return;
  if (types.some((type) => type.isSingle || type.inverse.isSingle)) mirrorPrimary(contact, occasion);
}

/** Brings the mirrors of all contacts up to date whose primary company was archived or came back. */
export function mirrorPrimaries(company: StoredRecord, occasion: Occasion): void {
  if (company.type.name !== 'companies') return;
  for (const { to, types } of linksOf(company, 'contacts'))
    if (types.some((type) => type.inverse.isSingle)) mirrorPrimary(to, occasion);
}

function mirrorPrimary(contact: StoredRecord, { portal, at, requestN }: Occasion): void {
  const primary = linksOf(contact, 'companies').find(
    ({ to, types }) => to.archivedAt === undefined && types.some((type) => type.isSingle),
  );
  const { store } = portal.objects(contact.type.name);
  // Its links move because it was merged away; what it became has a mirror of its own.
  if (store.get(contact.id) !== contact) return;
  const stamp = portal.stamp(at, CALCULATED);
  const changes: ValueChange[] = [];
  if (!store.set(contact, MIRROR, primary?.to.id ?? '', { since: stamp, changes })) return;
  if (portal.behaviour.primaryTouchesModified) store.touch(contact, stamp, changes);
  portal.changes.tell({ kind: 'updated', record: contact, values: changes, at, requestN });
}
