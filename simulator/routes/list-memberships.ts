import { badRequest } from '../api-error.ts';
import { type Call, idText, invalidJson, jsonArray, jsonObject, pageLimit } from '../call.ts';
import { decodeCursor, encodeCursor } from '../list-cursor.ts';
import type { StoredList } from '../list-store.ts';
import { noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { LIST_VERSIONS, listOf, readLists, writeLists } from './list-parameters.ts';

const PAGE = { fallback: 100, max: 250 };
/** Members that one call copies from another list. */
const MAX_COPIED = 100_000;

const OF_LIST = ':listId/memberships';

/** Members of a list: read in two orders, add, remove, copy, clear. */
export const listMembershipRoutes: readonly Route[] = [
  { method: 'GET', pattern: OF_LIST, access: 'read', handle: byId },
  { method: 'GET', pattern: `${OF_LIST}/join-order`, access: 'read', handle: byJoin },
  { method: 'DELETE', pattern: OF_LIST, access: 'write', handle: clear },
  { method: 'PUT', pattern: `${OF_LIST}/add`, access: 'write', handle: add },
  { method: 'PUT', pattern: `${OF_LIST}/remove`, access: 'write', handle: remove },
  { method: 'PUT', pattern: `${OF_LIST}/add-and-remove`, access: 'write', handle: addAndRemove },
  { method: 'PUT', pattern: `${OF_LIST}/add-from/:sourceListId`, access: 'write', handle: addFrom },
].map(
  (route) =>
    ({
      ...route,
      area: 'crm/lists',
      versions: LIST_VERSIONS,
      budget: 'general',
      scopes: route.access === 'read' ? readLists : writeLists,
    }) as Route,
);

function byId(call: Call): Reply {
  return page(call, listOf(call), false);
}

function byJoin(call: Call): Reply {
  return page(call, listOf(call), true);
}

function add(call: Call): Reply {
  return change(call, { toAdd: jsonArray(call), toRemove: [] });
}

function remove(call: Call): Reply {
  return change(call, { toAdd: [], toRemove: jsonArray(call) });
}

function addAndRemove(call: Call): Reply {
  const { recordIdsToAdd = [], recordIdsToRemove = [] } = jsonObject(call);
  if (!Array.isArray(recordIdsToAdd) || !Array.isArray(recordIdsToRemove))
    throw invalidJson('recordIdsToAdd and recordIdsToRemove must be arrays');
  return change(call, { toAdd: recordIdsToAdd, toRemove: recordIdsToRemove });
}

function clear(call: Call): Reply {
  const list = writableList(call);
  const members = [...list.members];
  for (const [record] of members) list.members.remove(record);
  call.effects.applied += members.length;
  return noContent;
}

function addFrom(call: Call): Reply {
  const list = writableList(call);
  const source = listOf(call, 'sourceListId');
  if (source.type !== list.type) {
    throw badRequest(
      `List ${source.id} holds records of ${source.type.typeId} and list ${list.id} of ${list.type.typeId}`,
    );
  }
  if (source.members.size > MAX_COPIED)
    throw badRequest(
      `List ${source.id} has ${source.members.size} members; at most ${MAX_COPIED} can be copied`,
    );
  for (const [record] of [...source.members])
    if (list.members.add(record, call.now)) call.effects.applied += 1;
  return noContent;
}

/** Records that are no live ones of the list's type are named as missing; what is already so is left out. */
function change(call: Call, ids: { toAdd: readonly unknown[]; toRemove: readonly unknown[] }): Reply {
  const list = writableList(call);
  const missing = new Set<string>();
  const added: string[] = [];
  const removed: string[] = [];
  for (const record of recordsOf(call, list, ids.toAdd, missing))
    if (list.members.add(record, call.now)) added.push(record.id);
  for (const record of recordsOf(call, list, ids.toRemove, missing))
    if (list.members.remove(record)) removed.push(record.id);
  call.effects.inputs = ids.toAdd.length + ids.toRemove.length;
  call.effects.applied += added.length + removed.length;
  // The first name is spelled so by HubSpot.
  return ok({ recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: [...missing] });
}

function recordsOf(
  call: Call,
  list: StoredList,
  ids: readonly unknown[],
  missing: Set<string>,
): StoredRecord[] {
  const data = call.portal.objects(list.type.name);
  return ids.flatMap((given) => {
    const id = idText(given, 'recordId');
    const record = call.portal.liveRecord(data, id);
    if (!record) missing.add(id);
    return record ?? [];
  });
}

function writableList(call: Call): StoredList {
  const list = listOf(call);
  if (list.processingType !== 'DYNAMIC') return list;
  throw badRequest(
    `The memberships of list ${list.id} cannot be changed: its processingType is DYNAMIC, so its filters decide`,
    { subCategory: 'ListError.INVALID_PROCESSING_TYPE' },
  );
}

/** Members by id, or newest join first; `after` goes on behind a cursor, `before` ends ahead of it. */
function page(call: Call, { members }: StoredList, newestFirst: boolean): Reply {
  const limit = pageLimit(call.query, PAGE.fallback, PAGE.max);
  const order = newestFirst ? members.byJoin : members.byId;
  const { size } = order;
  const afterText = call.query.get('after');
  const beforeText = call.query.get('before');
  const text = afterText || beforeText;
  let from = newestFirst ? size - limit : 0;
  if (text) {
    const { key, id } = decodeCursor(text);
    const isBehind = Boolean(afterText) !== newestFirst;
    from = isBehind ? order.rank(key, id + 1) : order.rank(key, id) - limit;
  }
  const to = Math.min(size, from + limit);
  from = Math.max(0, from);
  const entries = [...order.walk(from, to, newestFirst)];
  const results = entries.map(([record]) => ({
    recordId: record.id,
    membershipTimestamp: new Date(members.joined(record)?.last ?? 0).toISOString(),
  }));
  const cursorOf = (entry: [StoredRecord, number] | undefined) =>
    entry && encodeCursor({ key: entry[1], id: entry[0].numericId });
  const hasNext = newestFirst ? from > 0 : to < size;
  const hasPrevious = newestFirst ? to < size : from > 0;
  const next = hasNext ? cursorOf(entries.at(-1)) : undefined;
  const previous = hasPrevious ? cursorOf(entries[0]) : undefined;
  const paging = {
    ...(next === undefined ? {} : { next: { after: next } }),
    ...(previous === undefined ? {} : { prev: { before: previous } }),
  };
  return ok({ results, total: size, ...(Object.keys(paging).length > 0 ? { paging } : {}) });
}
