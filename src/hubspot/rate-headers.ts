/** HubSpot's own count of what is left; any part may be missing, and search answers have none. */
export interface RateHeaders {
  /** Calls allowed per interval. */
  readonly max?: number;
  readonly remaining?: number;
  readonly intervalMs?: number;
  /** Calls allowed per day of the portal's time zone; not sent to OAuth apps. */
  readonly daily?: number;
  readonly dailyRemaining?: number;
}

const NAMES = {
  max: 'x-hubspot-ratelimit-max',
  remaining: 'x-hubspot-ratelimit-remaining',
  intervalMs: 'x-hubspot-ratelimit-interval-milliseconds',
  daily: 'x-hubspot-ratelimit-daily',
  dailyRemaining: 'x-hubspot-ratelimit-daily-remaining',
} as const satisfies Record<keyof RateHeaders, string>;

/** Reads the rate headers (lower-case names); whatever is not a whole number of 0 or more is left out. */
export function parseRateHeaders(headers: Readonly<Record<string, string>>): RateHeaders {
  const found: { -readonly [K in keyof RateHeaders]: number } = {};
  for (const [key, name] of Object.entries(NAMES) as [keyof RateHeaders, string][]) {
    const text = Object.hasOwn(headers, name) ? headers[name]?.trim() : undefined;
    if (text !== undefined && /^\d{1,15}$/.test(text)) found[key] = Number(text);
  }
  return found;
}
