import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AltchaChallenge, createAltcha } from './altcha.ts';
import type { Signer } from './signing-key.ts';

const signer: Signer = {
  sign: async (purpose, text) =>
    createHmac('sha256', 'key').update(`${purpose}\0${text}`).digest('base64url'),
  verify: async (purpose, text, signature) => (await signer.sign(purpose, text)) === signature,
};

function solved({ salt, challenge, maxnumber }: AltchaChallenge): number {
  for (let number = 0; number < maxnumber; number += 1)
    if (createHash('sha256').update(`${salt}${number}`).digest('hex') === challenge) return number;
  throw new Error('The challenge has no solution.');
}

const encoded = (solution: object) => Buffer.from(JSON.stringify(solution)).toString('base64');

describe('the self-hosted challenge', () => {
  let now = 1_800_000_000_000;
  const altcha = createAltcha({ signer, now: () => now, maxNumber: 500 });

  it('takes a solution, for the form that it was made for', async () => {
    const given = await altcha.issue('contact');
    const solution = encoded({ ...given, number: solved(given) });
    expect(await altcha.verify('contact', solution)).toMatchObject({ ok: true });
    expect(await altcha.verify('demo', solution)).toEqual({ ok: false });
  });

  it('takes none that has expired', async () => {
    const given = await altcha.issue('contact');
    now += 1_300_000;
    expect(await altcha.verify('contact', encoded({ ...given, number: solved(given) }))).toEqual({
      ok: false,
    });
  });

  it('takes none whose digits were moved from the number into the time', async () => {
    const given = await altcha.issue('contact');
    const number = String(solved(given));
    const salt = `${given.salt.slice(0, -1)}${number.slice(0, 1)}`;
    expect(
      await altcha.verify('contact', encoded({ ...given, salt, number: Number(number.slice(1)) })),
    ).toEqual({
      ok: false,
    });
  });

  it.each<[string, (given: AltchaChallenge & { number: number }) => unknown]>([
    ['another number', (given) => ({ ...given, number: given.number + 1 })],
    ['another signature', (given) => ({ ...given, signature: given.signature.split('').reverse().join('') })],
    [
      'a challenge of one’s own',
      (given) => ({
        ...given,
        challenge: createHash('sha256').update(`${given.salt}501`).digest('hex'),
        number: 501,
      }),
    ],
    ['a later time', (given) => ({ ...given, salt: given.salt.replace(/expires=\d/, 'expires=9') })],
    ['no number', ({ number: _, ...given }) => given],
    ['a list', () => []],
    ['null', () => null],
    ['an empty object', () => ({})],
  ])('takes none with %s', async (_, change) => {
    const given = await altcha.issue('contact');
    const solution = change({ ...given, number: solved(given) });
    expect(await altcha.verify('contact', Buffer.from(JSON.stringify(solution)).toString('base64'))).toEqual({
      ok: false,
    });
  });

  it.each(['', 'x', '{"a":1}', 'A'.repeat(5_000)])('takes none that cannot be read: %s', async (solution) => {
    expect(await altcha.verify('contact', solution)).toEqual({ ok: false });
  });
});
