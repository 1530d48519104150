const MS_PER_MINUTE = 60_000;

/** Counts calls of one day; the day ends at midnight of a time zone. */
export class DailyCounter {
  readonly #zone: Intl.DateTimeFormat;
  #used = 0;
  #dayStartsAt = Number.POSITIVE_INFINITY;
  #dayEndsAt = Number.NEGATIVE_INFINITY;

  /** Throws RangeError for an unknown IANA zone name. */
  constructor(timeZone: string) {
    this.#zone = zoneFormat(timeZone);
  }

  add(now: number): void {
    this.#roll(now);
    this.#used += 1;
  }

  used(now: number): number {
    this.#roll(now);
    return this.#used;
  }

  endsAt(now: number): number {
    this.#roll(now);
    return this.#dayEndsAt;
  }

  reset(): void {
    this.#used = 0;
  }

  #roll(now: number): void {
    if (now >= this.#dayStartsAt && now < this.#dayEndsAt) return;
    this.#used = 0;
    this.#dayStartsAt = now;
    this.#dayEndsAt = nextMidnight(this.#zone, now);
  }
}

/** Minutes by which a zone is ahead of UTC at an instant. */
export function offsetMinutes(timeZone: string, now: number): number {
  return offsetMs(zoneFormat(timeZone), now) / MS_PER_MINUTE;
}

/** The instant at which a zone's clocks show a local time, given as if it were UTC. Throws RangeError for an unknown zone. */
export function instantAt(timeZone: string, local: number): number {
  return instantOfLocal(zoneFormat(timeZone), local);
}

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

function localTime(zone: Intl.DateTimeFormat, instant: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of zone.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function offsetMs(zone: Intl.DateTimeFormat, instant: number): number {
  const whole = Math.floor(instant / 1_000) * 1_000;
  return localTime(zone, whole) - whole;
}

function nextMidnight(zone: Intl.DateTimeFormat, now: number): number {
  const local = new Date(localTime(zone, now));
  return instantOfLocal(zone, Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() + 1));
}

/**
 * Twice, because the offset at that time may differ from the one at the first guess (summer time). A local time that the zone
 * skips is the instant at which it is skipped: Santiago and Cairo jump from midnight to one o'clock.
 */
function instantOfLocal(zone: Intl.DateTimeFormat, local: number): number {
  const guess = local - offsetMs(zone, local);
  const corrected = local - offsetMs(zone, guess);
  return localTime(zone, corrected) === local ? corrected : Math.max(guess, corrected);
}
