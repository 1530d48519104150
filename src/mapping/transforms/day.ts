import { calendarDate } from './encode-value.ts';

/** Longest text that is read as a day, characters. */
const MAX_DAY = 40;
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const WITH_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const DOTTED = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$/;
const SLASHED = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/;
const YEAR_FIRST = /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$/;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;
/** Writes the month first; every other region puts the day there. */
const MONTH_FIRST = ['en-us', 'en-ph', 'es-us', 'es-pr'];

/**
 * A day as HubSpot's `date` properties take it (`YYYY-MM-DD`). Read are `2026-12-24`, `24.12.2026`, `24/12/2026`, `2026/12/24`, and an
 * instant (`2026-12-24T10:00:00Z`), of which the day in `timeZone` counts. With slashes the day comes first, in `en-US` the month;
 * in English without a region it is refused when both readings are days and differ (`03/04/2026`). Undefined for what is no day, and
 * outside of 1900 to 2199.
 */
export function dayOf(
  value: string | null | undefined,
  { language = 'en', timeZone = 'UTC' }: { readonly language?: string; readonly timeZone?: string } = {},
): string | undefined {
  const text = (value ?? '').trim();
  if (text.length > MAX_DAY) return undefined;
  if (WITH_TIME.test(text)) {
    const instant = new Date(text);
    return Number.isNaN(instant.getTime()) ? undefined : dayOf(calendarDate(instant, timeZone));
  }
  const yearFirst = ISO.exec(text) ?? YEAR_FIRST.exec(text);
  if (yearFirst) return day(yearFirst[1], yearFirst[2], yearFirst[3]);
  const dotted = DOTTED.exec(text);
  if (dotted) return day(dotted[3], dotted[2], dotted[1]);
  const slashed = SLASHED.exec(text);
  if (!slashed) return undefined;
  const [, first, second, year] = slashed;
  const dayFirst = day(year, second, first);
  const monthFirst = day(year, first, second);
  const tag = language.toLowerCase();
  if (MONTH_FIRST.includes(tag)) return monthFirst;
  if (tag !== 'en') return dayFirst;
  if (dayFirst !== undefined && monthFirst !== undefined && dayFirst !== monthFirst) return undefined;
  return dayFirst ?? monthFirst;
}

function day(year = '', month = '', date = ''): string | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(date)];
  if (y < FIRST_YEAR || y > LAST_YEAR) return undefined;
  const found = new Date(Date.UTC(y, m - 1, d));
  // 31 February rolls over into March.
  if (found.getUTCMonth() !== m - 1 || found.getUTCDate() !== d) return undefined;
  return found.toISOString().slice(0, 10);
}
