import { randomUUID } from 'node:crypto';
import { textOf } from './call.ts';
import type { CustomEvent, EventDefinition, EventDefinitionOptions } from './custom-event-store.ts';
import { findTarget, targetIn } from './event-target.ts';
import type { Portal } from './portal.ts';

/** Of one occurrence. */
const MAX_PROPERTIES = 50;
const MAX_VALUE = 256;
const MAX_URL_VALUE = 1_024;
/** Tiers that have custom events where they begin with Enterprise. */
const ENTERPRISE = ['enterprise', 'addon', 'addon2'];

/** Whether the portal's edition has custom events. */
export function hasCustomEvents({ tier, behaviour }: Portal): boolean {
  if (behaviour.customEventsFrom === 'free') return true;
  return behaviour.customEventsFrom === 'professional' ? tier !== 'free' : ENTERPRISE.includes(tier);
}

/** What an event comes to: an occurrence, or the reason why it counts for nothing. */
export type EventVerdict = { event: Omit<CustomEvent, 'n'> } | { refusal: string };

/** Checks one event that was sent. Properties that are wrong are left out and named. */
export function judgeEvent(
  portal: Portal,
  input: Record<string, unknown>,
  now: number,
): { verdict: EventVerdict; wrong: string[] } {
  const { eventName, uuid } = input;
  const definition = portal.customEvents.definition(textOf(eventName));
  if (!definition) return { verdict: { refusal: `there is no event ${textOf(eventName)}` }, wrong: [] };
  const target = targetIn(input);
  const record = target && findTarget(portal, definition.objectType, target);
  if (!record) return { verdict: { refusal: 'there is no such record' }, wrong: [] };
  const { properties, wrong } = readProperties(definition, input.properties);
  const event = {
    id: typeof uuid === 'string' && uuid !== '' ? uuid : randomUUID(),
    eventName: definition.fullyQualifiedName,
    objectType: record.type.name,
    objectId: record.id,
    occurredAt: instantOf(input.occurredAt) ?? now,
    properties,
  };
  return { verdict: { event }, wrong };
}

/** ISO text or ms since 1970; undefined for anything else. */
export function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const ms = typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Date.parse(value);
  // What no calendar reaches is no time.
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

/** Adds a kind of event. Throws a ZodError, or the 400 for an unknown type of record. */
export function defineEvent(portal: Portal, options: EventDefinitionOptions, now: number): EventDefinition {
  const type = portal.objects((options.primaryObject ?? 'CONTACT').toLowerCase()).type.name;
  return portal.customEvents.define(options, type, portal.iso(now));
}

function readProperties(
  definition: EventDefinition,
  given: unknown,
): { properties: Record<string, string>; wrong: string[] } {
  const properties: Record<string, string> = {};
  const wrong: string[] = [];
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  for (const [name, value] of entries) {
    const text = textOf(value ?? '');
    const limit = name.endsWith('url') ? MAX_URL_VALUE : MAX_VALUE;
    const isRight = definition.properties.has(name) && text.length <= limit;
    if (isRight && Object.keys(properties).length < MAX_PROPERTIES) properties[name] = text;
    else wrong.push(name);
  }
  return { properties, wrong };
}
