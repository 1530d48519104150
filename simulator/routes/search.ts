import { type Call, jsonObject, param } from '../call.ts';
import { viewFound } from '../record-view.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { createGroup } from '../search-conditions.ts';
import { failAtEpochZero, parseSearch } from '../search-query.ts';
import { runSearch } from '../search-run.ts';
import { createTextTest } from '../search-text.ts';
import { readRecords } from './scopes.ts';

export const searchRoutes: readonly Route[] = [
  {
    method: 'POST',
    area: 'crm/objects',
    pattern: ':objectType/search',
    versions: ['v3', '2026-03', '2026-09'],
    access: 'read',
    budget: 'search',
    scopes: readRecords,
    handle: search,
  },
];

/** Finds records in the delayed index; what it shows of them is as old as the index. */
function search(call: Call): Reply {
  const { portal } = call;
  const data = portal.objects(param(call, 'objectType'));
  const query = parseSearch(jsonObject(call), call.rawBody, data);
  if (portal.behaviour.searchEpochZero === 'fails') failAtEpochZero(query, data);
  const index = portal.search.of(data.type);
  const groups = query.groups.map((filters) => createGroup(filters, { portal, data, index }));
  const { sort, after, limit } = query;
  const text = createTextTest(query.text, data, index);
  const { total, records } = runSearch({ index, groups, text, sort, after, limit });
  const asked = query.properties.filter((name) => data.registry.get(name));
  const names = new Set([...data.type.defaultProperties, ...asked]);
  const results = records.map((record) => viewFound(portal, record, names));
  const end = after + records.length;
  return ok(end < total ? { total, results, paging: { next: { after: String(end) } } } : { total, results });
}
