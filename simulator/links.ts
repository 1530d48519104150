import { type AssociationType, findAssociation, inverseAssociation } from './association-types.ts';
import type { Occasion } from './changes.ts';
import type { StoredRecord } from './stored-record.ts';

/** A link as association reads show it. */
export interface LinkView {
  to: StoredRecord;
  types: { category: 'HUBSPOT_DEFINED'; typeId: number; label: string | null }[];
}

/** Links two records, both ways. Linking again with the same type changes nothing and tells nothing. */
export function link(from: StoredRecord, to: StoredRecord, type: AssociationType, occasion: Occasion): void {
  const isNew = addOneWay(from, to, type.typeId);
  const inverse = inverseAssociation(type);
  if (inverse) addOneWay(to, from, inverse.typeId);
  if (isNew) tell('linked', { from, to, typeIds: [type.typeId] }, occasion);
}

/** Removes every link between two records. */
export function unlink(from: StoredRecord, to: StoredRecord, occasion: Occasion): void {
  const typeIds = from.links?.get(to.type.name)?.get(to);
  if (!typeIds) return;
  from.links?.get(to.type.name)?.delete(to);
  to.links?.get(from.type.name)?.delete(from);
  tell('unlinked', { from, to, typeIds }, occasion);
}

/** Links to live records of one type, ascending by id. */
export function linksTo(from: StoredRecord, typeName: string): LinkView[] {
  const links = from.links?.get(typeName);
  if (!links) return [];
  return [...links]
    .filter(([to]) => to.archivedAt === undefined)
    .sort(([one], [other]) => one.numericId - other.numericId)
    .map(([to, typeIds]) => ({
      to,
      types: typeIds.map((typeId) => ({
        category: 'HUBSPOT_DEFINED' as const,
        typeId,
        label: findAssociation(from.type.name, typeName, typeId)?.label ?? null,
      })),
    }));
}

/** Gives `winner` every link of `loser`. */
export function moveLinks(loser: StoredRecord, winner: StoredRecord, occasion: Occasion): void {
  for (const links of loser.links?.values() ?? []) {
    for (const [other, typeIds] of [...links]) {
      for (const typeId of typeIds) {
        const type = findAssociation(loser.type.name, other.type.name, typeId);
        if (type && other !== winner) link(winner, other, type, occasion);
      }
      unlink(loser, other, occasion);
    }
  }
}

/** Returns whether the link is new. */
function addOneWay(from: StoredRecord, to: StoredRecord, typeId: number): boolean {
  from.links ??= new Map();
  const links = from.links.get(to.type.name) ?? new Map<StoredRecord, number[]>();
  from.links.set(to.type.name, links);
  const typeIds = links.get(to);
  if (typeIds?.includes(typeId)) return false;
  if (typeIds) typeIds.push(typeId);
  else links.set(to, [typeId]);
  return true;
}

/** Type ids are those of the direction from `from` to `to`. */
function tell(
  kind: 'linked' | 'unlinked',
  ends: { from: StoredRecord; to: StoredRecord; typeIds: readonly number[] },
  { changes, at, requestN }: Occasion,
): void {
  if (changes.isHeard) changes.tell({ kind, ...ends, at, requestN });
}
