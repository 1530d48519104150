import { describe, expect, it } from 'vitest';
import { DailyCounter, offsetMinutes } from './daily-counter.ts';

describe('the day', () => {
  it.each([
    ['UTC', '2026-11-22T12:00:00Z', '2026-11-23T00:00:00.000Z'],
    ['Europe/Berlin', '2026-11-22T22:59:59Z', '2026-11-22T23:00:00.000Z'],
    ['Europe/Berlin', '2026-11-22T23:00:00Z', '2026-11-23T23:00:00.000Z'],
    ['America/New_York', '2026-11-22T04:00:00Z', '2026-11-22T05:00:00.000Z'],
    // The night of the change from summer time: 25 hours long.
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T23:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-22T12:00:00Z', '2026-11-22T18:30:00.000Z'],
    // Nights in which there is no midnight, or two.
    ['America/Santiago', '2026-09-05T12:00:00Z', '2026-09-06T04:00:00.000Z'],
    ['America/Santiago', '2026-09-06T03:30:00Z', '2026-09-06T04:00:00.000Z'],
    ['Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-23T22:00:00.000Z'],
    ['America/Havana', '2026-10-31T12:00:00Z', '2026-11-01T04:00:00.000Z'],
  ])('in %s at %s ends at %s', (zone, now, end) => {
    expect(new Date(new DailyCounter(zone).endsAt(Date.parse(now))).toISOString()).toBe(end);
  });

  it.each([
    'Europe/Berlin',
    'America/New_York',
    'America/Santiago',
    'Africa/Cairo',
    'America/Havana',
    'Atlantic/Azores',
    'Australia/Lord_Howe',
  ])('in %s ends, all the year, when the date changes', (zone) => {
    const date = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
    const counter = new DailyCounter(zone);
    for (let day = 0; day < 365; day += 1) {
      const now = Date.UTC(2026, 0, 1 + day, 12);
      const end = counter.endsAt(now);
      expect([date.format(end - 1), end > now]).toEqual([date.format(now), true]);
      expect(date.format(end)).not.toBe(date.format(now));
    }
  });

  it('starts again at midnight of the zone', () => {
    const counter = new DailyCounter('Europe/Berlin');
    counter.add(Date.parse('2026-11-22T22:59:00Z'));
    expect(counter.used(Date.parse('2026-11-22T22:59:59.999Z'))).toBe(1);
    expect(counter.used(Date.parse('2026-11-22T23:00:00Z'))).toBe(0);
  });
});

it.each([
  ['Europe/Berlin', '2026-07-01T00:00:00Z', 120],
  ['Asia/Kolkata', '2026-07-01T00:00:00Z', 330],
  ['America/New_York', '2026-11-22T00:00:00Z', -300],
])('%s at %s is ahead of UTC by %i minutes', (zone, now, minutes) => {
  expect(offsetMinutes(zone, Date.parse(now))).toBe(minutes);
});

it('an unknown zone is refused', () => {
  expect(() => new DailyCounter('Mars/Base')).toThrow(RangeError);
});
