import { randomUUID } from 'node:crypto';
import { badRequest, conflict, notFound } from './api-error.ts';
import type { AppEvent, EventTemplate } from './app-event-store.ts';
import type { App } from './apps.ts';
import { invalidJson, isObject, textOf } from './call.ts';
import { instantOf } from './custom-events.ts';
import { findTarget, targetIn } from './event-target.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ChangeSource } from './value-versions.ts';
import { applyWrite, planWrite } from './writes.ts';

/** A kind of event of an app: one of its project, or a template of the older form. */
export interface EventKind {
  readonly appId: number;
  /** Name of the event type, or id of the template. */
  readonly type: string;
  readonly objectType: string;
  readonly title: (properties: Readonly<Record<string, string>>) => string;
  /** undefined: any. */
  readonly properties: readonly string[] | undefined;
  /** Properties of the record that take values too, by the event's own names. */
  readonly mirrored: ReadonlyMap<string, string>;
}

/** What takes an event of a kind from the fields in which its version sends it. */
export interface EventFields {
  /** The kind that an input names. Throws 400 for an unknown one. */
  kindOf: (input: Record<string, unknown>) => EventKind;
  /** Where the input has its properties. */
  propertiesField: 'properties' | 'tokens';
  /** Whether the sender has to give an id. */
  needsId: boolean;
}

export interface Arrival {
  now: number;
  requestN: number;
  source: ChangeSource;
}

/** Takes events, all or none of them. Throws 409 when one was there before, 400 or 404 when one is wrong. */
export function takeAppEvents(
  portal: Portal,
  inputs: readonly unknown[],
  { fields, arrival }: { fields: EventFields; arrival: Arrival },
): AppEvent[] {
  const taken = new Set<string>();
  const planned = inputs.map((input) => {
    if (!isObject(input)) throw invalidJson('an event must be an object');
    const kind = fields.kindOf(input);
    const id = idOf(input, fields.needsId);
    const key = `${kind.type}\0${id}`;
    if (taken.has(key) || portal.appEvents.isKnown({ ...kind, id }))
      throw conflict(`An event with the id ${id} already exists`);
    taken.add(key);
    const properties = propertiesOf(kind, input[fields.propertiesField]);
    const at = input.timestamp === undefined ? arrival.now : instantOf(input.timestamp);
    if (at === undefined) throw badRequest(`timestamp is no time: ${JSON.stringify(input.timestamp)}`);
    const target = checkTarget(portal, kind, input);
    return {
      kind,
      id,
      properties,
      at,
      target,
      extraData: input.extraData,
      timelineIFrame: input.timelineIFrame,
    };
  });
  return planned.map(({ kind, id, properties, at, target, extraData, timelineIFrame }) => {
    const record = target() ?? createContact(portal, String(target.email), arrival);
    mirror(portal, { record, kind, properties, arrival });
    const event: AppEvent = {
      appId: kind.appId,
      type: kind.type,
      title: kind.title(properties),
      id,
      objectType: record.type.name,
      objectId: record.id,
      at,
      properties,
      extraData,
      timelineIFrame,
    };
    portal.appEvents.add(event);
    return event;
  });
}

/** The kinds of an app's project. */
export function projectKind(app: App, name: unknown): EventKind {
  const type = app.eventTypes.find((each) => each.name === name);
  if (!type) throw badRequest(`The app has no event type ${JSON.stringify(name)}`);
  return {
    appId: app.appId,
    type: type.name,
    objectType: type.objectType,
    title: (properties) => fill(type.headerTemplate ?? type.name, properties),
    properties: type.properties,
    mirrored: new Map(),
  };
}

export function templateKind(template: EventTemplate): EventKind {
  return {
    appId: template.appId,
    type: template.id,
    objectType: template.objectType.toLowerCase(),
    title: (properties) => fill(template.headerTemplate, properties) || template.name,
    properties: template.tokens.map(({ name }) => name),
    mirrored: new Map(
      template.tokens.flatMap(({ name, objectPropertyName }) =>
        objectPropertyName === undefined ? [] : [[name, objectPropertyName] as const],
      ),
    ),
  };
}

/** Puts values into `{{names}}`. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (_, name: string) => values[name] ?? '');
}

function idOf(input: Record<string, unknown>, isNeeded: boolean): string {
  const { id } = input;
  if (typeof id === 'string' && id !== '') return id;
  if (isNeeded) throw invalidJson('some of required attributes are not set [id]');
  return randomUUID();
}

function propertiesOf(kind: EventKind, given: unknown): Record<string, string> {
  if (given !== undefined && !isObject(given)) throw invalidJson('properties must be an object');
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (kind.properties && !kind.properties.includes(name))
      throw badRequest(`The event type ${kind.type} has no property ${name}`);
    properties[name] = textOf(value ?? '');
  }
  return properties;
}

/**
 * How the record is found once all events have been checked: an address that no contact has may make one, and may stand in
 * several events.
 */
function checkTarget(
  portal: Portal,
  { objectType }: EventKind,
  input: Record<string, unknown>,
): (() => StoredRecord | undefined) & { email?: string | undefined } {
  const named = targetIn(input);
  if (!named) throw badRequest('an event needs an objectId, an email, a utk or a domain');
  const find = () => findTarget(portal, objectType, named);
  const makesContact =
    named.email !== undefined &&
    portal.objects(objectType).type.name === 'contacts' &&
    portal.behaviour.appEventUnknownEmail === 'create';
  if (find()) return find;
  if (!makesContact) throw notFound('The record of the event does not exist');
  planContact(portal, String(named.email));
  return Object.assign(find, { email: named.email });
}

function createContact(portal: Portal, email: string, { now, requestN, source }: Arrival): StoredRecord {
  const { write, context } = planContact(portal, email);
  return applyWrite(write, context, { kind: 'create', now, requestN, source });
}

function planContact(portal: Portal, email: string) {
  const context = { portal, data: portal.objects('contacts'), version: 'v3' as const };
  const plan = planWrite({ target: undefined, properties: { email } }, context, new Map());
  if (!plan.ok) throw badRequest(`No contact can be made of the address ${email}`);
  return { write: plan.write, context };
}

/** Values that the record's own property does not take stay on the event alone. */
function mirror(
  portal: Portal,
  event: { record: StoredRecord; kind: EventKind; properties: Record<string, string>; arrival: Arrival },
): void {
  const { record, kind, properties, arrival } = event;
  const context = { portal, data: portal.objects(record.type.name), version: 'v3' as const };
  for (const [name, property] of kind.mirrored) {
    const value = properties[name];
    if (value === undefined) continue;
    const plan = planWrite({ target: record, properties: { [property]: value } }, context, new Map());
    if (plan.ok)
      applyWrite(plan.write, context, {
        kind: 'update',
        now: arrival.now,
        requestN: arrival.requestN,
        source: arrival.source,
      });
  }
}
