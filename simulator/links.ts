import type { AssociationCategory, AssociationType } from './association-types.ts';
import type { Occasion } from './changes.ts';
import { findLink, type LinkEntry, linksOf, pageOfLinks, putLink, type TypeSet } from './link-book.ts';
import type { Portal } from './portal.ts';
import { movePrimary } from './primary-links.ts';
import type { StoredRecord } from './stored-record.ts';

export interface Ends {
  readonly from: StoredRecord;
  readonly to: StoredRecord;
}

/** A link as association reads show it. */
export interface LinkView {
  to: StoredRecord;
  types: { category: AssociationCategory; typeId: number; label: string | null }[];
}

/**
 * Links two records, both ways. A label brings the unlabelled kind with it; a kind of which a record has one only is
 * taken from its former holder. Linking again with the same kinds changes nothing and tells nothing.
 */
export function link(ends: Ends, types: readonly AssociationType[], occasion: Occasion): void {
  const { associations } = occasion.portal;
  const { from, to } = ends;
  const before = findLink(from, to) ?? [];
  const wanted = new Set(types);
  const plain = associations.default(from.type, to.type);
  if (plain) wanted.add(plain);
  const first = before.length === 0 ? firstPrimary(ends, occasion.portal) : undefined;
  if (first) wanted.add(first);
  const added = [...wanted].filter((type) => !before.includes(type));
  if (added.length === 0) return;
  for (const type of added) {
    release(from, type, to, occasion);
    release(to, type.inverse, from, occasion);
  }
  putBothWays(ends, [...before, ...added], occasion.portal);
  tell('linked', ends, added, occasion);
  movePrimary(ends, added, occasion);
}

/** Removes every link between two records. */
export function unlink(ends: Ends, occasion: Occasion): void {
  const before = findLink(ends.from, ends.to);
  if (!before) return;
  putBothWays(ends, [], occasion.portal);
  tell('unlinked', ends, before, occasion);
  movePrimary(ends, before, occasion);
}

/** Removes some kinds of a link. Without the unlabelled kind nothing of the link is left. */
export function removeTypes(ends: Ends, types: readonly AssociationType[], occasion: Occasion): void {
  if (types.some((type) => type.isDefault)) {
    unlink(ends, occasion);
    return;
  }
  const removed = takeTypes(ends, types, occasion);
  movePrimary(ends, removed, occasion);
}

/** Gives `winner` every link of `loser`. What it has one of only, and has already, it keeps. */
export function moveLinks(loser: StoredRecord, winner: StoredRecord, occasion: Occasion): void {
  for (const { to, types } of linksOf(loser)) {
    const wanted = types.filter((type) => !type.isSingle || !hasLink(winner, type));
    if (to !== winner) link({ from: winner, to }, wanted, occasion);
    unlink({ from: loser, to }, occasion);
  }
}

/** Links to live records of one type, ascending by id. */
export function linksTo(from: StoredRecord, typeName: string): LinkView[] {
  return linkPage(from, typeName, { limit: Number.POSITIVE_INFINITY }).shown;
}

/** Links to live records of one type with an id from `after` on, and the id to go on from. */
export function linkPage(
  from: StoredRecord,
  typeName: string,
  page: { after?: number; limit: number },
): { shown: LinkView[]; next: string | undefined } {
  const { shown, next } = pageOfLinks(from, typeName, page);
  return { shown: shown.map(toView), next };
}

function toView({ to, types }: LinkEntry): LinkView {
  return { to, types: types.map(({ category, typeId, label }) => ({ category, typeId, label })) };
}

/** Some portals make the first company a record is linked with its primary one. */
function firstPrimary({ from, to }: Ends, portal: Portal): AssociationType | undefined {
  if (!portal.behaviour.firstLinkIsPrimary) return undefined;
  const own = portal.associations.primary(from.type, to.type);
  if (own) return hasLink(from, own) ? undefined : own;
  const others = portal.associations.primary(to.type, from.type);
  return others && !hasLink(to, others) ? others.inverse : undefined;
}

function hasLink(from: StoredRecord, type: AssociationType): boolean {
  return linksOf(from, type.to).some(({ types }) => types.includes(type));
}

/** Takes a kind of which a record has one only from its former holder. What mirrors it is moved once, by the caller. */
function release(
  record: StoredRecord,
  type: AssociationType,
  except: StoredRecord,
  occasion: Occasion,
): void {
  if (!type.isSingle) return;
  for (const { to, types } of linksOf(record, type.to))
    if (to !== except && types.includes(type)) takeTypes({ from: record, to }, [type], occasion);
}

/** Removes kinds of a link and tells those that were there. */
function takeTypes(ends: Ends, types: readonly AssociationType[], occasion: Occasion): TypeSet {
  const before = findLink(ends.from, ends.to) ?? [];
  const removed = before.filter((type) => types.includes(type));
  if (removed.length === 0) return removed;
  const kept = before.filter((type) => !removed.includes(type));
  putBothWays(ends, kept, occasion.portal);
  tell('unlinked', ends, removed, occasion);
  return removed;
}

/** Sets the kinds of a link, each with its way back; none removes it. */
function putBothWays({ from, to }: Ends, types: TypeSet, { associations }: Portal): void {
  putLink(from, to, associations.setOf(types));
  putLink(to, from, associations.setOf(types.map((type) => type.inverse)));
}

function tell(kind: 'linked' | 'unlinked', ends: Ends, types: TypeSet, occasion: Occasion): void {
  const { portal, at, requestN } = occasion;
  if (!portal.changes.isHeard) return;
  const linkKinds = types.map(({ category, typeId }) => ({ category, typeId }));
  portal.changes.tell({ kind, ...ends, linkKinds, at, requestN });
}
