import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { SavedPart } from './saved-part.ts';

const OBJECTS = ['contact', 'company', 'deal', 'ticket', 'product', 'line_item'] as const;
export const EVENT_KINDS = [
  'creation',
  'deletion',
  'merge',
  'restore',
  'propertyChange',
  'associationChange',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number] | 'privacyDeletion';

const EVENT_TYPE = new RegExp(
  `^(?:(?:${OBJECTS.join('|')}|object)\\.(?:${EVENT_KINDS.join('|')})|contact\\.privacyDeletion)$`,
);
/** They change too often to be told. */
const UNTOLD_PROPERTIES = ['num_unique_conversion_events', 'hs_lastmodifieddate'];
const MAX_SUBSCRIPTIONS = 1_000;
const MIN_CONCURRENCY = 5;

const DEFAULT_DEVELOPER_KEY = '00000000-0000-4000-8000-000000000002';

export const targetUrlSchema = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });
export const concurrencySchema = z.number().int().min(MIN_CONCURRENCY);

export const subscriptionSchema = z
  .strictObject({
    /** `contact.creation`, `deal.propertyChange`, ..., or `object.` with an `objectTypeId`. */
    eventType: z.string().regex(EVENT_TYPE, { error: 'is no type of event' }),
    /** Of a propertyChange only; `*` (not over HTTP) stands for every property. */
    propertyName: z
      .string()
      .min(1)
      .refine((name) => !UNTOLD_PROPERTIES.includes(name), { error: 'cannot be subscribed to' })
      .optional(),
    objectTypeId: z.string().min(1).optional(),
    active: z.boolean().default(true),
  })
  .refine(
    ({ eventType, propertyName }) => eventType.endsWith('.propertyChange') === (propertyName !== undefined),
    {
      error: 'goes with propertyChange, and with nothing else',
      path: ['propertyName'],
    },
  )
  .refine(({ eventType, objectTypeId }) => eventType.startsWith('object.') === (objectTypeId !== undefined), {
    error: 'goes with object.*, and with nothing else',
    path: ['objectTypeId'],
  });

export const webhookAppSchema = z.strictObject({
  appId: z.number().int().min(1),
  /** Key of the signatures. Default that of the OAuth app with this id, else `client-secret-` and the id. */
  clientSecret: z.string().min(1).optional(),
  targetUrl: targetUrlSchema.optional(),
  /** Apps made before 2026 send v1 only. */
  signatures: z.array(z.enum(['v1', 'v3'])).default(['v1', 'v3']),
  maxConcurrentRequests: concurrencySchema.default(10),
  /** `all`: everything that happens to contacts, companies, deals and tickets. */
  subscriptions: z.union([z.literal('all'), z.array(subscriptionSchema)]).default('all'),
});

/** An app that is told what changes in the portals. */
export type WebhookAppOptions = z.input<typeof webhookAppSchema>;

export interface Subscription extends z.output<typeof subscriptionSchema> {
  readonly id: number;
  /** Ms since 1970 of the portal's clock. */
  readonly createdAt: number;
  updatedAt: number;
}

export interface WebhookApp {
  readonly appId: number;
  clientSecret: string | undefined;
  /** Nothing is sent while there is none. */
  targetUrl: string | undefined;
  maxConcurrentRequests: number;
  signatures: readonly ('v1' | 'v3')[];
  readonly subscriptions: Map<number, Subscription>;
}

const savedSchema = webhookAppSchema.extend({
  subscriptions: z.array(
    subscriptionSchema.safeExtend({ id: z.number(), createdAt: z.number(), updatedAt: z.number() }),
  ),
});

/** The settings and subscriptions of apps; all portals of the process share them, as all portals of HubSpot do. */
export class WebhookApps implements SavedPart {
  /** Opens the developer's API for every app. */
  readonly developerKey: string;
  readonly #apps = new Map<number, WebhookApp>();
  #nextSubscription = 1;

  constructor(developerKey: string = DEFAULT_DEVELOPER_KEY) {
    this.developerKey = developerKey;
  }

  /** Adds an app, or replaces the one with its id. Throws a ZodError that names each wrong field. */
  put(options: WebhookAppOptions, now: number): WebhookApp {
    const { subscriptions, ...given } = webhookAppSchema.parse(options);
    const app = this.#enter(given);
    const wanted = subscriptions === 'all' ? everything() : subscriptions;
    for (const subscription of wanted) this.subscribe(app, subscription, now);
    return app;
  }

  /** An app that the developer's API speaks of; it is there as soon as it is named. */
  named(appId: number): WebhookApp {
    return this.#apps.get(appId) ?? this.#enter(webhookAppSchema.parse({ appId }));
  }

  find(appId: number): WebhookApp | undefined {
    return this.#apps.get(appId);
  }

  get isEmpty(): boolean {
    return this.#apps.size === 0;
  }

  list(): WebhookApp[] {
    return [...this.#apps.values()];
  }

  /** Throws the 400 for an event that is subscribed already, or one too many. */
  subscribe(app: WebhookApp, wanted: z.output<typeof subscriptionSchema>, now: number): Subscription {
    if (app.subscriptions.size >= MAX_SUBSCRIPTIONS)
      throw badRequest(`An app may have ${MAX_SUBSCRIPTIONS} subscriptions`);
    for (const { eventType, propertyName, objectTypeId } of app.subscriptions.values())
      if (
        eventType === wanted.eventType &&
        propertyName === wanted.propertyName &&
        objectTypeId === wanted.objectTypeId
      )
        throw badRequest(`A subscription for ${eventType} already exists`);
    const subscription = { ...wanted, id: this.#nextSubscription, createdAt: now, updatedAt: now };
    this.#nextSubscription += 1;
    app.subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  remove(appId: number): boolean {
    return this.#apps.delete(appId);
  }

  clear(): void {
    this.#apps.clear();
  }

  *dump(): Iterable<unknown> {
    for (const app of this.list()) yield { ...app, subscriptions: [...app.subscriptions.values()] };
  }

  /** Every portal of a file brings the same apps. */
  restore(row: unknown): void {
    const { subscriptions, ...given } = savedSchema.parse(row);
    const app = this.#enter(given);
    for (const subscription of subscriptions) {
      app.subscriptions.set(subscription.id, subscription);
      this.#nextSubscription = Math.max(this.#nextSubscription, subscription.id + 1);
    }
  }

  #enter(given: Omit<z.output<typeof webhookAppSchema>, 'subscriptions'>): WebhookApp {
    const { appId, clientSecret, targetUrl, signatures, maxConcurrentRequests } = given;
    const app = {
      appId,
      clientSecret,
      targetUrl,
      signatures,
      maxConcurrentRequests,
      subscriptions: new Map(),
    };
    this.#apps.set(appId, app);
    return app;
  }
}

function everything(): z.output<typeof subscriptionSchema>[] {
  const types = OBJECTS.slice(0, 4).flatMap((object) =>
    EVENT_KINDS.map((kind) => ({
      eventType: `${object}.${kind}`,
      active: true,
      ...(kind === 'propertyChange' && { propertyName: '*' }),
    })),
  );
  return [...types, { eventType: 'contact.privacyDeletion', active: true }];
}
