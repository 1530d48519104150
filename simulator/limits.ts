import { z } from 'zod';
import { DailyCounter } from './daily-counter.ts';
import { RollingWindow } from './rolling-window.ts';

/** Calls per rolling window and token, calls per day and portal, searches per second and portal. null: no limit. */
export interface LimitNumbers {
  perWindow: number | null;
  windowMs: number;
  daily: number | null;
  searchPerSecond: number | null;
  /** Calls of an OAuth app per rolling window; it has no daily budget. */
  oauthPerWindow: number | null;
}

export const TIER_NAMES = ['free', 'professional', 'enterprise', 'addon', 'addon2'] as const;

export type Tier = (typeof TIER_NAMES)[number];

const SEARCH_PER_SECOND = 5;
const WINDOW_MS = 10_000;
const OAUTH_PER_WINDOW = 110;

const EVERY_TIER = {
  windowMs: WINDOW_MS,
  searchPerSecond: SEARCH_PER_SECOND,
  oauthPerWindow: OAUTH_PER_WINDOW,
};

/** Published budgets of private apps and service keys. `addon` is Enterprise with one API add-on, `addon2` with two. */
export const TIERS: Record<Tier, LimitNumbers> = {
  free: { perWindow: 100, daily: 250_000, ...EVERY_TIER },
  professional: { perWindow: 190, daily: 625_000, ...EVERY_TIER },
  enterprise: { perWindow: 190, daily: 1_000_000, ...EVERY_TIER },
  addon: { perWindow: 250, daily: 2_000_000, ...EVERY_TIER },
  addon2: { perWindow: 250, daily: 3_000_000, ...EVERY_TIER },
};

export const NO_LIMITS: LimitNumbers = {
  perWindow: null,
  windowMs: WINDOW_MS,
  daily: null,
  searchPerSecond: null,
  oauthPerWindow: null,
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
  }),
]);

export type LimitsChange = z.infer<typeof limitsSchema>;

/** `oauth` stands for `general` when the caller is an OAuth app. */
export type Budget = 'general' | 'oauth' | 'search' | 'none';
export type Policy = 'TEN_SECONDLY_ROLLING' | 'DAILY' | 'SECONDLY';

export interface Admission {
  /** The policy that refused the call; undefined: admitted and counted. */
  refusedBy: Policy | undefined;
  headers: Record<string, string>;
}

export interface LimiterOptions {
  numbers: LimitNumbers;
  tier: Tier;
  timeZone: string;
  /** Read at each call, so that they may change while running. */
  countRejectedCalls: () => boolean;
  countSearchInDaily: () => boolean;
}

/** The three budgets of a portal. Every method is handed the time of the portal's clock (ms since 1970). */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #daily: DailyCounter;
  readonly #search = new RollingWindow();
  readonly #perToken = new Map<string, RollingWindow>();
  readonly refusals: Record<Policy, number> = { TEN_SECONDLY_ROLLING: 0, DAILY: 0, SECONDLY: 0 };
  numbers: LimitNumbers;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.numbers = { ...options.numbers };
    this.#daily = new DailyCounter(options.timeZone);
  }

  change(change: LimitsChange): LimitNumbers {
    if (change === 'none') this.numbers = { ...NO_LIMITS };
    else if (change === 'default') this.numbers = { ...TIERS[this.#options.tier] };
    else if (typeof change === 'string') this.numbers = { ...TIERS[change] };
    else this.numbers = { ...this.numbers, ...dropUndefined(change) };
    return this.numbers;
  }

  /** Counts a call against its budgets, or refuses it. Search has a bucket of its own beside the rolling window. */
  admit(budget: Budget, tokenId: string, now: number): Admission {
    if (budget === 'none') return { refusedBy: undefined, headers: {} };
    const { windowMs, searchPerSecond } = this.numbers;
    const isSearch = budget === 'search';
    const isOAuth = budget === 'oauth';
    const perWindow = isOAuth ? this.numbers.oauthPerWindow : this.numbers.perWindow;
    const daily = isOAuth ? null : this.numbers.daily;
    const window = isSearch ? this.#search : this.#windowOf(tokenId);
    const span = isSearch ? 1_000 : windowMs;
    const ceiling = isSearch ? searchPerSecond : perWindow;
    const countsDaily = isSearch ? this.#options.countSearchInDaily() : !isOAuth;
    const refusedBy = this.#refusal({
      isSearch,
      full: ceiling !== null && window.count(now, span) >= ceiling,
      countsDaily,
      now,
    });
    if (refusedBy) this.refusals[refusedBy] += 1;
    if (!refusedBy || this.#options.countRejectedCalls()) {
      if (ceiling !== null) window.add(now, span);
      if (countsDaily) this.#daily.add(now);
    }
    const used = ceiling === null ? 0 : window.count(now, span);
    return { refusedBy, headers: this.#headers({ isSearch, perWindow, windowMs, daily, used, now }) };
  }

  /** Calls counted today, and when the day ends (midnight of the portal's time zone, ms since 1970). */
  dailyUsage(now: number): { used: number; limit: number | null; resetsAt: number } {
    return { used: this.#daily.used(now), limit: this.numbers.daily, resetsAt: this.#daily.endsAt(now) };
  }

  windowUsage(now: number): Record<string, number> {
    const entries = [...this.#perToken].map(([id, window]) => [id, window.count(now, this.numbers.windowMs)]);
    return Object.fromEntries(entries);
  }

  /** Forgets what was counted; the numbers stay. */
  reset(): void {
    this.#daily.reset();
    this.#search.reset();
    this.#perToken.clear();
    for (const policy of Object.keys(this.refusals)) this.refusals[policy as Policy] = 0;
  }

  #windowOf(tokenId: string): RollingWindow {
    const known = this.#perToken.get(tokenId);
    if (known) return known;
    const window = new RollingWindow();
    this.#perToken.set(tokenId, window);
    return window;
  }

  #refusal(call: {
    isSearch: boolean;
    full: boolean;
    countsDaily: boolean;
    now: number;
  }): Policy | undefined {
    if (call.full) return call.isSearch ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING';
    const { daily } = this.numbers;
    return daily !== null && call.countsDaily && this.#daily.used(call.now) >= daily ? 'DAILY' : undefined;
  }

  #headers(state: {
    isSearch: boolean;
    perWindow: number | null;
    windowMs: number;
    daily: number | null;
    used: number;
    now: number;
  }): Record<string, string> {
    const headers: Record<string, string> = {};
    if (state.isSearch) return headers;
    if (state.perWindow !== null) {
      headers['x-hubspot-ratelimit-max'] = String(state.perWindow);
      headers['x-hubspot-ratelimit-remaining'] = String(Math.max(0, state.perWindow - state.used));
      headers['x-hubspot-ratelimit-interval-milliseconds'] = String(state.windowMs);
      // Deprecated, but still sent: a tenth of the window's budget.
      const secondly = Math.floor((state.perWindow * 1_000) / state.windowMs);
      headers['x-hubspot-ratelimit-secondly'] = String(secondly);
      headers['x-hubspot-ratelimit-secondly-remaining'] = String(Math.max(0, secondly - 1));
    }
    if (state.daily !== null) {
      headers['x-hubspot-ratelimit-daily'] = String(state.daily);
      headers['x-hubspot-ratelimit-daily-remaining'] = String(
        Math.max(0, state.daily - this.#daily.used(state.now)),
      );
    }
    return headers;
  }
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
