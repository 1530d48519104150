import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SimulatorClock } from './clock.ts';
import {
  JOURNAL_ACTIONS,
  JOURNAL_SUBJECTS,
  type JournalHappening,
  journalHappenings,
  type Membership,
  membershipHappening,
} from './journal-events.ts';
import { createJournalTest, type JournalFilter, journalFilterSchema } from './journal-filters.ts';
import { type Snapshot, SnapshotBook, type SnapshotRequest, snapshotValues } from './journal-snapshots.ts';
import type { Portal } from './portal.ts';
import type { SavedPart } from './saved-part.ts';

const MAX_EVENTS_IN_FILE = 10_000;
const RETENTION_MS = 3 * 86_400_000;
/** How long the address of a file may be used. */
const ADDRESS_LIFE_MS = 300_000;

/** What an app subscribes to. Without `actions`, `properties`, `objectIds` or `listIds` all of them. */
export const journalSubscriptionSchema = z.object({
  subscriptionType: z.enum(JOURNAL_SUBJECTS),
  portalId: z.number().int(),
  objectTypeId: z.string().min(1).optional(),
  actions: z.array(z.enum(JOURNAL_ACTIONS)).optional(),
  properties: z.array(z.string()).optional(),
  objectIds: z.array(z.number().int()).optional(),
  listIds: z.array(z.number().int()).optional(),
});

const subscriptionRow = journalSubscriptionSchema.extend({ id: z.number(), appId: z.number() });
export type JournalSubscription = z.infer<typeof subscriptionRow>;

const fileRow = z.object({
  offset: z.string(),
  publishedAt: z.number(),
  appId: z.number(),
  portalId: z.number(),
  journalEvents: z.array(z.record(z.string(), z.unknown())),
});
/** A part of the journal as it is published: what happened in one portal, in that order, for one app. */
export type JournalFile = z.infer<typeof fileRow>;

interface GatheredEvent {
  readonly at: number;
  readonly visibleAt: number;
  readonly event: Record<string, unknown>;
}

interface Gathered {
  readonly appId: number;
  readonly portalId: number;
  /** The portal's own: what is to be seen follows it, whichever portal's token reads. */
  readonly clock: SimulatorClock;
  readonly events: GatheredEvent[];
}

const filterRow = z.object({
  id: z.number(),
  subscriptionId: z.number(),
  createdAt: z.number(),
  filter: journalFilterSchema,
});
/** A filter of a subscription. */
export type KeptFilter = z.infer<typeof filterRow>;

const savedSchema = z.union([
  z.tuple([z.literal('filter'), filterRow]),
  z.tuple([z.literal('subscription'), subscriptionRow]),
  z.tuple([z.literal('file'), fileRow]),
]);

/** The webhooks journal: what apps may read of all portals of the process, in order, for three days. */
export class ChangeJournal implements SavedPart {
  readonly snapshots = new SnapshotBook();
  readonly #portals = new Map<number, Portal>();
  readonly #subscriptions = new Map<number, JournalSubscription>();
  readonly #filters = new Map<number, KeptFilter>();
  /** Oldest first, by app. */
  readonly #files = new Map<number, JournalFile[]>();
  /** By app and portal. */
  readonly #gathered = new Map<string, Gathered>();
  readonly #key = randomBytes(32);
  #nextId = 1;

  /** Keeps what changes in a portal, as far as apps have subscribed to it. */
  follow(portal: Portal): void {
    this.#portals.set(portal.account.portalId, portal);
    portal.changes.subscribe((change) => this.#keep(portal, change.at, () => journalHappenings(change)));
  }

  portal(portalId: number): Portal | undefined {
    return this.#portals.get(portalId);
  }

  subscribe(appId: number, wanted: z.infer<typeof journalSubscriptionSchema>): JournalSubscription {
    const subscription = { ...wanted, id: this.#nextId, appId };
    this.#nextId += 1;
    this.#subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  subscriptionsOf(appId: number): JournalSubscription[] {
    return [...this.#subscriptions.values()].filter((each) => each.appId === appId);
  }

  /** Returns whether there was one that the filter takes. */
  unsubscribe(filter: (subscription: JournalSubscription) => boolean): boolean {
    const gone = [...this.#subscriptions.values()].filter(filter);
    for (const { id } of gone) {
      this.#subscriptions.delete(id);
      for (const filter of this.filtersOf(id)) this.#filters.delete(filter.id);
    }
    return gone.length > 0;
  }

  /** Of several filters of one subscription a record has to meet one. */
  addFilter(subscriptionId: number, filter: JournalFilter, createdAt: number): KeptFilter {
    const kept = { id: this.#nextId, subscriptionId, createdAt, filter };
    this.#nextId += 1;
    this.#filters.set(kept.id, kept);
    return kept;
  }

  filtersOf(subscriptionId: number): KeptFilter[] {
    return [...this.#filters.values()].filter((each) => each.subscriptionId === subscriptionId);
  }

  removeFilter(id: number): void {
    this.#filters.delete(id);
  }

  /** Has the journal tell the values of a record as they are, whatever the app has subscribed to. */
  takeSnapshot(appId: number, request: SnapshotRequest, now: number): Snapshot {
    const { portalId, objectTypeId, objectId } = request;
    const portal = this.#portals.get(portalId);
    const propertyChanges = portal && snapshotValues(portal, request);
    if (!portal || !propertyChanges) return this.snapshots.enter(appId, now, undefined);
    const snapshot = this.snapshots.enter(appId, now, now + portal.behaviour.webhookDelayMs);
    this.#gather(portal, appId, {
      type: 'CRM_OBJECT',
      portalId,
      occurredAt: new Date(now).toISOString(),
      action: 'SNAPSHOT',
      objectTypeId,
      objectId,
      propertyChanges,
      snapshotStatusId: snapshot.id,
    });
    return snapshot;
  }

  /** What an app can read, oldest first; of one portal, or of all. */
  filesOf(appId: number, now: number, portalId?: number): JournalFile[] {
    for (const gathered of this.#gathered.values()) if (gathered.appId === appId) this.#publish(gathered);
    const kept = (this.#files.get(appId) ?? []).filter(({ publishedAt }) => publishedAt > now - RETENTION_MS);
    this.#files.set(appId, kept);
    return portalId === undefined ? kept : kept.filter((file) => file.portalId === portalId);
  }

  /** The query of an address by which a file can be read without a token, for five minutes. */
  sign({ offset }: JournalFile, now: number): { query: string; expiresAt: number } {
    const expiresAt = now + ADDRESS_LIFE_MS;
    return { query: `expires=${expiresAt}&signature=${this.#signature(offset, expiresAt)}`, expiresAt };
  }

  /** The file of a signed address; undefined when the signature is wrong or too old. */
  signedFile(offset: string, query: URLSearchParams, now: number): JournalFile | undefined {
    const expiresAt = Number(query.get('expires'));
    if (!(expiresAt > now) || query.get('signature') !== this.#signature(offset, expiresAt)) return undefined;
    for (const files of this.#files.values()) {
      const file = files.find((each) => each.offset === offset);
      if (file) return file;
    }
    return undefined;
  }

  clear(): void {
    this.#subscriptions.clear();
    this.#filters.clear();
    this.snapshots.clear();
    this.#files.clear();
    this.#gathered.clear();
  }

  *dump(): Iterable<unknown> {
    for (const subscription of this.#subscriptions.values()) yield ['subscription', subscription];
    for (const filter of this.#filters.values()) yield ['filter', filter];
    for (const files of this.#files.values()) for (const file of files) yield ['file', file];
  }

  /** Every portal of a state file brings the same. */
  restore(row: unknown): void {
    const [kind, saved] = savedSchema.parse(row);
    if (kind === 'filter') {
      this.#filters.set(saved.id, saved);
      this.#nextId = Math.max(this.#nextId, saved.id + 1);
      return;
    }
    if (kind === 'subscription') {
      this.#subscriptions.set(saved.id, saved);
      this.#nextId = Math.max(this.#nextId, saved.id + 1);
      return;
    }
    const files = this.#files.get(saved.appId) ?? [];
    this.#files.set(saved.appId, files);
    if (!files.some(({ offset }) => offset === saved.offset)) files.push(saved);
  }

  /** Lists are no records, so that the feed of changes does not tell who is on them. */
  hearMembership(portal: Portal, membership: Membership): void {
    this.#keep(portal, portal.clock.now(), () => [membershipHappening(membership)]);
  }

  #keep(portal: Portal, at: number, happen: () => JournalHappening[]): void {
    if (this.#subscriptions.size === 0) return;
    const { portalId } = portal.account;
    const wanting = [...this.#subscriptions.values()].filter((each) => each.portalId === portalId);
    if (wanting.length === 0) return;
    const happenings = happen();
    for (const appId of new Set(wanting.map((each) => each.appId))) {
      for (const happening of happenings) {
        const takers = wanting.filter(
          (each) => each.appId === appId && takes(each, happening) && this.#passes(each, happening, portal),
        );
        if (takers.length > 0) this.#gather(portal, appId, eventOf(happening, takers, at, portalId));
      }
    }
  }

  #passes({ id }: JournalSubscription, { objectTypeId, record }: JournalHappening, portal: Portal): boolean {
    if (this.#filters.size === 0) return true;
    const filters = this.filtersOf(id).filter(({ filter }) => isStillSound(filter, objectTypeId, portal));
    return (
      filters.length === 0 ||
      filters.some(({ filter }) => createJournalTest(filter, objectTypeId, portal)(record))
    );
  }

  #gather(portal: Portal, appId: number, event: Record<string, unknown>): void {
    const { portalId } = portal.account;
    const key = `${appId} ${portalId}`;
    const gathered = this.#gathered.get(key) ?? { appId, portalId, clock: portal.clock, events: [] };
    this.#gathered.set(key, gathered);
    const at = portal.clock.now();
    gathered.events.push({ at, visibleAt: at + portal.behaviour.webhookDelayMs, event });
    // Nobody may be reading: what is old has to go all the same.
    if (gathered.events.length >= MAX_EVENTS_IN_FILE) this.filesOf(appId, at);
  }

  /** Makes files of what has been gathered for long enough; what happened meanwhile goes with it. */
  #publish({ appId, portalId, clock, events }: Gathered): void {
    const now = clock.now();
    const files = this.#files.get(appId) ?? [];
    this.#files.set(appId, files);
    let first = 0;
    for (let next = 1; first < events.length; next += 1) {
      const { visibleAt } = events[first] as GatheredEvent;
      const follower = events[next];
      if (follower && follower.at <= visibleAt && next - first < MAX_EVENTS_IN_FILE) continue;
      if (visibleAt > now) break;
      const journalEvents = events.slice(first, next).map(({ event }) => event);
      files.push({ offset: randomUUID(), publishedAt: visibleAt, appId, portalId, journalEvents });
      first = next;
    }
    events.splice(0, first);
  }

  #signature(offset: string, expiresAt: number): string {
    return createHmac('sha256', this.#key).update(`${offset} ${expiresAt}`).digest('hex');
  }
}

/** A filter whose property has been archived since is left out. */
function isStillSound({ conditions }: JournalFilter, objectTypeId: string, portal: Portal): boolean {
  const { registry } = portal.objects(objectTypeId);
  return conditions.every(({ property }) => registry.get(property) !== undefined);
}

function takes(subscription: JournalSubscription, happening: JournalHappening): boolean {
  const { subscriptionType, objectTypeId, actions, properties, objectIds, listIds } = subscription;
  if (subscriptionType !== happening.subject) return false;
  if (objectTypeId !== undefined && objectTypeId !== happening.objectTypeId) return false;
  if (actions && !actions.includes(happening.action)) return false;
  if (objectIds && !objectIds.includes(happening.objectId)) return false;
  if (listIds && !listIds.includes(Number(happening.fields?.listId))) return false;
  if (!properties || happening.action !== 'UPDATE') return true;
  return Object.keys(happening.propertyChanges ?? {}).some((name) => properties.includes(name));
}

/** Only the properties that were subscribed to are told. */
function eventOf(
  { subject, action, objectTypeId, objectId, propertyChanges, fields }: JournalHappening,
  takers: readonly JournalSubscription[],
  at: number,
  portalId: number,
): Record<string, unknown> {
  const isTold = (name: string) => takers.some(({ properties }) => !properties || properties.includes(name));
  const told = Object.entries(propertyChanges ?? {}).filter(([name]) => isTold(name));
  return {
    type: subject === 'OBJECT' ? 'CRM_OBJECT' : subject,
    portalId,
    occurredAt: new Date(at).toISOString(),
    action,
    ...(subject !== 'ASSOCIATION' && { objectTypeId, objectId }),
    ...(propertyChanges && { propertyChanges: Object.fromEntries(told) }),
    ...fields,
  };
}
