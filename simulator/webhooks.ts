import type { Change } from './changes.ts';
import type { Portal } from './portal.ts';
import { type Random, shuffle } from './random.ts';
import type { WebhookApp, WebhookApps } from './webhook-apps.ts';
import { happeningsOf, isWanted } from './webhook-events.ts';
import { DeliveryLog, type WebhookDelivery, type WebhookEvent } from './webhook-log.ts';
import { WebhookSender } from './webhook-sender.ts';
import { signatureHeaders } from './webhook-signature.ts';
import { CRM_UI } from './writes.ts';

const MAX_BATCH = 100;
const MINUTE = 60_000;
/** Waits before the second to the eleventh try, in minutes; together a little less than 24 h. */
const RETRY_MINUTES = [1, 5, 15, 30, 60, 120, 180, 240, 360, 420];
/** A wait is shortened by up to this share, so that failed batches do not come back together. */
const JITTER = 0.2;
const MAX_EVENT_ID = 2 ** 32;

/**
 * Tells apps what changes in one portal.
 *
 * An event is gathered, then part of a delivery. A delivery waits (for its turn, or on the portal's clock for its next try), is
 * sending, and ends delivered or, after eleven tries, dropped.
 */
export class Webhooks {
  readonly #portal: Portal;
  readonly #apps: WebhookApps;
  readonly #random: Random;
  readonly #sender = new WebhookSender();
  readonly #log = new DeliveryLog();
  readonly #gathered = new Map<number, WebhookEvent[]>();
  /** Deliveries whose turn has come, by app. */
  readonly #queues = new Map<number, WebhookDelivery[]>();
  readonly #sending = new Map<number, number>();
  readonly #idle = new Set<() => void>();
  #cancelFlush: (() => void) | undefined;
  /** Raised by `clear`: what was begun before is not gone on with. */
  #era = 0;

  constructor(portal: Portal, random: Random) {
    this.#portal = portal;
    this.#apps = portal.webhookApps;
    this.#random = random;
    portal.changes.subscribe((change) => this.#hear(change));
  }

  /** Deliveries with an id above `after`, oldest first. */
  deliveries(after = 0, limit = Number.POSITIVE_INFINITY): WebhookDelivery[] {
    return this.#log.entries(after, limit);
  }

  /** Sends what is gathered at once; resolves when all that is to be sent now has its answer. Later tries are not waited for. */
  async settled(): Promise<void> {
    this.#flush();
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  /** Forgets all deliveries, those that wait too. */
  clear(): void {
    this.#era += 1;
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#gathered.clear();
    this.#queues.clear();
    this.#sending.clear();
    this.#log.clear();
    this.#tellIdle();
  }

  /** Cuts what is being sent; nothing is sent any more. */
  async stop(): Promise<void> {
    this.clear();
    await this.#sender.stop();
  }

  #hear(change: Change): void {
    if (this.#apps.isEmpty) return;
    const { behaviour, account, changes } = this.#portal;
    const { sourceType: changeSource, sourceId } = changes.source ?? CRM_UI;
    const apps = this.#apps.list().filter((app) => app.targetUrl !== undefined && app.subscriptions.size > 0);
    if (apps.length === 0) return;
    const happenings = happeningsOf(change, {
      propertyChangeOnCreate: behaviour.webhookPropertyChangeOnCreate,
      isPrimary: (from, to, kinds) => {
        const { associations } = this.#portal;
        const primary =
          associations.primary(from.type, to.type) ?? associations.primary(to.type, from.type)?.inverse;
        return kinds.some(
          ({ category, typeId }) => category === primary?.category && typeId === primary.typeId,
        );
      },
    });
    for (const app of apps) {
      for (const subscription of app.subscriptions.values()) {
        for (const happening of happenings) {
          if (!isWanted(subscription, happening)) continue;
          const { eventType, objectTypeId } = subscription;
          const { webhookTypeField } = behaviour;
          this.#gather(app, {
            eventId: Math.floor(this.#random() * MAX_EVENT_ID),
            subscriptionId: subscription.id,
            portalId: account.portalId,
            appId: app.appId,
            occurredAt: change.at,
            ...(webhookTypeField !== 'eventType' && { subscriptionType: eventType }),
            ...(webhookTypeField !== 'subscriptionType' && { eventType }),
            ...(objectTypeId !== undefined && { objectTypeId }),
            attemptNumber: 0,
            ...(happening.kind !== 'associationChange' && { objectId: happening.record.numericId }),
            ...happening.fields,
            changeSource,
            sourceId,
          });
        }
      }
    }
  }

  #gather({ appId }: WebhookApp, event: WebhookEvent): void {
    const events = this.#gathered.get(appId) ?? [];
    this.#gathered.set(appId, events);
    events.push(event);
    const { schedule, clock, behaviour } = this.#portal;
    this.#cancelFlush ??= schedule.at(clock.now() + behaviour.webhookDelayMs, () => this.#flush());
  }

  /** Makes deliveries of what is gathered: some events twice and all in any order, as far as the switches say so. */
  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const { webhookShuffle, webhookDuplicates } = this.#portal.behaviour;
    for (const [appId, events] of this.#gathered) {
      const sent = events.flatMap((event) =>
        this.#random() < webhookDuplicates ? [event, { ...event }] : [event],
      );
      if (webhookShuffle) shuffle(sent, this.#random);
      for (let first = 0; first < sent.length; first += MAX_BATCH) {
        const batch = sent.slice(first, first + MAX_BATCH);
        this.#enqueue(this.#log.add(this.#portal.account.portalId, appId, batch));
      }
    }
    this.#gathered.clear();
  }

  #enqueue(delivery: WebhookDelivery): void {
    const queue = this.#queues.get(delivery.appId) ?? [];
    this.#queues.set(delivery.appId, queue);
    queue.push(delivery);
    this.#pump(delivery.appId);
  }

  /** Sends what has its turn, no more at once than the app takes. */
  #pump(appId: number): void {
    const app = this.#apps.find(appId);
    const queue = this.#queues.get(appId) ?? [];
    while (queue.length > 0) {
      const sending = this.#sending.get(appId) ?? 0;
      if (app && sending >= app.maxConcurrentRequests) return;
      const delivery = queue.shift() as WebhookDelivery;
      if (!app?.targetUrl) {
        delivery.state = 'dropped';
        continue;
      }
      this.#sending.set(appId, sending + 1);
      void this.#send(delivery, app, app.targetUrl);
    }
    this.#tellIdle();
  }

  async #send(delivery: WebhookDelivery, app: WebhookApp, url: string): Promise<void> {
    const { clock, apps, behaviour } = this.#portal;
    const era = this.#era;
    const attemptNumber = delivery.tries.length;
    delivery.state = 'sending';
    delivery.url = url;
    delivery.events = delivery.events.map((event) => ({ ...event, attemptNumber }));
    const body = JSON.stringify(delivery.events);
    const clientSecret = app.clientSecret ?? apps.secretOf(app.appId) ?? `client-secret-${app.appId}`;
    // The receiver compares with its own clock, which is not the portal's when that was moved.
    const signed = { method: 'POST', url, body, clientSecret, timestamp: Date.now() };
    const at = clock.now();
    const started = performance.now();
    const result = await this.#sender.post({
      url,
      headers: { 'content-type': 'application/json', ...signatureHeaders(signed, app.signatures) },
      body,
      timeoutMs: behaviour.webhookTimeoutMs,
    });
    if (era !== this.#era) return;
    delivery.tries.push({ at, durationMs: Math.round(performance.now() - started), ...result });
    this.#sending.set(app.appId, (this.#sending.get(app.appId) ?? 1) - 1);
    if ('status' in result && result.status >= 200 && result.status < 300) delivery.state = 'delivered';
    else this.#retryLater(delivery);
    this.#pump(app.appId);
  }

  #retryLater(delivery: WebhookDelivery): void {
    const { schedule, clock, behaviour } = this.#portal;
    const minutes = RETRY_MINUTES[delivery.tries.length - 1];
    if (minutes === undefined) {
      delivery.state = 'dropped';
      return;
    }
    const jittered = minutes * MINUTE * (1 - JITTER * this.#random());
    const wait = Math.round(jittered / behaviour.webhookClockSpeed);
    delivery.state = 'waiting';
    delivery.nextTryAt = clock.now() + wait;
    schedule.at(delivery.nextTryAt, () => {
      delete delivery.nextTryAt;
      this.#enqueue(delivery);
    });
  }

  #isIdle(): boolean {
    if (this.#gathered.size > 0) return false;
    for (const queue of this.#queues.values()) if (queue.length > 0) return false;
    for (const sending of this.#sending.values()) if (sending > 0) return false;
    return true;
  }

  #tellIdle(): void {
    if (!this.#isIdle()) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}
