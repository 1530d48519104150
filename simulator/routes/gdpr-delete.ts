import { badRequest, notFound } from '../api-error.ts';
import { type Call, idText, jsonObject, occasionOf, param } from '../call.ts';
import type { ObjectData } from '../object-data.ts';
import { splitList } from '../object-store.ts';
import { eraseRecord } from '../record-life.ts';
import { noContent, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { uniqueKey } from '../writes.ts';
import { writeRecords } from './scopes.ts';

export const gdprDeleteRoutes: readonly Route[] = [
  {
    method: 'POST',
    area: 'crm/objects',
    pattern: ':objectType/gdpr-delete',
    versions: ['v3', '2026-03', '2026-09'],
    access: 'write',
    budget: 'general',
    scopes: writeRecords,
    handle: gdprDelete,
  },
];

/** Erases a record at once and blocks its addresses; an address without a record is blocked too. */
function gdprDelete(call: Call): Reply {
  const { portal, now } = call;
  const data = portal.objects(param(call, 'objectType'));
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const id = idText(body.objectId, 'objectId');
  const idProperty =
    typeof body.idProperty === 'string' && body.idProperty !== '' ? body.idProperty : undefined;
  const record = find(data, id, idProperty);
  const isAddress = idProperty !== undefined && idProperty === data.type.secondaryOf?.primary;
  if (!record && !isAddress) throw notFound();
  const addresses = record ? addressesOf(data, record) : [];
  if (isAddress) addresses.push(uniqueKey(data, idProperty, id));
  for (const address of addresses) portal.blocklist.block(address, now);
  if (record) eraseRecord(data, record, occasionOf(call));
  call.effects.applied += 1;
  return noContent;
}

function find(data: ObjectData, id: string, idProperty: string | undefined): StoredRecord | undefined {
  if (idProperty === undefined) return data.store.get(id);
  if (!data.registry.isUnique(idProperty)) {
    throw badRequest(`Unable to delete object by non-unique ${data.type.typeId} property ${idProperty}`);
  }
  return data.store.findUnique(idProperty, uniqueKey(data, idProperty, id));
}

function addressesOf(data: ObjectData, { properties }: StoredRecord): string[] {
  const names = data.type.secondaryOf;
  if (!names) return [];
  const primary = properties.get(names.primary);
  return [...(primary ? [primary] : []), ...splitList(properties.get(names.additional))];
}
