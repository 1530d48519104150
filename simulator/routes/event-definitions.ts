import { z } from 'zod';
import { badRequest, conflict, notFound } from '../api-error.ts';
import { type Call, jsonObject, pageLimit, param } from '../call.ts';
import { type EventDefinition, eventDefinitionSchema, eventPropertySchema } from '../custom-event-store.ts';
import { defineEvent } from '../custom-events.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { requireCustomEvents } from './event-send.ts';

const PAGE = { fallback: 20, max: 100 };

/** Kinds of custom events. */
export const eventDefinitionRoutes: readonly Route[] = [
  { method: 'GET', pattern: '', access: 'read', handle: list },
  { method: 'POST', pattern: '', access: 'write', handle: create },
  { method: 'GET', pattern: ':eventName', access: 'read', handle: get },
  { method: 'PATCH', pattern: ':eventName', access: 'write', handle: change },
  { method: 'DELETE', pattern: ':eventName', access: 'write', handle: remove },
  { method: 'POST', pattern: ':eventName/property', access: 'write', handle: addProperty },
  { method: 'PATCH', pattern: ':eventName/property/:property', access: 'write', handle: changeProperty },
  { method: 'DELETE', pattern: ':eventName/property/:property', access: 'write', handle: removeProperty },
].map(
  (route) =>
    ({
      ...route,
      area: 'events/definitions',
      versions: ['v3', '2026-03', '2026-09'],
      budget: 'general',
      scopes: () => [['behavioral_events.event_definitions.read_write']],
    }) as Route,
);

function list(call: Call): Reply {
  requireCustomEvents(call);
  const { query } = call;
  const searched = (query.get('searchString') ?? '').toLowerCase();
  const fitting = call.portal.customEvents
    .definitions()
    .filter(({ name, label }) => `${name} ${label}`.toLowerCase().includes(searched));
  const start = Number(query.get('after') ?? 0);
  if (!Number.isInteger(start) || start < 0) throw badRequest(`Invalid paging cursor: ${query.get('after')}`);
  const limit = pageLimit(query, PAGE.fallback, PAGE.max);
  const results = fitting.slice(start, start + limit).map(view);
  const page = { total: fitting.length, results };
  return ok(
    fitting.length <= start + limit ? page : { ...page, paging: { next: { after: String(start + limit) } } },
  );
}

function create(call: Call): Reply {
  requireCustomEvents(call);
  call.effects.inputs = 1;
  const { customEvents } = call.portal;
  if (customEvents.isFull) throw badRequest('The account has reached its limit of event definitions');
  const options = parsed(eventDefinitionSchema, jsonObject(call));
  if (options.name !== undefined && customEvents.definition(customEvents.fullName(options.name)))
    throw conflict(`An event definition with the name ${options.name} already exists`);
  const definition = defineEvent(call.portal, options, call.now);
  call.effects.applied += 1;
  return created(view(definition));
}

function get(call: Call): Reply {
  return ok(view(find(call)));
}

/** Its names and the records it belongs to stay. */
function change(call: Call): Reply {
  const definition = find(call);
  const { label, description } = jsonObject(call);
  if (typeof label === 'string' && label !== '') definition.label = label;
  if (typeof description === 'string') definition.description = description;
  return changed(call, definition);
}

function remove(call: Call): Reply {
  const definition = find(call);
  call.effects.inputs = 1;
  call.effects.applied += 1;
  call.portal.customEvents.drop(definition);
  return noContent;
}

function addProperty(call: Call): Reply {
  const definition = find(call);
  const property = parsed(eventPropertySchema, jsonObject(call));
  if (definition.properties.has(property.name))
    throw conflict(`The event already has a property ${property.name}`);
  definition.properties.set(property.name, property);
  changed(call, definition);
  return created(viewProperty(property));
}

function changeProperty(call: Call): Reply {
  const definition = find(call);
  const property = definition.properties.get(param(call, 'property'));
  if (!property) throw notFound();
  const { label, description, options } = jsonObject(call);
  const merged = { ...property, ...withoutUndefined({ label, description, options }) };
  const next = parsed(eventPropertySchema, merged);
  definition.properties.set(property.name, next);
  changed(call, definition);
  return ok(viewProperty(next));
}

function removeProperty(call: Call): Reply {
  const definition = find(call);
  if (!definition.properties.delete(param(call, 'property'))) throw notFound();
  changed(call, definition);
  return noContent;
}

function find(call: Call): EventDefinition {
  requireCustomEvents(call);
  const definition = call.portal.customEvents.definition(param(call, 'eventName'));
  if (!definition) throw notFound();
  return definition;
}

function changed(call: Call, definition: EventDefinition): Reply {
  call.effects.inputs = 1;
  call.effects.applied += 1;
  definition.updatedAt = call.portal.iso(call.now);
  return ok(view(definition));
}

function view({ properties, objectType, label, ...definition }: EventDefinition): Record<string, unknown> {
  return {
    ...definition,
    labels: { singular: label, plural: label },
    primaryObject: objectType,
    archived: false,
    properties: [...properties.values()].map(viewProperty),
  };
}

function viewProperty({
  name,
  label,
  ...property
}: z.output<typeof eventPropertySchema>): Record<string, unknown> {
  return { name, label: label ?? name, ...property, archived: false };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badRequest(`The definition is not valid: ${z.prettifyError(result.error)}`);
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
