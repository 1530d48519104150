import { expect, test } from 'vitest';
import { isTimeZone, timeOfDay } from './time-of-day.ts';

test.each([
  ['14:30', '14:30'],
  ['9:05', '09:05'],
  ['14.30', '14:30'],
  ['14h30', '14:30'],
  ['14:30:59', '14:30'],
  ['2:30 pm', '14:30'],
  ['2:30 P.M.', '14:30'],
  ['12am', '00:00'],
  ['12 pm', '12:00'],
  ['14 Uhr', '14:00'],
  ['14h', '14:00'],
  ['0:00', '00:00'],
  ['24:00', undefined],
  ['14:60', undefined],
  ['13 pm', undefined],
  ['0 am', undefined],
  ['14', undefined],
  ['noon', undefined],
  ['', undefined],
  [null, undefined],
  ['1'.repeat(5_000), undefined],
])('%j is the time %j', (given, expected) => {
  expect(timeOfDay(given)).toBe(expected);
});

test.each([
  ['Europe/Berlin', '14:30 (Europe/Berlin)'],
  ['UTC', '14:30 (UTC)'],
  ['Europe/Atlantis', '14:30'],
  ['<script>', '14:30'],
])('in the time zone %j it is %j', (zone, expected) => {
  expect(timeOfDay('14:30', zone)).toBe(expected);
});

test.each([
  ['America/Argentina/Buenos_Aires', true],
  ['Etc/GMT+3', true],
  ['', false],
  ['constructor', false],
  ['x'.repeat(500), false],
])('%j is a time zone: %j', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
