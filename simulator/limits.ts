import { z } from 'zod';
import { DailyCounter } from './daily-counter.ts';
import { RollingWindow } from './rolling-window.ts';

/**
 * Calls per rolling window and app, calls per day and portal, searches per second and portal, and the budgets that
 * calls of associations have of their own: per rolling window and app, per day and portal. null: no limit.
 */
export interface LimitNumbers {
  perWindow: number | null;
  windowMs: number;
  daily: number | null;
  searchPerSecond: number | null;
  /** Calls of an OAuth app per rolling window; it has no daily budget. */
  oauthPerWindow: number | null;
  associationsPerWindow: number | null;
  associationsDaily: number | null;
  /** Form submissions without a token per rolling window and address; the edge refuses the others. */
  submissionsPerWindow: number | null;
  /** Reads of the webhooks journal per second and app; likewise calls about its subscriptions and snapshots. */
  journalPerSecond: number | null;
  journalSubscriptionsPerSecond: number | null;
  journalSnapshotsPerSecond: number | null;
}

export const TIER_NAMES = ['free', 'professional', 'enterprise', 'addon', 'addon2'] as const;

export type Tier = (typeof TIER_NAMES)[number];

const SEARCH_PER_SECOND = 5;
const SEARCH_WINDOW_MS = 1_000;
const WINDOW_MS = 10_000;
const OAUTH_PER_WINDOW = 110;
const ASSOCIATIONS_DAILY = 500_000;
const SUBMISSIONS_PER_WINDOW = 50;
/** Of the webhooks journal, for each app. */
const JOURNAL_PER_SECOND = 100;
const JOURNAL_SUBSCRIPTIONS_PER_SECOND = 50;
const JOURNAL_SNAPSHOTS_PER_SECOND = 10;
const JOURNAL_WINDOW_MS = 1_000;

const EVERY_TIER = {
  windowMs: WINDOW_MS,
  searchPerSecond: SEARCH_PER_SECOND,
  oauthPerWindow: OAUTH_PER_WINDOW,
  associationsDaily: ASSOCIATIONS_DAILY,
  submissionsPerWindow: SUBMISSIONS_PER_WINDOW,
  journalPerSecond: JOURNAL_PER_SECOND,
  journalSubscriptionsPerSecond: JOURNAL_SUBSCRIPTIONS_PER_SECOND,
  journalSnapshotsPerSecond: JOURNAL_SNAPSHOTS_PER_SECOND,
};

/** Published budgets of private apps and service keys. `addon` is Enterprise with one API add-on, `addon2` with two. */
export const TIERS: Record<Tier, LimitNumbers> = {
  free: { ...EVERY_TIER, perWindow: 100, daily: 250_000, associationsPerWindow: 100 },
  professional: { ...EVERY_TIER, perWindow: 190, daily: 625_000, associationsPerWindow: 150 },
  enterprise: { ...EVERY_TIER, perWindow: 190, daily: 1_000_000, associationsPerWindow: 150 },
  addon: { ...EVERY_TIER, perWindow: 250, daily: 2_000_000, associationsPerWindow: 200 },
  addon2: { ...EVERY_TIER, perWindow: 250, daily: 3_000_000, associationsPerWindow: 200 },
};

export const NO_LIMITS: LimitNumbers = {
  perWindow: null,
  windowMs: WINDOW_MS,
  daily: null,
  searchPerSecond: null,
  oauthPerWindow: null,
  associationsPerWindow: null,
  associationsDaily: null,
  submissionsPerWindow: null,
  journalPerSecond: null,
  journalSubscriptionsPerSecond: null,
  journalSnapshotsPerSecond: null,
};

const countSchema = z.number().int().min(0).nullable();

/** `none`, a tier's name, `default` (the portal's tier), or some of the numbers with the rest left as they are. */
export const limitsSchema = z.union([
  z.enum(['none', 'default', ...TIER_NAMES]),
  z.strictObject({
    perWindow: countSchema.optional(),
    windowMs: z.number().int().min(1).optional(),
    daily: countSchema.optional(),
    searchPerSecond: countSchema.optional(),
    oauthPerWindow: countSchema.optional(),
    associationsPerWindow: countSchema.optional(),
    associationsDaily: countSchema.optional(),
    submissionsPerWindow: countSchema.optional(),
    journalPerSecond: countSchema.optional(),
    journalSubscriptionsPerSecond: countSchema.optional(),
    journalSnapshotsPerSecond: countSchema.optional(),
  }),
]);

export type LimitsChange = z.infer<typeof limitsSchema>;

/** Calls of associations, of search and of the webhooks journal have windows of their own; `oauth` stands for `general` when the caller's token is an OAuth app's. */
export type Budget =
  | 'general'
  | 'oauth'
  | 'associations'
  | 'search'
  | 'journal'
  | 'journal-subscriptions'
  | 'journal-snapshots'
  | 'none';
export type Policy = 'TEN_SECONDLY_ROLLING' | 'DAILY' | 'SECONDLY';

export interface Admission {
  /** The policy that refused the call; undefined: admitted and counted. */
  refusedBy: Policy | undefined;
  headers: Record<string, string>;
}

/** Calls counted in a day, as reports show them; instants are ms since 1970. */
export interface CollectedUsage {
  used: number;
  limit: number | null;
  resetsAt: number;
  collectedAt: number;
}

export interface LimiterOptions {
  numbers: LimitNumbers;
  tier: Tier;
  timeZone: string;
  /** Read at each call, so that they may change while running. */
  countRejectedCalls: () => boolean;
  countSearchInDaily: () => boolean;
  countAssociationsInDaily: () => boolean;
}

/** What one kind of call is counted against. */
interface Meter {
  window: RollingWindow;
  spanMs: number;
  ceiling: number | null;
  policy: Policy;
  /** Of these the first is shown in headers. */
  days: readonly { counter: DailyCounter; limit: number | null }[];
  hasHeaders: boolean;
}

/** The budgets of a portal. Every method is handed the time of the portal's clock (ms since 1970). */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #daily: DailyCounter;
  readonly #search = new RollingWindow();
  readonly #perApp = new Map<number, RollingWindow>();
  readonly #associationsDaily: DailyCounter;
  readonly #associationsPerApp = new Map<number, RollingWindow>();
  /** By budget, then by app. */
  readonly #journal = {
    journal: new Map<number, RollingWindow>(),
    'journal-subscriptions': new Map<number, RollingWindow>(),
    'journal-snapshots': new Map<number, RollingWindow>(),
  };
  readonly #submissionsPerAddress = new Map<string, RollingWindow>();
  readonly refusals: Record<Policy, number> = { TEN_SECONDLY_ROLLING: 0, DAILY: 0, SECONDLY: 0 };
  #collected: CollectedUsage | undefined;
  numbers: LimitNumbers;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.numbers = { ...options.numbers };
    this.#daily = new DailyCounter(options.timeZone);
    this.#associationsDaily = new DailyCounter(options.timeZone);
  }

  change(change: LimitsChange): LimitNumbers {
    if (change === 'none') this.numbers = { ...NO_LIMITS };
    else if (change === 'default') this.numbers = { ...TIERS[this.#options.tier] };
    else if (typeof change === 'string') this.numbers = { ...TIERS[change] };
    else this.numbers = { ...this.numbers, ...dropUndefined(change) };
    return this.numbers;
  }

  /** Counts a call against its budgets, or refuses it. All tokens of an app share its windows. */
  admit(budget: Budget, appId: number, now: number): Admission {
    if (budget === 'none') return { refusedBy: undefined, headers: {} };
    const meter = this.#meterOf(budget, appId);
    const { window, spanMs, ceiling, days } = meter;
    const refusedBy = refusalOf(meter, now);
    if (refusedBy) this.refusals[refusedBy] += 1;
    if (!refusedBy || this.#options.countRejectedCalls()) {
      if (ceiling !== null) window.add(now, spanMs);
      for (const { counter } of days) counter.add(now);
    }
    return { refusedBy, headers: headersOf(meter, now) };
  }

  /** The usage as it was collected last, at most `maxAgeMs` ago. */
  collectedUsage(now: number, maxAgeMs: number): CollectedUsage {
    const last = this.#collected;
    if (last && now >= last.collectedAt && now - last.collectedAt < maxAgeMs) return last;
    this.#collected = { ...this.dailyUsage(now), collectedAt: now };
    return this.#collected;
  }

  /** Whether an address may submit another form; if so it is counted. */
  admitSubmission(address: string, now: number): boolean {
    const { submissionsPerWindow, windowMs } = this.numbers;
    if (submissionsPerWindow === null) return true;
    const window = this.#submissionsPerAddress.get(address) ?? new RollingWindow();
    this.#submissionsPerAddress.set(address, window);
    if (window.count(now, windowMs) >= submissionsPerWindow) return false;
    window.add(now, windowMs);
    return true;
  }

  /** Calls counted today, and when the day ends (midnight of the portal's time zone, ms since 1970). */
  dailyUsage(now: number): { used: number; limit: number | null; resetsAt: number } {
    return { used: this.#daily.used(now), limit: this.numbers.daily, resetsAt: this.#daily.endsAt(now) };
  }

  /** Calls in the rolling window of each app, by its id. */
  windowUsage(now: number): Record<string, number> {
    return countAll(this.#perApp, now, this.numbers.windowMs);
  }

  /** The same of calls of associations: today, and in the rolling window of each app. */
  associationsUsage(now: number): { used: number; windowUsed: Record<string, number> } {
    const windowUsed = countAll(this.#associationsPerApp, now, this.numbers.windowMs);
    return { used: this.#associationsDaily.used(now), windowUsed };
  }

  searchUsage(now: number): number {
    return this.#search.count(now, SEARCH_WINDOW_MS);
  }

  /** Forgets what was counted; the numbers stay. */
  reset(): void {
    this.#daily.reset();
    this.#search.reset();
    this.#perApp.clear();
    this.#associationsDaily.reset();
    this.#associationsPerApp.clear();
    for (const windows of Object.values(this.#journal)) windows.clear();
    this.#submissionsPerAddress.clear();
    this.#collected = undefined;
    for (const policy of Object.keys(this.refusals)) this.refusals[policy as Policy] = 0;
  }

  /** Search has a bucket of the whole portal and, as reported, no headers. */
  #meterOf(budget: Exclude<Budget, 'none'>, appId: number): Meter {
    const { perWindow, oauthPerWindow, windowMs, daily, searchPerSecond } = this.numbers;
    const day = { counter: this.#daily, limit: daily };
    switch (budget) {
      case 'search':
        return {
          window: this.#search,
          spanMs: SEARCH_WINDOW_MS,
          ceiling: searchPerSecond,
          policy: 'SECONDLY',
          days: this.#options.countSearchInDaily() ? [day] : [],
          hasHeaders: false,
        };
      case 'associations': {
        const own = { counter: this.#associationsDaily, limit: this.numbers.associationsDaily };
        return {
          window: windowOf(this.#associationsPerApp, appId),
          spanMs: windowMs,
          ceiling: this.numbers.associationsPerWindow,
          policy: 'TEN_SECONDLY_ROLLING',
          days: this.#options.countAssociationsInDaily() ? [own, day] : [own],
          hasHeaders: true,
        };
      }
      case 'journal':
      case 'journal-subscriptions':
      case 'journal-snapshots':
        return {
          window: windowOf(this.#journal[budget], appId),
          spanMs: JOURNAL_WINDOW_MS,
          ceiling: this.numbers[JOURNAL_NUMBERS[budget]],
          policy: 'SECONDLY',
          days: [],
          hasHeaders: false,
        };
      case 'general':
      case 'oauth':
        return {
          window: windowOf(this.#perApp, appId),
          spanMs: windowMs,
          ceiling: budget === 'oauth' ? oauthPerWindow : perWindow,
          policy: 'TEN_SECONDLY_ROLLING',
          days: budget === 'oauth' ? [] : [day],
          hasHeaders: true,
        };
    }
  }
}

const JOURNAL_NUMBERS = {
  journal: 'journalPerSecond',
  'journal-subscriptions': 'journalSubscriptionsPerSecond',
  'journal-snapshots': 'journalSnapshotsPerSecond',
} as const;

function refusalOf({ window, spanMs, ceiling, policy, days }: Meter, now: number): Policy | undefined {
  if (ceiling !== null && window.count(now, spanMs) >= ceiling) return policy;
  const isSpent = days.some(({ counter, limit }) => limit !== null && counter.used(now) >= limit);
  return isSpent ? 'DAILY' : undefined;
}

function headersOf(
  { window, spanMs, ceiling, days, hasHeaders }: Meter,
  now: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!hasHeaders) return headers;
  if (ceiling !== null) {
    headers['x-hubspot-ratelimit-max'] = String(ceiling);
    headers['x-hubspot-ratelimit-remaining'] = String(Math.max(0, ceiling - window.count(now, spanMs)));
    headers['x-hubspot-ratelimit-interval-milliseconds'] = String(spanMs);
    // Deprecated, but still sent: a tenth of the window's budget.
    const secondly = Math.floor((ceiling * 1_000) / spanMs);
    headers['x-hubspot-ratelimit-secondly'] = String(secondly);
    headers['x-hubspot-ratelimit-secondly-remaining'] = String(Math.max(0, secondly - 1));
  }
  const [day] = days;
  if (day && day.limit !== null) {
    headers['x-hubspot-ratelimit-daily'] = String(day.limit);
    headers['x-hubspot-ratelimit-daily-remaining'] = String(Math.max(0, day.limit - day.counter.used(now)));
  }
  return headers;
}

function windowOf(windows: Map<number, RollingWindow>, appId: number): RollingWindow {
  const known = windows.get(appId);
  if (known) return known;
  const window = new RollingWindow();
  windows.set(appId, window);
  return window;
}

function countAll(
  windows: ReadonlyMap<number, RollingWindow>,
  now: number,
  spanMs: number,
): Record<string, number> {
  return Object.fromEntries([...windows].map(([id, window]) => [id, window.count(now, spanMs)]));
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
