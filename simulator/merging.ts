import type { ValueChange } from './changes.ts';
import { moveLinks } from './links.ts';
import { splitList } from './object-store.ts';
import type { ObjectData, Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangeSource } from './value-versions.ts';

export interface MergePair {
  /** Its values win. */
  primary: StoredRecord;
  loser: StoredRecord;
}

export interface MergeDetails {
  now: number;
  requestN: number;
  source: ChangeSource;
}

/** Makes one record of two; links and ids of both lead to it. The caller has refused what may not be merged. */
export function mergeRecords(
  pair: MergePair,
  scene: { portal: Portal; data: ObjectData },
  { now, requestN, source }: MergeDetails,
): StoredRecord {
  const { primary, loser } = pair;
  const { portal, data } = scene;
  const { store, type } = data;
  const since = portal.stamp(now, source);
  const keepsPrimary = portal.behaviour.mergedId === 'primary';
  const absorbed = keepsPrimary ? [loser] : [primary, loser];
  const values = mergedValues(data, pair);
  const emails = gatherEmails(data, primary, loser);
  const before = portal.changes.isHeard ? new Map(primary.properties) : undefined;
  const result = keepsPrimary ? primary : store.create(since);
  for (const record of absorbed) store.redirect(record, result);
  if (!keepsPrimary) store.inherit(result, primary);
  const [oldest = since.iso] = [primary.createdAt, loser.createdAt].sort();
  store.set(result, type.createdProperty, oldest);
  for (const [name, value] of values) store.set(result, name, value, { since });
  if (type.secondaryOf && emails.length > 0) {
    const [first = '', ...others] = emails;
    store.set(result, type.secondaryOf.primary, first, { since });
    store.set(result, type.secondaryOf.additional, others.join(';'), { since });
  }
  store.set(result, 'hs_merged_object_ids', mergedIds(pair, absorbed), { since });
  const vids = absorbed.map((record) => `${record.id}:${now}`);
  const earlier = splitList(primary.properties.get('hs_calculated_merged_vids'));
  store.set(result, 'hs_calculated_merged_vids', [...earlier, ...vids].join(';'), { since });
  store.touch(result, since);
  if (portal.behaviour.mergedAwayUniqueValue === 'resolves') keepDroppedValues(data, loser, result);
  if (before) {
    const changed = differences(before, result.properties);
    const parties = { record: result, primary, absorbed };
    portal.changes.tell({ kind: 'merged', ...parties, values: changed, at: now, requestN });
  }
  for (const record of absorbed) {
    moveLinks(record, result, { portal, at: now, requestN });
  }
  if (portal.behaviour.recordHistory) {
    const properties = Object.fromEntries(values);
    portal.history.add(type.name, result.id, { kind: 'merge', at: now, requestN, properties });
  }
  return result;
}

/** All addresses of both, the primary's first. */
export function gatherEmails(data: ObjectData, primary: StoredRecord, loser: StoredRecord): string[] {
  const names = data.type.secondaryOf;
  if (!names) return [];
  const all = [primary, loser].flatMap(({ properties }) => [
    properties.get(names.primary) ?? '',
    ...splitList(properties.get(names.additional)),
  ]);
  return [...new Set(all)].filter((address) => address !== '');
}

/** The primary's value where it has one; of two lifecycle stages the one further on. */
function mergedValues(data: ObjectData, { primary, loser }: MergePair): Map<string, string> {
  const values = new Map<string, string>();
  for (const record of [loser, primary]) {
    for (const [name, value] of record.properties) {
      const property = data.registry.get(name);
      if (!property || property.readOnlyValue || property.kind === 'email' || property.kind === 'emails')
        continue;
      if (value !== '') values.set(name, value);
    }
  }
  const stages = data.registry.get('lifecyclestage')?.options.map((option) => option.value) ?? [];
  const further = [primary, loser]
    .map((record) => record.properties.get('lifecyclestage') ?? '')
    .sort((one, other) => stages.indexOf(other) - stages.indexOf(one))[0];
  if (further) values.set('lifecyclestage', further);
  return values;
}

function mergedIds({ primary, loser }: MergePair, absorbed: readonly StoredRecord[]): string {
  const earlier = [primary, loser].flatMap((record) =>
    splitList(record.properties.get('hs_merged_object_ids')),
  );
  return [...earlier, ...absorbed.map((record) => record.id)].join(';');
}

/** What the merge made of the primary's values. */
function differences(before: ReadonlyMap<string, string>, after: Iterable<[string, string]>): ValueChange[] {
  const now = new Map(after);
  return [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? '', after: now.get(name) ?? '' }))
    .filter((change) => change.before !== change.after);
}

function keepDroppedValues(data: ObjectData, loser: StoredRecord, result: StoredRecord): void {
  for (const property of data.registry.list()) {
    const dropped = property.hasUniqueValue ? loser.properties.get(property.name) : undefined;
    if (dropped) data.store.keepUnique(property.name, dropped, result);
  }
}
