import { badRequest } from './api-error.ts';
import { AppEventStore } from './app-event-store.ts';
import { AppStore } from './apps.ts';
import { AssociationCatalogue } from './association-catalogue.ts';
import type { Behaviour } from './behaviour.ts';
import { Blocklist } from './blocklist.ts';
import { ChangeJournal } from './change-journal.ts';
import { ChangeFeed } from './changes.ts';
import { createIsoFormatter, type DrivableClock } from './clock.ts';
import { CompanyMaker } from './company-maker.ts';
import { addSubscriptionType, followContacts } from './consent.ts';
import { ConsentStore, DEFAULT_SUBSCRIPTION_TYPES, type SubscriptionTypeOptions } from './consent-store.ts';
import { CustomEventStore } from './custom-event-store.ts';
import { forgetErased } from './erased-activity.ts';
import { type FormOptions, FormStore } from './form-store.ts';
import { WriteHistory } from './history.ts';
import type { Tier } from './limits.ts';
import { ListStore } from './list-store.ts';
import { createObjectData, type ObjectData } from './object-data.ts';
import { OBJECT_TYPES, type ObjectType } from './object-types.ts';
import { DEFAULT_OWNERS, type OwnerOptions, OwnerStore } from './owners.ts';
import type { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import { SchemaStore } from './schema-store.ts';
import { SearchIndexes, type SearchLag } from './search-indexes.ts';
import type { StoredRecord } from './stored-record.ts';
import { TokenStore } from './tokens.ts';
import type { ChangeSource, WriteStamp } from './value-versions.ts';
import { WebhookApps } from './webhook-apps.ts';

export type { ObjectData } from './object-data.ts';

/** What account details tell about the portal. */
export interface Account {
  portalId: number;
  portalName: string;
  accountType: 'STANDARD' | 'DEVELOPER_TEST' | 'SANDBOX' | 'APP_DEVELOPER';
  /** IANA name; the day of the daily budget ends at its midnight. */
  timeZone: string;
  companyCurrency: string;
  uiDomain: string;
  dataHostingLocation: string;
}

export interface PortalOptions {
  account: Account;
  behaviour: Behaviour;
  clock: DrivableClock;
  random: Random;
  /** Default: three that are made up. */
  owners?: readonly OwnerOptions[] | undefined;
  /** For what search lags behind: a sequence of its own, so that a search changes no order of answers. */
  lagRandom: Random;
  /** Default: of its own. */
  webhookApps?: WebhookApps;
  changeJournal?: ChangeJournal;
  /** Default: the three of a new portal. */
  subscriptionTypes?: readonly SubscriptionTypeOptions[] | undefined;
  forms?: readonly FormOptions[] | undefined;
  /** Default professional. */
  tier?: Tier;
}

/** The state of the portal: everything a reset throws away, and what it is made from. */
export class Portal {
  readonly account: Account;
  readonly clock: DrivableClock;
  readonly random: Random;
  readonly tokens = new TokenStore();
  readonly apps = new AppStore();
  readonly history = new WriteHistory();
  readonly changes = new ChangeFeed();
  readonly iso = createIsoFormatter();
  readonly schedule: Schedule;
  readonly search: SearchIndexes;
  readonly lists: ListStore;
  /** Kinds of link, the portal's own labels among them. */
  associations = new AssociationCatalogue();
  /** Shared with the other portals of the process. */
  readonly webhookApps: WebhookApps;
  /** What apps can read of the changes of all portals; shared too. */
  readonly changeJournal: ChangeJournal;
  blocklist = new Blocklist();
  readonly owners = new OwnerStore();
  behaviour: Behaviour;
  /** Ms since 1970 of the portal's clock at the start. */
  readonly createdAt: number;
  /** Custom objects. */
  schemas: SchemaStore;
  readonly consent = new ConsentStore();
  readonly forms = new FormStore();
  readonly #companies: CompanyMaker;
  readonly customEvents: CustomEventStore;
  readonly appEvents = new AppEventStore();
  readonly tier: Tier;
  readonly #subscriptionTypes: readonly SubscriptionTypeOptions[];
  readonly #forms: readonly FormOptions[];
  /** Built-in types by plural name, singular name and type id. */
  #objects = new Map<string, ObjectData>();
  #stamp: WriteStamp | undefined;
  readonly #firstOwners: readonly OwnerOptions[];

  constructor(options: PortalOptions) {
    this.account = options.account;
    this.behaviour = options.behaviour;
    this.clock = options.clock;
    this.random = options.random;
    this.createdAt = this.clock.now();
    this.#firstOwners = options.owners ?? DEFAULT_OWNERS;
    this.schedule = new Schedule(this.clock);
    this.search = new SearchIndexes({
      changes: this.changes,
      schedule: this.schedule,
      clock: this.clock,
      recordsOf: (type) => this.#find(type.name)?.store.live() ?? [],
      lag: () => searchLag(this.behaviour),
      random: options.lagRandom,
    });
    this.schemas = new SchemaStore(this.account.portalId);
    this.webhookApps = options.webhookApps ?? new WebhookApps();
    this.changeJournal = options.changeJournal ?? new ChangeJournal();
    this.changeJournal.follow(this);
    this.#subscriptionTypes = options.subscriptionTypes ?? DEFAULT_SUBSCRIPTION_TYPES;
    this.#forms = options.forms ?? [];
    this.tier = options.tier ?? 'professional';
    this.customEvents = new CustomEventStore(this.account.portalId);
    followContacts(this);
    this.#companies = new CompanyMaker(this);
    forgetErased(this);
    this.lists = new ListStore({
      onMembership: (listId, record, joined) =>
        this.changeJournal.hearMembership(this, { listId, record, joined }),
      changes: this.changes,
      schedule: this.schedule,
      now: () => this.clock.now(),
      dataOf: (type) => this.#find(type.name),
      timeZone: this.account.timeZone,
      delayMs: () => this.behaviour.listProcessingMs,
    });
    this.clearRecords();
  }

  /** Data of a type by plural name, singular name or type id. Throws the 400 for a type that cannot be inferred. */
  objects(nameOrId: string): ObjectData {
    const data = this.#find(nameOrId);
    if (!data) throw badRequest(`Unable to infer object type from: ${nameOrId}`);
    return data;
  }

  /** Whether a code or token was given out by this portal. */
  knowsSecret(secret: string): boolean {
    return this.tokens.has(secret) || this.apps.has(secret);
  }

  /** Where records of a type are shown in the browser, up to their id. */
  recordUrl(type: ObjectType): string {
    const { uiDomain, portalId } = this.account;
    return `https://${uiDomain}/contacts/${portalId}/record/${type.typeId}/`;
  }

  /** When and by whom something is written; all that one caller writes in one ms bears the same. */
  stamp(at: number, source: ChangeSource): WriteStamp {
    if (this.#stamp?.at !== at || this.#stamp.source !== source)
      this.#stamp = { at, iso: this.iso(at), source };
    return this.#stamp;
  }

  allObjects(): ObjectData[] {
    return [...new Set(this.#objects.values()), ...this.schemas.objects()];
  }

  /** The live record, following merges. */
  liveRecord(data: ObjectData, id: string): StoredRecord | undefined {
    const record = data.store.get(id);
    return record && record.archivedAt === undefined ? record : undefined;
  }

  /** Back to an empty portal with HubSpot's own definitions and the first owners only; work that waits is dropped. */
  clearRecords(): void {
    this.schedule.clear();
    this.owners.set(this.#firstOwners, this.createdAt);
    this.search.clear();
    this.lists.clear();
    this.associations = new AssociationCatalogue();
    this.blocklist = new Blocklist();
    this.#companies.clear();
    this.schemas = new SchemaStore(this.account.portalId);
    this.#objects = new Map();
    for (const type of OBJECT_TYPES) {
      const data = createObjectData(type, this.createdAt);
      for (const name of [type.name, type.singular, type.typeId]) this.#objects.set(name, data);
    }
    this.history.clear();
    this.forms.clear();
    this.customEvents.clear();
    this.appEvents.clear();
    for (const form of this.#forms) this.forms.add(form, this.iso(this.clock.now()));
    this.consent.clear();
    for (const type of this.#subscriptionTypes) addSubscriptionType(this, type);
  }

  #find(nameOrId: string): ObjectData | undefined {
    return this.#objects.get(nameOrId) ?? this.schemas.objectsOf(nameOrId);
  }
}

function searchLag({ searchLag: lag }: Behaviour): SearchLag {
  return typeof lag === 'number' ? { minMs: lag, maxMs: lag } : lag;
}
