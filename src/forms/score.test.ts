import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REASONS, type Score, type Signs, scoreOf } from './score.ts';

const PERSON: Signs = {
  honeypot: false,
  token: { ok: true, ageMs: 30_000 },
  minFillMs: 2_000,
  challenge: 'none',
  origin: 'own',
};

it.each<[string, Partial<Signs>, Score]>([
  ['a person', {}, { score: 0, reasons: [], quarantined: false }],
  ['the honeypot', { honeypot: true }, { score: 100, reasons: ['honeypot'], quarantined: true }],
  [
    'a second after the form was shown',
    { token: { ok: true, ageMs: 1_000 } },
    { score: 60, reasons: ['too_fast'], quarantined: true },
  ],
  [
    'two days after',
    { token: { ok: true, ageMs: 172_800_000 } },
    { score: 10, reasons: ['token_old'], quarantined: false },
  ],
  [
    'a program without token',
    { token: { ok: false, why: 'absent' }, origin: 'unknown' },
    { score: 20, reasons: ['token_absent'], quarantined: false },
  ],
  [
    'a forged token',
    { token: { ok: false, why: 'invalid' } },
    { score: 40, reasons: ['token_invalid'], quarantined: false },
  ],
  [
    'a forged token from a foreign page',
    { token: { ok: false, why: 'invalid' }, origin: 'foreign' },
    { score: 100, reasons: ['origin', 'token_invalid'], quarantined: true },
  ],
  [
    'a vendor that is down',
    { challenge: 'unavailable' },
    { score: 20, reasons: ['challenge_unavailable'], quarantined: false },
  ],
  [
    'a vendor that is down, and no token',
    { challenge: 'unavailable', token: { ok: false, why: 'absent' } },
    { score: 40, reasons: ['challenge_unavailable', 'token_absent'], quarantined: false },
  ],
  ['no solution', { challenge: 'absent' }, { score: 60, reasons: ['challenge_absent'], quarantined: true }],
  ['a wrong one', { challenge: 'failed' }, { score: 70, reasons: ['challenge_failed'], quarantined: true }],
])('%s', (_, signs, expected) => {
  expect(scoreOf({ ...PERSON, ...signs })).toEqual(expected);
});

it('the guide shows every reason with its points and meaning', () => {
  const guide = readFileSync('docs/guides/forms.md', 'utf8')
    .replaceAll('`website.', 'website.')
    .replaceAll('`.', '.');
  for (const [reason, { points, meaning }] of Object.entries(REASONS))
    expect(guide).toContain(`| \`${reason}\` | ${points} | ${meaning} |`);
});
