/** Ended deliveries kept. */
const MAX_ENDED = 10_000;

/** One thing that happened, as it is told to an app. Ids are numbers here, unlike in the rest of the API. */
export interface WebhookEvent {
  eventId: number;
  subscriptionId: number;
  portalId: number;
  appId: number;
  /** Ms since 1970 of the portal's clock. */
  occurredAt: number;
  attemptNumber: number;
  [field: string]: unknown;
}

export interface WebhookTry {
  /** Ms of the portal's clock. */
  at: number;
  /** Real ms. */
  durationMs: number;
  status?: number;
  /** Why there was no answer. */
  error?: string;
}

/** A batch of events on its way to an app. */
export interface WebhookDelivery {
  /** From 1, in the order in which they were made. */
  readonly id: number;
  readonly portalId: number;
  readonly appId: number;
  state: 'waiting' | 'sending' | 'delivered' | 'dropped';
  /** Where it was sent last. */
  url?: string;
  events: readonly WebhookEvent[];
  readonly tries: WebhookTry[];
  /** While it waits after a try that failed; ms of the portal's clock. */
  nextTryAt?: number;
}

/** The deliveries of a portal: all that have not ended, and the newest that have. */
export class DeliveryLog {
  #deliveries: WebhookDelivery[] = [];
  #made = 0;

  add(portalId: number, appId: number, events: readonly WebhookEvent[]): WebhookDelivery {
    this.#made += 1;
    const delivery: WebhookDelivery = {
      id: this.#made,
      portalId,
      appId,
      state: 'waiting',
      events,
      tries: [],
    };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > 2 * MAX_ENDED) this.#dropOldest();
    return delivery;
  }

  entries(after: number, limit: number): WebhookDelivery[] {
    return this.#deliveries.filter(({ id }) => id > after).slice(0, limit);
  }

  clear(): void {
    this.#deliveries = [];
    this.#made = 0;
  }

  #dropOldest(): void {
    const hasEnded = ({ state }: WebhookDelivery) => state === 'delivered' || state === 'dropped';
    let excess = this.#deliveries.filter(hasEnded).length - MAX_ENDED;
    this.#deliveries = this.#deliveries.filter((delivery) => {
      if (excess <= 0 || !hasEnded(delivery)) return true;
      excess -= 1;
      return false;
    });
  }
}
