import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Signer } from './signing-key.ts';

/** A proof of work as the ALTCHA widget takes it: find the number whose SHA-256 together with the salt is the challenge. */
export interface AltchaChallenge {
  readonly algorithm: 'SHA-256';
  readonly challenge: string;
  readonly maxnumber: number;
  readonly salt: string;
  readonly signature: string;
}

export type AltchaVerdict =
  | { readonly ok: true; readonly hash: string; readonly expiresAt: Date }
  | { readonly ok: false };

/** About 50,000 hashes on average: some tenths of a second on a telephone. */
const MAX_NUMBER = 100_000;
const LIFETIME_MS = 1_200_000;
const SALT_BYTES = 12;
const PURPOSE = 'altcha';
/** Base64 of a JSON object; a real one has about 300 characters. */
const MAX_SOLUTION = 2_000;
/** The `&` at the end keeps salt and number apart: without it digits could move from the one to the other. */
const SALT = /^[0-9a-f]{24}\?form=([a-z0-9_]{1,100})&expires=(\d{10})&$/;

export interface AltchaOptions {
  readonly signer: Signer;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly maxNumber?: number | undefined;
}

/** The self-hosted challenge: made and checked here, nobody else is asked. That a solution is used once is for the store. */
export function createAltcha({ signer, now, maxNumber = MAX_NUMBER }: AltchaOptions) {
  return {
    async issue(form: string): Promise<AltchaChallenge> {
      const expires = Math.floor((now() + LIFETIME_MS) / 1_000);
      const salt = `${randomBytes(SALT_BYTES).toString('hex')}?form=${form}&expires=${expires}&`;
      const challenge = hashOf(salt, randomInt(maxNumber));
      const signature = await signer.sign(PURPOSE, challenge);
      return { algorithm: 'SHA-256', challenge, maxnumber: maxNumber, salt, signature };
    },

    async verify(form: string, solution: string): Promise<AltchaVerdict> {
      const { challenge, number, salt, signature } = readSolution(solution);
      if (challenge === '' || !Number.isSafeInteger(number) || number < 0) return { ok: false };
      const [, of, expires] = SALT.exec(salt) ?? [];
      const expiresAt = new Date(Number(expires) * 1_000);
      if (of !== form || !(expiresAt.getTime() > now())) return { ok: false };
      if (hashOf(salt, number) !== challenge) return { ok: false };
      if (!(await signer.verify(PURPOSE, challenge, signature))) return { ok: false };
      return { ok: true, hash: createHash('sha256').update(challenge).digest('hex'), expiresAt };
    },
  };
}

function hashOf(salt: string, number: number): string {
  return createHash('sha256').update(`${salt}${number}`).digest('hex');
}

function readSolution(text: string): { challenge: string; number: number; salt: string; signature: string } {
  const none = { challenge: '', number: -1, salt: '', signature: '' };
  if (text.length > MAX_SOLUTION) return none;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    if (typeof parsed !== 'object' || parsed === null) return none;
    const textOf = (name: string) => String(Reflect.get(parsed, name) ?? '');
    return {
      challenge: textOf('challenge'),
      number: Number(Reflect.get(parsed, 'number')),
      salt: textOf('salt'),
      signature: textOf('signature'),
    };
  } catch {
    return none;
  }
}
