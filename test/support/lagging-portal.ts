import type { Exchange, Records, SearchFilter, SearchRequest } from '../../src/hubspot/index.ts';

const MAX_OFFSET = 10_000;
/** A reader that makes no progress would otherwise ask for ever. */
const MAX_SEARCHES = 20_000;

export interface LaggingPortalOptions {
  /** Ms until a change can be found, asked anew for each change: later changes may be visible before earlier ones. */
  readonly lagMs: () => number;
  /** How long a call takes in the portal's time, ms. */
  readonly callMs: number;
  /** What a search shows of a record it finds: the version in its index, or the current one. */
  readonly shows: 'indexed' | 'current';
  /** Ms since 1970 at the beginning. */
  readonly startAt: number;
}

interface Version {
  readonly id: string;
  readonly numericId: number;
  /** Modified, ms. */
  readonly at: number;
  /** Number of the change that made it. */
  readonly change: number;
}

/** A model of HubSpot's search: records that change while they are read, behind an index that lags and not in order. Time passes with calls only. */
export class LaggingPortal {
  now: number;
  searches = 0;
  readonly current = new Map<string, Version>();
  readonly records: Pick<Records, 'search'>;
  #changes = 0;
  readonly #options: LaggingPortalOptions;
  /** By the time at which they become visible. */
  #waiting: { visibleAt: number; version: Version }[] = [];
  readonly #indexed = new Map<string, Version>();
  #ordered: Version[] | undefined;
  /** Called as time passes, before a search is answered. */
  onTime: (now: number) => void = () => undefined;

  constructor(options: LaggingPortalOptions) {
    this.#options = options;
    this.now = options.startAt;
    this.records = { search: async (_, request) => this.#search(request) };
  }

  change(numericId: number, at = this.now): void {
    this.#changes += 1;
    const version: Version = { id: String(numericId), numericId, at, change: this.#changes };
    this.current.set(version.id, version);
    this.#waiting.push({ visibleAt: at + this.#options.lagMs(), version });
  }

  pass(ms: number): void {
    this.now += ms;
    this.onTime(this.now);
    const due = this.#waiting.filter(({ visibleAt }) => visibleAt <= this.now);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ visibleAt }) => visibleAt > this.now);
    for (const { version } of due) {
      // An index does not go back to an older version.
      if ((this.#indexed.get(version.id)?.change ?? 0) < version.change)
        this.#indexed.set(version.id, version);
    }
    this.#ordered = undefined;
  }

  #search(request: SearchRequest): Exchange {
    this.pass(this.#options.callMs);
    this.searches += 1;
    if (this.searches > MAX_SEARCHES) throw new Error(`${MAX_SEARCHES} searches and no end`);
    const limit = request.limit ?? 10;
    const offset = Number(request.after ?? 0);
    if (offset + limit > MAX_OFFSET) return this.#reply(400, { status: 'error', message: 'beyond 10,000' });
    const filters = request.filterGroups?.[0]?.filters ?? [];
    const byId = request.sorts?.[0]?.propertyName === 'hs_object_id';
    const matching = this.#inOrder(byId, (version) => filters.every((filter) => matches(version, filter)));
    const found = matching.slice(offset, offset + limit + 1);
    const results = found.slice(0, limit).map((version) => this.#view(version));
    const paging = found.length > limit ? { paging: { next: { after: String(offset + limit) } } } : {};
    return this.#reply(200, { total: matching.length, results, ...paging });
  }

  #inOrder(byId: boolean, found: (version: Version) => boolean): readonly Version[] {
    if (byId) return [...this.#indexed.values()].filter(found).sort((a, b) => a.numericId - b.numericId);
    this.#ordered ??= [...this.#indexed.values()].sort((a, b) => a.at - b.at || b.numericId - a.numericId);
    return this.#ordered.filter(found);
  }

  #view(indexed: Version): unknown {
    const version = this.#options.shows === 'current' ? (this.current.get(indexed.id) ?? indexed) : indexed;
    const updatedAt = new Date(version.at).toISOString();
    return {
      id: version.id,
      properties: { lastmodifieddate: updatedAt, change: String(version.change) },
      createdAt: updatedAt,
      updatedAt,
      archived: false,
    };
  }

  #reply(status: number, body: unknown): Exchange {
    const date = new Date(this.now).toUTCString();
    return { kind: 'reply', status, headers: { date }, body, durationMs: 1 };
  }
}

function matches(version: Version, filter: SearchFilter): boolean {
  const value = filter.propertyName === 'hs_object_id' ? version.numericId : version.at;
  switch (filter.operator) {
    case 'EQ':
      return value === Number(filter.value);
    case 'GT':
      return value > Number(filter.value);
    case 'GTE':
      return value >= Number(filter.value);
    case 'LTE':
      return value <= Number(filter.value);
    default:
      throw new Error(`The model knows no ${filter.operator}.`);
  }
}
