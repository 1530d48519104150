import { z } from 'zod';
import type { SavedPart } from './saved-part.ts';

const MAX_DEFINITIONS = 500;
/** What HubSpot itself adds to every kind of event; a part of them. */
const DEFAULT_PROPERTIES = [
  'hs_browser',
  'hs_campaign_id',
  'hs_city',
  'hs_country',
  'hs_device_name',
  'hs_device_type',
  'hs_operating_system',
  'hs_page_title',
  'hs_page_url',
  'hs_referrer',
  'hs_region',
  'hs_touchpoint_source',
] as const;

export const eventPropertySchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'starts with a letter, then letters, digits, - and _'),
  label: z.string().optional(),
  type: z.enum(['string', 'number', 'enumeration', 'datetime']).default('string'),
  description: z.string().default(''),
  options: z.array(z.looseObject({ label: z.string(), value: z.string() })).default([]),
});

export const eventDefinitionSchema = z.looseObject({
  label: z.string().min(1),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*$/, 'starts with a letter, then letters, digits, - and _')
    .optional(),
  description: z.string().default(''),
  /** Singular or plural name of the records it belongs to. */
  primaryObject: z.string().default('CONTACT'),
  propertyDefinitions: z.array(eventPropertySchema).default([]),
});

export type EventDefinitionOptions = z.input<typeof eventDefinitionSchema>;
export type EventProperty = z.output<typeof eventPropertySchema>;

/** A kind of custom event. */
export interface EventDefinition {
  readonly id: string;
  readonly name: string;
  /** As events are sent: `pe{portal id}_{name}`. */
  readonly fullyQualifiedName: string;
  label: string;
  description: string;
  /** Plural name of the records it belongs to. */
  readonly objectType: string;
  readonly properties: Map<string, EventProperty>;
  readonly createdAt: string;
  updatedAt: string;
}

/** One custom event that came in and counts. */
export interface CustomEvent {
  /** Order of arrival, from 1. */
  readonly n: number;
  /** The sender's uuid, or one that is given. */
  readonly id: string;
  readonly eventName: string;
  readonly objectType: string;
  readonly objectId: string;
  /** Ms since 1970. */
  readonly occurredAt: number;
  readonly properties: Record<string, string>;
}

const savedDefinitionSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  fullyQualifiedName: z.string(),
  label: z.string(),
  description: z.string(),
  objectType: z.string(),
  properties: z.array(eventPropertySchema),
  createdAt: z.string(),
  updatedAt: z.string(),
});

const savedEventSchema = z.strictObject({
  n: z.number(),
  id: z.string(),
  eventName: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  occurredAt: z.number(),
  properties: z.record(z.string(), z.string()),
});

const savedSchema = z.union([
  z.tuple([z.literal('definition'), savedDefinitionSchema]),
  z.tuple([z.literal('event'), savedEventSchema]),
]);

/** Kinds of custom events and what came in of them. An event with a known uuid of its kind counts once. */
export class CustomEventStore implements SavedPart {
  readonly #portalId: number;
  readonly #definitions = new Map<string, EventDefinition>();
  readonly #seen = new Map<string, Set<string>>();
  #events: CustomEvent[] = [];
  #defined = 0;

  constructor(portalId: number) {
    this.#portalId = portalId;
  }

  get isFull(): boolean {
    return this.#definitions.size >= MAX_DEFINITIONS;
  }

  /** The full name that a definition of this name has. */
  fullName(name: string): string {
    return `pe${this.#portalId}_${name}`;
  }

  /** Throws a ZodError when it is invalid. `objectType` is the plural name of its records. */
  define(options: EventDefinitionOptions, objectType: string, nowIso: string): EventDefinition {
    const given = eventDefinitionSchema.parse(options);
    const name = given.name ?? given.label.toLowerCase().replace(/[^a-z0-9]+/g, '_');
    this.#defined += 1;
    const properties = [
      ...DEFAULT_PROPERTIES.map((each) => eventPropertySchema.parse({ name: each })),
      ...given.propertyDefinitions,
    ];
    const definition: EventDefinition = {
      id: String(this.#defined),
      name,
      fullyQualifiedName: this.fullName(name),
      label: given.label,
      description: given.description,
      objectType,
      properties: new Map(properties.map((property) => [property.name, property])),
      createdAt: nowIso,
      updatedAt: nowIso,
    };
    this.#definitions.set(definition.fullyQualifiedName, definition);
    return definition;
  }

  /** By its full name. */
  definition(fullyQualifiedName: string): EventDefinition | undefined {
    return this.#definitions.get(fullyQualifiedName);
  }

  definitions(): EventDefinition[] {
    return [...this.#definitions.values()];
  }

  /** Removes a kind with all that came in of it. */
  drop({ fullyQualifiedName }: EventDefinition): void {
    this.#definitions.delete(fullyQualifiedName);
    this.#seen.delete(fullyQualifiedName);
    this.#events = this.#events.filter((event) => event.eventName !== fullyQualifiedName);
  }

  /** Returns whether it counts: an event that is known already does not. */
  add(event: Omit<CustomEvent, 'n'>): boolean {
    const seen = this.#seen.get(event.eventName) ?? new Set<string>();
    this.#seen.set(event.eventName, seen);
    if (seen.has(event.id)) return false;
    seen.add(event.id);
    this.#events.push({ ...event, n: (this.#events.at(-1)?.n ?? 0) + 1 });
    return true;
  }

  /** In order of arrival. */
  events(): readonly CustomEvent[] {
    return this.#events;
  }

  /** Forgets what came in about records of a type that are gone for good. */
  forget(objectType: string, isGone: (id: string) => boolean): void {
    this.#events = this.#events.filter((event) => event.objectType !== objectType || !isGone(event.objectId));
  }

  clear(): void {
    this.#definitions.clear();
    this.#seen.clear();
    this.#events = [];
    this.#defined = 0;
  }

  *dump(): Iterable<unknown> {
    for (const { properties, ...definition } of this.definitions())
      yield ['definition', { ...definition, properties: [...properties.values()] }];
    for (const event of this.#events) yield ['event', event];
  }

  restore(row: unknown): void {
    const [kind, value] = savedSchema.parse(row);
    if (kind === 'event') {
      const { n: _, ...event } = value;
      this.add(event);
      return;
    }
    const { properties, ...definition } = value;
    this.#defined = Math.max(this.#defined, Number(definition.id));
    this.#definitions.set(definition.fullyQualifiedName, {
      ...definition,
      properties: new Map(properties.map((property) => [property.name, property])),
    });
  }
}
