import { ApiError, badRequest } from '../api-error.ts';
import { type Call, idText, jsonObject, param } from '../call.ts';
import { gatherEmails, mergeRecords } from '../merging.ts';
import type { ObjectData } from '../portal.ts';
import { viewRecord } from '../record-view.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
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
  const { portal } = call;
  const data = portal.objects(param(call, 'objectType'));
  if (!data.type.mergeable) throw badRequest(`Merging is not supported for object type ${data.type.typeId}`);
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const primary = mustFind(call, data, idText(body.primaryObjectId, 'primaryObjectId'));
  const loser = mustFind(call, data, idText(body.objectIdToMerge, 'objectIdToMerge'));
  if (primary === loser) throw badRequest('Cannot merge a record with itself');
  const { maxIdentities } = portal.behaviour;
  if (gatherEmails(data, primary, loser).length > maxIdentities) {
    throw new ApiError(414, `Cannot have more than ${maxIdentities} identities on a profile`, {
      category: 'VALIDATION_ERROR',
    });
  }
  const merged = mergeRecords(
    { primary, loser },
    { portal, data },
    { now: call.now, requestN: call.n, source: call.token.source },
  );
  call.effects.applied += 1;
  return ok(viewRecord(portal, merged, data.type.defaultProperties));
}

function mustFind(call: Call, data: ObjectData, id: string): StoredRecord {
  const record = call.portal.liveRecord(data, id);
  if (!record) throw badRequest(`Unable to merge: ${data.type.singular} ${id} does not exist`);
  return record;
}
