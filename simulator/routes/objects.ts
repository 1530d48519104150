import { badRequest, notFound } from '../api-error.ts';
import {
  type Call,
  idText,
  invalidJson,
  isObject,
  jsonObject,
  numberOf,
  occasionOf,
  pageLimit,
  param,
  queryList,
  textOf,
} from '../call.ts';
import { toApiError } from '../failures.ts';
import { JsonText } from '../json-text.ts';
import type { ObjectData } from '../portal.ts';
import { archiveRecord, emptyBin } from '../record-life.ts';
import { type RecordView, viewAssociations, viewHistory, viewRecord } from '../record-view.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { requireEditAssociations } from '../tokens.ts';
import { type AssociationInput, applyWrite, type PlannedWrite, planWrite, uniqueKey } from '../writes.ts';
import { WrittenTexts } from '../written-texts.ts';
import { readRecords, writeRecords } from './scopes.ts';

const VERSIONS = ['v3', '2026-03', '2026-09'] as const;
const PAGE = { fallback: 10, max: 100, maxWithHistory: 50 };

/** Operations on one record, and the list. */
export const objectRoutes: readonly Route[] = [
  { method: 'GET', pattern: ':objectType', access: 'read', scopes: readRecords, handle: list },
  { method: 'POST', pattern: ':objectType', access: 'write', scopes: writeRecords, handle: create },
  { method: 'GET', pattern: ':objectType/:id', access: 'read', scopes: readRecords, handle: get },
  { method: 'PATCH', pattern: ':objectType/:id', access: 'write', scopes: writeRecords, handle: update },
  { method: 'DELETE', pattern: ':objectType/:id', access: 'write', scopes: writeRecords, handle: archive },
].map((route) => ({ ...route, area: 'crm/objects', versions: VERSIONS, budget: 'general' }) as Route);

function list(call: Call): Reply {
  const { query, portal } = call;
  const data = portal.objects(param(call, 'objectType'));
  const archived = query.get('archived') === 'true';
  const limit = pageLimit(
    query,
    PAGE.fallback,
    query.has('propertiesWithHistory') ? PAGE.maxWithHistory : PAGE.max,
  );
  const after = Number(query.get('after') ?? 0);
  if (!Number.isInteger(after) || after < 0) throw badRequest(`Invalid paging cursor: ${query.get('after')}`);
  if (archived) emptyBin(data, call.now);
  const page = archived
    ? data.store.archivedPage(after, limit)
    : data.store.page(after, limit, ({ archivedAt }) => archivedAt === undefined);
  const results = page.records.map((record) => show(call, data, record));
  if (page.nextId === undefined) return ok({ results });
  return ok({ results, paging: { next: { after: page.nextId, link: nextLink(call, data, page.nextId) } } });
}

function get(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  emptyBin(data, call.now);
  const record = find(call, data);
  const wantsArchived = call.query.get('archived') === 'true';
  if (!record || (record.archivedAt !== undefined) !== wantsArchived) throw notFound();
  return ok(show(call, data, record));
}

function create(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const write = plan(call, data, undefined, body);
  const record = apply(call, data, write, 'create');
  return created(new JsonText(new WrittenTexts(call.portal, data.type).of(record, write)));
}

function update(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const target = find(call, data);
  if (!target || target.archivedAt !== undefined) throw notFound();
  const write = plan(call, data, target, body);
  const record = apply(call, data, write, 'update');
  return ok(new JsonText(new WrittenTexts(call.portal, data.type).of(record, write)));
}

function archive(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  call.effects.inputs = 1;
  const record = call.portal.liveRecord(data, param(call, 'id'));
  if (!record) {
    if (call.portal.behaviour.archiveUnknownId === '404') throw notFound();
    return noContent;
  }
  if (archiveRecord(data, record, occasionOf(call))) call.effects.applied += 1;
  return noContent;
}

/** The properties of an input. Throws 400 when they are not an object of plain values. */
export function propertiesOf(input: Record<string, unknown>): Record<string, unknown> {
  const { properties } = input;
  if (!isObject(properties)) throw invalidJson('some of required attributes are not set [properties]');
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    if (typeof value === 'object' && value !== null)
      throw invalidJson(`Cannot deserialize value of type String for property ${name}`);
  }
  return properties;
}

/** The inline associations of an input; undefined when it has none. Throws 403 when the caller may not make links. */
export function associationsOf(
  input: Record<string, unknown>,
  { token, portal, version }: Call,
): AssociationInput[] | undefined {
  const { associations } = input;
  if (associations === undefined || associations === null) return undefined;
  requireEditAssociations(token, { behaviour: portal.behaviour, version });
  if (!Array.isArray(associations))
    throw invalidJson('Cannot deserialize value: associations must be an array');
  return associations.map((association: unknown) => {
    if (!isObject(association) || !isObject(association.to) || !Array.isArray(association.types)) {
      throw invalidJson('some of required attributes are not set [to, types]');
    }
    const types = association.types.map((type: unknown) => {
      if (!isObject(type)) throw invalidJson('some of required attributes are not set [associationTypeId]');
      return { category: textOf(type.associationCategory), typeId: numberOf(type.associationTypeId) };
    });
    return { toId: idText(association.to.id, 'id'), types };
  });
}

function plan(
  call: Call,
  data: ObjectData,
  target: StoredRecord | undefined,
  body: Record<string, unknown>,
): PlannedWrite {
  const { portal, version } = call;
  const associations = target ? undefined : associationsOf(body, call);
  const planned = planWrite(
    { target, properties: propertiesOf(body), associations },
    { portal, data, version },
    new Map(),
  );
  if (!planned.ok) throw toApiError(planned.failure, { portal, data });
  return planned.write;
}

function apply(call: Call, data: ObjectData, write: PlannedWrite, kind: 'create' | 'update'): StoredRecord {
  const { portal, version, now, n, token } = call;
  call.effects.applied += 1;
  const details = { kind, now, requestN: n, source: token.source };
  return applyWrite(write, { portal, data, version }, details);
}

/** The record a path means, archived ones too: by id, or by the unique property that `idProperty` names. */
function find(call: Call, data: ObjectData): StoredRecord | undefined {
  const id = param(call, 'id');
  const idProperty = call.query.get('idProperty');
  if (!idProperty || idProperty === 'hs_object_id') return data.store.get(id);
  if (!data.registry.isUnique(idProperty)) {
    throw badRequest(`Unable to get object by non-unique ${data.type.typeId} property ${idProperty}`);
  }
  return data.store.findUnique(idProperty, uniqueKey(data, idProperty, id));
}

function show(call: Call, data: ObjectData, record: StoredRecord): RecordView {
  const asked = queryList(call.query, 'properties').filter((name) => data.registry.get(name));
  const view = viewRecord(call.portal, record, new Set([...data.type.defaultProperties, ...asked]));
  const history = queryList(call.query, 'propertiesWithHistory').filter((name) => data.registry.get(name));
  if (history.length > 0) view.propertiesWithHistory = viewHistory(call.portal, record, history);
  const associations = queryList(call.query, 'associations');
  if (associations.length > 0) view.associations = viewAssociations(call.portal, record, associations);
  return view;
}

function nextLink(call: Call, data: ObjectData, after: string): string {
  const query = new URLSearchParams(call.query);
  query.set('after', after);
  return `https://api.hubapi.com/crm/v3/objects/${data.type.name}?${query}`;
}
