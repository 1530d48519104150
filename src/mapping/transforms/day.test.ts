import { expect, test } from 'vitest';
import { dayOf } from './day.ts';

test.each<[string | null, { language?: string; timeZone?: string }, string | undefined]>([
  ['2026-12-24', {}, '2026-12-24'],
  ['2026-1-5', {}, '2026-01-05'],
  ['2026/12/24', {}, '2026-12-24'],
  ['24.12.2026', { language: 'de' }, '2026-12-24'],
  ['24. 12. 2026', { language: 'en' }, '2026-12-24'],
  ['3.4.2026', { language: 'en-US' }, '2026-04-03'],
  ['24/12/2026', { language: 'es' }, '2026-12-24'],
  ['3/4/2026', { language: 'es' }, '2026-04-03'],
  ['3/4/2026', { language: 'en-GB' }, '2026-04-03'],
  ['3/4/2026', { language: 'en-US' }, '2026-03-04'],
  ['3/4/2026', { language: 'en' }, undefined],
  ['4/4/2026', { language: 'en' }, '2026-04-04'],
  ['24/12/2026', { language: 'en' }, '2026-12-24'],
  ['12/24/2026', { language: 'en' }, '2026-12-24'],
  ['12/24/2026', { language: 'de' }, undefined],
  ['24/12/2026', { language: 'en-US' }, undefined],
  ['2026-11-26T23:30:00Z', { timeZone: 'Europe/Berlin' }, '2026-11-27'],
  ['2026-11-26T23:30:00.123Z', {}, '2026-11-26'],
  ['2026-11-26T23:30:00+02:00', {}, '2026-11-26'],
  ['2026-02-29', {}, undefined],
  ['2028-02-29', {}, '2028-02-29'],
  ['31.04.2026', { language: 'de' }, undefined],
  ['2026-13-01', {}, undefined],
  ['1899-12-31', {}, undefined],
  ['2200-01-01', {}, undefined],
  ['24.12.26', { language: 'de' }, undefined],
  ['24/12-2026', { language: 'es' }, '2026-12-24'],
  ['tomorrow', {}, undefined],
  ['', {}, undefined],
  [null, {}, undefined],
  ['9'.repeat(5_000), {}, undefined],
])('%j with %j is the day %j', (given, options, expected) => {
  expect(dayOf(given, options)).toBe(expected);
});
