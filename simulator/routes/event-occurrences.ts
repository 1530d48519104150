import { badRequest } from '../api-error.ts';
import { type Call, pageLimit, queryList } from '../call.ts';
import type { CustomEvent } from '../custom-event-store.ts';
import { instantOf } from '../custom-events.ts';
import type { Portal } from '../portal.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { uniqueKey } from '../writes.ts';

const PAGE = { fallback: 10, max: 1_000 };
const OBJECT_PROPERTY = 'objectProperty.';
const PROPERTY = 'property.';

/** Custom events that came in, newest first. */
export const eventOccurrenceRoutes: readonly Route[] = [
  { pattern: '', handle: list },
  { pattern: 'event-types', handle: eventTypes },
].map(
  (route) =>
    ({
      ...route,
      method: 'GET',
      area: 'events/occurrences',
      versions: ['v3', '2026-03', '2026-09'],
      access: 'read',
      budget: 'general',
      scopes: () => [['crm.objects.contacts.read']],
    }) as Route,
);

function eventTypes(call: Call): Reply {
  const definitions = call.portal.customEvents.definitions();
  return ok({ eventTypes: definitions.map(({ fullyQualifiedName }) => fullyQualifiedName) });
}

function list(call: Call): Reply {
  const { query, portal } = call;
  const accept = filterOf(call);
  const sort = query.get('sort') ?? '-occurredAt';
  if (sort !== 'occurredAt' && sort !== '-occurredAt')
    throw badRequest(`sort must be occurredAt or -occurredAt, was ${sort}`);
  const direction = sort === 'occurredAt' ? 1 : -1;
  const fitting = portal.customEvents
    .events()
    .filter(accept)
    .sort((one, other) => direction * (one.occurredAt - other.occurredAt || one.n - other.n));
  const limit = pageLimit(query, PAGE.fallback, PAGE.max);
  // The cursor is the last event that was read, so that one that comes in meanwhile moves nothing.
  const after = query.get('after');
  const last = after === null ? -1 : fitting.findIndex(({ n }) => String(n) === decode(after));
  if (after !== null && last < 0) throw badRequest(`Invalid paging cursor: ${after}`);
  const page = fitting.slice(last + 1, last + 1 + limit);
  const results = page.map((event) => view(portal, event));
  const end = page.at(-1);
  if (!end || last + 1 + limit >= fitting.length) return ok({ results });
  return ok({ results, paging: { next: { after: Buffer.from(String(end.n)).toString('base64url') } } });
}

/** Throws 400 when the query names neither a kind of event nor a record. */
function filterOf({ query, portal }: Call): (event: CustomEvent) => boolean {
  const eventType = query.get('eventType');
  const record = recordIn(portal, query);
  const ids = queryList(query, 'id');
  if (eventType === null && record === undefined)
    throw badRequest('eventType, or objectType with objectId, is needed');
  if (ids.length > 0 && eventType === null) throw badRequest('id goes with eventType only');
  const from = bound(query, 'occurredAfter') ?? Number.NEGATIVE_INFINITY;
  const to = bound(query, 'occurredBefore') ?? Number.POSITIVE_INFINITY;
  const wanted = [...query].filter(([name]) => name.startsWith(PROPERTY));
  return (event) =>
    (eventType === null || event.eventName === eventType) &&
    (record === undefined || record === recordOf(portal, event)) &&
    (ids.length === 0 || ids.includes(event.id)) &&
    event.occurredAt > from &&
    event.occurredAt < to &&
    wanted.every(([name, value]) => event.properties[name.slice(PROPERTY.length)] === value);
}

/** The record that the query names; null for one that is not there, undefined when none is named. */
function recordIn(portal: Portal, query: URLSearchParams): StoredRecord | null | undefined {
  const objectType = query.get('objectType');
  const objectId = query.get('objectId');
  const [name, value] = [...query].find(([each]) => each.startsWith(OBJECT_PROPERTY)) ?? [];
  if (objectId === null && name === undefined) return undefined;
  if (objectType === null) throw badRequest('objectId goes with objectType');
  const data = portal.objects(objectType.toLowerCase());
  if (objectId !== null) return portal.liveRecord(data, objectId) ?? null;
  const property = name?.slice(OBJECT_PROPERTY.length) ?? '';
  if (!data.registry.isUnique(property)) throw badRequest(`${property} is no unique property`);
  return data.store.findUnique(property, uniqueKey(data, property, value ?? '')) ?? null;
}

/** Following merges. */
function recordOf(portal: Portal, { objectType, objectId }: CustomEvent): StoredRecord | undefined {
  return portal.objects(objectType).store.get(objectId);
}

function bound(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = instantOf(text);
  if (ms === undefined) throw badRequest(`${name} is no time: ${text}`);
  return ms;
}

function decode(after: string): string {
  return Buffer.from(after, 'base64url').toString();
}

function view(portal: Portal, event: CustomEvent): Record<string, unknown> {
  const { id, eventName, objectType, objectId, occurredAt, properties } = event;
  const { singular } = portal.objects(objectType).type;
  return {
    id,
    eventType: eventName,
    objectType: singular.toUpperCase(),
    objectId: recordOf(portal, event)?.id ?? objectId,
    occurredAt: new Date(occurredAt).toISOString(),
    properties,
  };
}
