import { badRequest } from '../api-error.ts';
import { type Call, idText, isObject, jsonObject, param } from '../call.ts';
import type { StoredList } from '../list-store.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { LIST_VERSIONS, listType, readLists } from './list-parameters.ts';

/** The lists that records are members of. */
export const recordListRoutes: readonly Route[] = [
  { method: 'GET', pattern: 'records/:objectTypeId/:recordId/memberships', handle: ofOne },
  { method: 'POST', pattern: 'records/memberships/batch/read', handle: ofMany },
].map(
  (route) =>
    ({
      ...route,
      area: 'crm/lists',
      versions: LIST_VERSIONS,
      access: 'read',
      budget: 'general',
      scopes: readLists,
    }) as Route,
);

function ofOne(call: Call): Reply {
  const record = find(call, param(call, 'objectTypeId'), param(call, 'recordId'));
  return ok({ results: record ? membershipsOf(call, record) : [] });
}

/** Records that do not exist make the answer a 207 that names them. */
function ofMany(call: Call): Reply {
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs)) throw badRequest('some of required attributes are not set [inputs]');
  call.effects.inputs = inputs.length;
  const results: unknown[] = [];
  const missing: string[] = [];
  for (const input of inputs as unknown[]) {
    if (!isObject(input)) throw badRequest('each of the inputs must be an object');
    const recordId = idText(input.recordId, 'recordId');
    const objectTypeId = idText(input.objectTypeId, 'objectTypeId');
    const record = find(call, objectTypeId, recordId);
    if (record) results.push({ objectTypeId, recordId, recordListMemberships: membershipsOf(call, record) });
    else missing.push(recordId);
  }
  const body = {
    status: 'COMPLETE',
    results,
    startedAt: call.portal.iso(call.now),
    completedAt: call.portal.iso(call.portal.clock.now()),
  };
  if (missing.length === 0) return ok(body);
  const error = {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Some records do not exist. Check that ids are valid.',
    context: { ids: missing },
  };
  return { status: 207, body: { ...body, numErrors: 1, errors: [error] } };
}

function find(call: Call, objectTypeId: string, recordId: string): StoredRecord | undefined {
  return call.portal.liveRecord(call.portal.objects(listType(call, objectTypeId).name), recordId);
}

function membershipsOf(call: Call, record: StoredRecord) {
  return call.portal.lists.live().flatMap((list) => membership(list, record) ?? []);
}

function membership(list: StoredList, record: StoredRecord) {
  const joined = list.members.joined(record);
  if (!joined) return undefined;
  return {
    listId: list.id,
    listVersion: list.version,
    isPublicList: false,
    firstAddedTimestamp: new Date(joined.first).toISOString(),
    lastAddedTimestamp: new Date(joined.last).toISOString(),
  };
}
