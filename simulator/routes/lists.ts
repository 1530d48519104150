import { badRequest, notFound } from '../api-error.ts';
import { type Call, jsonArray, jsonObject, numberOf, param, textOf } from '../call.ts';
import { decodeCursor, encodeCursor } from '../list-cursor.ts';
import type { StoredList } from '../list-store.ts';
import { viewList } from '../list-view.ts';
import { noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { LIST_VERSIONS, listOf, listType, processingType, readLists, writeLists } from './list-parameters.ts';

const COUNT = { fallback: 20, max: 500 };
/** A search for lists reaches no further. */
const MAX_OFFSET = 10_000;

/** Lists themselves: create, read, search, rename, filter anew, delete and bring back. */
export const listRoutes: readonly Route[] = [
  { method: 'POST', pattern: '', access: 'write', handle: create },
  { method: 'GET', pattern: '', access: 'read', handle: several },
  { method: 'POST', pattern: 'search', access: 'read', handle: search },
  { method: 'POST', pattern: 'all', access: 'read', handle: all, versions: ['2026-09'] },
  { method: 'GET', pattern: 'idmapping', access: 'read', handle: mapOne },
  { method: 'POST', pattern: 'idmapping', access: 'read', handle: mapMany },
  { method: 'GET', pattern: 'object-type-id/:objectTypeId/name/:name', access: 'read', handle: byName },
  { method: 'GET', pattern: ':listId', access: 'read', handle: get },
  { method: 'DELETE', pattern: ':listId', access: 'write', handle: remove },
  { method: 'PUT', pattern: ':listId/restore', access: 'write', handle: restore },
  { method: 'PUT', pattern: ':listId/update-list-name', access: 'write', handle: rename },
  { method: 'PUT', pattern: ':listId/update-list-filters', access: 'write', handle: refilter },
].map(
  (route) =>
    ({
      versions: LIST_VERSIONS,
      ...route,
      area: 'crm/lists',
      budget: 'general',
      scopes: route.access === 'read' ? readLists : writeLists,
    }) as Route,
);

function create(call: Call): Reply {
  const body = jsonObject(call);
  const type = listType(call, body.objectTypeId);
  const kind = processingType(body.processingType);
  const name = nameOf(body.name);
  const filterBranch = body.filterBranch ?? undefined;
  if (kind === 'DYNAMIC' && filterBranch === undefined)
    throw badRequest('A filterBranch is required for a list of processingType DYNAMIC');
  if (kind === 'MANUAL' && filterBranch !== undefined)
    throw badRequest('A list of processingType MANUAL cannot have a filterBranch');
  const list = call.portal.lists.create({ name, type, processingType: kind, filterBranch }, call.now);
  applied(call);
  return ok({ list: viewList(list, true) });
}

function get(call: Call): Reply {
  return ok({ list: viewList(listOf(call), wantsFilters(call)) });
}

function byName(call: Call): Reply {
  const type = listType(call, param(call, 'objectTypeId'));
  const name = param(call, 'name');
  const list = call.portal.lists.byName(type, name);
  if (!list) throw notFound(`List does not exist with name ${name} and object type ID ${type.typeId}.`);
  return ok({ list: viewList(list, wantsFilters(call)) });
}

/** Ids that do not exist are left out. */
function several(call: Call): Reply {
  const ids = call.query.getAll('listIds').flatMap((value) => value.split(','));
  if (ids.length === 0) throw badRequest('At least one of listIds is required');
  const lists = ids.flatMap((id) => call.portal.lists.get(id) ?? []);
  return ok({ lists: lists.map((list) => viewList(list, wantsFilters(call))) });
}

function search(call: Call): Reply {
  const body = jsonObject(call);
  const offset = wholeNumber(body.offset, 'offset', 0);
  const count = countOf(body);
  if (offset + count > MAX_OFFSET)
    throw badRequest(
      `A search for lists reaches at most ${MAX_OFFSET}: offset ${offset} and count ${count} go beyond`,
    );
  const words = typeof body.query === 'string' ? body.query.toLowerCase() : '';
  const found = filtered(call, body).filter((list) => list.name.toLowerCase().includes(words));
  const lists = found.slice(offset, offset + count);
  return ok({
    lists: lists.map((list) => ({
      ...viewList(list),
      additionalProperties: { hs_list_size: String(list.members.size) },
    })),
    hasMore: offset + lists.length < found.length,
    offset: offset + lists.length,
    total: found.length,
  });
}

function all(call: Call): Reply {
  const body = jsonObject(call);
  const count = countOf(body);
  const after = typeof body.after === 'string' && body.after !== '' ? decodeCursor(body.after).id : 0;
  const rest = filtered(call, body).filter((list) => Number(list.id) > after);
  const lists = rest.slice(0, count).map((list) => viewList(list));
  const last = lists.at(-1);
  if (!last || rest.length <= count) return ok({ lists });
  return ok({ lists, paging: { next: { after: encodeCursor({ key: 0, id: Number(last.listId) }) } } });
}

function rename(call: Call): Reply {
  const list = listOf(call);
  call.portal.lists.rename(list, nameOf(call.query.get('listName')), call.now);
  applied(call);
  return ok({ updatedList: viewList(list, wantsFilters(call)) });
}

function refilter(call: Call): Reply {
  const list = listOf(call);
  const { filterBranch } = jsonObject(call);
  if (list.processingType !== 'DYNAMIC') {
    throw badRequest(
      `The filters of list ${list.id} cannot be changed: its processingType is ${list.processingType}, not DYNAMIC`,
    );
  }
  if (filterBranch === undefined || filterBranch === null) throw badRequest('A filterBranch is required');
  call.portal.lists.refilter(list, filterBranch, call.now);
  applied(call);
  return ok({ updatedList: viewList(list, true) });
}

function remove(call: Call): Reply {
  call.portal.lists.delete(listOf(call), call.now);
  applied(call);
  return noContent;
}

/** A list that is not deleted stays as it is. */
function restore(call: Call): Reply {
  const id = param(call, 'listId');
  const { lists } = call.portal;
  if (lists.get(id)) return noContent;
  const list = lists.deleted(id, call.now);
  if (!list) throw notFound(`List does not exist with ID ${id}.`);
  lists.restore(list, call.now);
  applied(call);
  return noContent;
}

function mapOne(call: Call): Reply {
  const legacyListId = call.query.get('legacyListId') ?? '';
  const list = call.portal.lists.byLegacyId(legacyListId);
  if (!list) throw notFound(`List does not exist with legacy ID ${legacyListId}.`);
  return ok({ legacyListId, listId: list.id });
}

function mapMany(call: Call): Reply {
  const found: { legacyListId: string; listId: string }[] = [];
  const missing: string[] = [];
  for (const legacyListId of jsonArray(call).map(textOf)) {
    const list = call.portal.lists.byLegacyId(legacyListId);
    if (list) found.push({ legacyListId, listId: list.id });
    else missing.push(legacyListId);
  }
  return ok({ legacyListIdsToIdsMapping: found, missingLegacyListIds: missing });
}

/** The lists of the asked type and kinds; all without. */
function filtered(call: Call, { objectTypeId, processingTypes }: Record<string, unknown>): StoredList[] {
  const type = objectTypeId === undefined || objectTypeId === null ? undefined : listType(call, objectTypeId);
  if (processingTypes !== undefined && !Array.isArray(processingTypes))
    throw badRequest('processingTypes must be a list');
  const kinds = processingTypes?.map(processingType) ?? [];
  return call.portal.lists
    .live()
    .filter(
      (list) => (!type || list.type === type) && (kinds.length === 0 || kinds.includes(list.processingType)),
    );
}

function countOf({ count }: Record<string, unknown>): number {
  const value = wholeNumber(count, 'count', COUNT.fallback);
  if (value < 1 || value > COUNT.max)
    throw badRequest(`Invalid count: must be between 1 and ${COUNT.max}, was ${value}`);
  return value;
}

function wholeNumber(given: unknown, field: string, fallback: number): number {
  if (given === undefined || given === null) return fallback;
  const value = numberOf(given);
  if (!Number.isInteger(value) || value < 0)
    throw badRequest(`Invalid ${field}: a whole number was expected, was ${textOf(given)}`);
  return value;
}

function nameOf(given: unknown): string {
  const name = typeof given === 'string' ? given.trim() : '';
  if (name === '') throw badRequest('A list needs a name');
  return name;
}

function wantsFilters(call: Call): boolean {
  return call.query.get('includeFilters') === 'true';
}

function applied(call: Call): void {
  call.effects.inputs = 1;
  call.effects.applied += 1;
}
