import { z } from 'zod';
import type { SavedPart } from './saved-part.ts';

/** Published ceilings of the older form. */
export const MAX_TEMPLATES = 750;
export const MAX_TOKENS = 500;

export const templateTokenSchema = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, - and _'),
  label: z.string().default(''),
  type: z.enum(['string', 'number', 'enumeration', 'date']).default('string'),
  /** A property of the record that takes the value too. */
  objectPropertyName: z.string().optional(),
});

export const templateSchema = z.looseObject({
  name: z.string().min(1),
  objectType: z.string().default('contacts'),
  headerTemplate: z.string().default(''),
  detailTemplate: z.string().default(''),
  tokens: z.array(templateTokenSchema).default([]),
});

const storedTemplateSchema = templateSchema.extend({
  id: z.string(),
  appId: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export type EventTemplate = z.output<typeof storedTemplateSchema>;

const eventSchema = z.strictObject({
  appId: z.number(),
  /** Name of the event type, or id of the template. */
  type: z.string(),
  title: z.string(),
  id: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  at: z.number(),
  properties: z.record(z.string(), z.string()),
  extraData: z.unknown().optional(),
  timelineIFrame: z.unknown().optional(),
});

/** One event of an app on a record's timeline. `at` is ms since 1970. */
export type AppEvent = z.output<typeof eventSchema>;

const savedSchema = z.union([
  z.tuple([z.literal('template'), storedTemplateSchema]),
  z.tuple([z.literal('event'), eventSchema]),
]);

/** What apps put on timelines. An event's id is used once for each app and type. */
export class AppEventStore implements SavedPart {
  readonly #templates = new Map<string, EventTemplate>();
  readonly #known = new Set<string>();
  #events: AppEvent[] = [];
  #defined = 0;

  /** Throws a ZodError when it is invalid. */
  addTemplate(appId: number, content: unknown, nowIso: string): EventTemplate {
    const parsed = templateSchema.parse(content);
    this.#defined += 1;
    const id = String(1_000_000 + this.#defined);
    const template = { ...parsed, id, appId, createdAt: nowIso, updatedAt: nowIso };
    this.#templates.set(id, template);
    return template;
  }

  /** Puts another content in a template's place. Throws a ZodError when it is invalid. */
  replaceTemplate({ id, appId, createdAt }: EventTemplate, content: unknown, nowIso: string): EventTemplate {
    const template = { ...templateSchema.parse(content), id, appId, createdAt, updatedAt: nowIso };
    this.#templates.set(id, template);
    return template;
  }

  template(id: string): EventTemplate | undefined {
    return this.#templates.get(id);
  }

  templatesOf(appId: number): EventTemplate[] {
    return [...this.#templates.values()].filter((template) => template.appId === appId);
  }

  dropTemplate(id: string): void {
    this.#templates.delete(id);
  }

  isKnown(event: Pick<AppEvent, 'appId' | 'type' | 'id'>): boolean {
    return this.#known.has(keyOf(event));
  }

  add(event: AppEvent): void {
    this.#known.add(keyOf(event));
    this.#events.push(event);
  }

  find(type: string, id: string): AppEvent | undefined {
    return this.#events.find((event) => event.type === type && event.id === id);
  }

  /** In order of arrival. */
  events(): readonly AppEvent[] {
    return this.#events;
  }

  /** Forgets what came in about records of a type that are gone for good; their ids stay used. */
  forget(objectType: string, isGone: (id: string) => boolean): void {
    this.#events = this.#events.filter((event) => event.objectType !== objectType || !isGone(event.objectId));
  }

  clear(): void {
    this.#templates.clear();
    this.#known.clear();
    this.#events = [];
    this.#defined = 0;
  }

  *dump(): Iterable<unknown> {
    for (const template of this.#templates.values()) yield ['template', template];
    for (const event of this.#events) yield ['event', event];
  }

  restore(row: unknown): void {
    const [kind, value] = savedSchema.parse(row);
    if (kind === 'event') {
      this.add(value);
      return;
    }
    this.#defined = Math.max(this.#defined, Number(value.id) - 1_000_000);
    this.#templates.set(value.id, value);
  }
}

function keyOf({ appId, type, id }: Pick<AppEvent, 'appId' | 'type' | 'id'>): string {
  return `${appId}\0${type}\0${id}`;
}
