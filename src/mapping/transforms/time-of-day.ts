const CLOCK = /^(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2}(?:\.\d{1,9})?)? ?(am|pm|a\.m\.|p\.m\.|h|uhr)?$/;
const ZONE = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
const MAX_TIME = 40;

/**
 * A time of day as `HH:MM`, with the time zone behind it when it is known: `14:30 (Europe/Berlin)`. Read are `14:30`, `14.30`, `14h30`,
 * `14:30:00`, `2:30 pm`, `2pm`, `14 Uhr`; a bare number is none. Undefined for what is no time.
 */
export function timeOfDay(value: string | null | undefined, timeZone?: string): string | undefined {
  const text = (value ?? '').trim().toLowerCase();
  const parts = text.length > MAX_TIME ? null : CLOCK.exec(text);
  if (parts === null) return undefined;
  const [, typed = '', minutes, suffix = ''] = parts;
  if (minutes === undefined && suffix === '') return undefined;
  const half = suffix.startsWith('a') ? 0 : suffix.startsWith('p') ? 12 : undefined;
  const hour = Number(typed);
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
  const hours = half === undefined ? hour : (hour % 12) + half;
  if (hours > 23 || Number(minutes ?? 0) > 59) return undefined;
  const time = `${String(hours).padStart(2, '0')}:${minutes ?? '00'}`;
  return timeZone !== undefined && isTimeZone(timeZone) ? `${time} (${timeZone})` : time;
}

/** True for a name that the runtime knows: `Europe/Berlin`, `UTC`. */
export function isTimeZone(name: string): boolean {
  if (!ZONE.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
