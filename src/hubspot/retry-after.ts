/** HubSpot's longest documented wait (477, a hosting migration). */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long a reply asks to wait, in ms, at most 24 h; undefined when it asks nothing usable (absent, negative, zero,
 * past, text), so that the caller's own back-off decides. A date is measured against the reply's own `date`, which
 * keeps a wrong clock on this machine out of it; `nowMs` serves when there is none.
 */
export function parseRetryAfter(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const text = headerOf(headers, 'retry-after');
  if (text === undefined) return undefined;
  const waitMs = /^\d{1,15}(?:\.\d{1,3})?$/.test(text)
    ? Number(text) * 1000
    : untilDate(text, headers, nowMs);
  return waitMs !== undefined && waitMs > 0 ? Math.min(Math.ceil(waitMs), MAX_RETRY_AFTER_MS) : undefined;
}

function untilDate(
  text: string,
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const target = httpDate(text);
  if (target === undefined) return undefined;
  return target - (httpDate(headerOf(headers, 'date') ?? '') ?? nowMs);
}

/** Ms since 1970 of a date as HTTP headers have it; undefined for anything else. */
export function httpDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name]?.trim() : undefined;
}
