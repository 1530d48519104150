import { ApiError, badRequest } from '../api-error.ts';
import { type Call, idText, jsonObject, occasionOf, param } from '../call.ts';
import type { ValueChange } from '../changes.ts';
import { moveLinks } from '../links.ts';
import { type StoredRecord, splitList } from '../object-store.ts';
import type { ObjectData } from '../portal.ts';
import { viewRecord } from '../record-view.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { writeRecords } from './scopes.ts';

export const mergeRoutes: readonly Route[] = [
  {
    method: 'POST',
    area: 'crm/objects',
    pattern: ':objectType/merge',
    versions: ['v3', '2026-03', '2026-09'],
    access: 'write',
    budget: 'general',
    scopes: writeRecords,
    handle: merge,
  },
];

/** Merges two records: the primary's values win, addresses are gathered, both ids lead to the result. */
function merge(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  if (!data.type.mergeable) throw badRequest(`Merging is not supported for object type ${data.type.typeId}`);
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const primary = mustFind(call, data, idText(body.primaryObjectId, 'primaryObjectId'));
  const loser = mustFind(call, data, idText(body.objectIdToMerge, 'objectIdToMerge'));
  if (primary === loser) throw badRequest('Cannot merge a record with itself');
  const emails = gatherEmails(data, primary, loser);
  if (emails.length > call.portal.behaviour.maxIdentities) {
    throw new ApiError(
      414,
      `Cannot have more than ${call.portal.behaviour.maxIdentities} identities on a profile`,
      {
        category: 'VALIDATION_ERROR',
      },
    );
  }
  const merged = absorb(call, data, { primary, loser, emails });
  call.effects.applied += 1;
  return ok(viewRecord(call.portal, merged, data.type.defaultProperties));
}

interface Pair {
  primary: StoredRecord;
  loser: StoredRecord;
  emails: string[];
}

function absorb(call: Call, data: ObjectData, { primary, loser, emails }: Pair): StoredRecord {
  const { portal, now, n } = call;
  const { store, type } = data;
  const nowIso = portal.iso(now);
  const keepsPrimary = portal.behaviour.mergedId === 'primary';
  const absorbed = keepsPrimary ? [loser] : [primary, loser];
  const values = mergedValues(data, primary, loser);
  const mergedIds = [
    ...splitList(primary.properties.get('hs_merged_object_ids')),
    ...splitList(loser.properties.get('hs_merged_object_ids')),
  ];
  mergedIds.push(...absorbed.map((record) => record.id));
  const vids = [
    primary.properties.get('hs_calculated_merged_vids'),
    ...absorbed.map((record) => `${record.id}:${now}`),
  ];
  const before = portal.changes.isHeard ? new Map(primary.properties) : undefined;
  const result = keepsPrimary ? primary : store.create(nowIso);
  for (const record of absorbed) store.redirect(record, result);
  for (const [name, value] of values) store.set(result, name, value);
  if (type.secondaryOf && emails.length > 0) {
    const [first = '', ...others] = emails;
    store.set(result, type.secondaryOf.primary, first);
    store.set(result, type.secondaryOf.additional, others.join(';'));
  }
  store.set(result, 'hs_merged_object_ids', mergedIds.join(';'));
  store.set(result, 'hs_calculated_merged_vids', vids.filter((vid) => vid).join(';'));
  store.touch(result, nowIso);
  if (portal.behaviour.mergedAwayUniqueValue === 'resolves') keepDroppedValues(data, loser, result);
  if (before) {
    const changed = differences(before, result.properties);
    portal.changes.tell({
      kind: 'merged',
      record: result,
      primary,
      absorbed,
      values: changed,
      at: now,
      requestN: n,
    });
  }
  for (const record of absorbed) moveLinks(record, result, occasionOf(call));
  if (portal.behaviour.recordHistory) {
    portal.history.add(type.name, result.id, {
      kind: 'merge',
      at: now,
      requestN: n,
      properties: Object.fromEntries(values),
    });
  }
  return result;
}

/** What the merge made of the primary's values. */
function differences(before: ReadonlyMap<string, string>, after: Iterable<[string, string]>): ValueChange[] {
  const now = new Map(after);
  return [...new Set([...before.keys(), ...now.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? '', after: now.get(name) ?? '' }))
    .filter((change) => change.before !== change.after);
}

/** The primary's value where it has one; of two lifecycle stages the one further on. */
function mergedValues(data: ObjectData, primary: StoredRecord, loser: StoredRecord): Map<string, string> {
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

function gatherEmails(data: ObjectData, primary: StoredRecord, loser: StoredRecord): string[] {
  const names = data.type.secondaryOf;
  if (!names) return [];
  const all = [primary, loser].flatMap(({ properties }) => [
    properties.get(names.primary) ?? '',
    ...splitList(properties.get(names.additional)),
  ]);
  return [...new Set(all)].filter((address) => address !== '');
}

function keepDroppedValues(data: ObjectData, loser: StoredRecord, result: StoredRecord): void {
  for (const property of data.registry.list()) {
    const dropped = property.hasUniqueValue ? loser.properties.get(property.name) : undefined;
    if (dropped) data.store.keepUnique(property.name, dropped, result);
  }
}

function mustFind(call: Call, data: ObjectData, id: string): StoredRecord {
  const record = call.portal.liveRecord(data, id);
  if (!record) throw badRequest(`Unable to merge: ${data.type.singular} ${id} does not exist`);
  return record;
}
