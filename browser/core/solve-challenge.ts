import { isObject } from './call-patiently.ts';
import type { FormChallenge } from './form-descriptor.ts';

/** Answers a challenge with what goes into `_challenge`; undefined where it cannot. */
export type SolveChallenge = (challenge: FormChallenge) => Promise<string | undefined>;

/** Largest number that is tried, whatever the server asks for: some seconds of work. */
const MAX_NUMBER = 1_000_000;

/**
 * Solves the kind that needs nobody else: ALTCHA, a number whose SHA-256 with the salt is the one asked for.
 * Undefined for other kinds, and on pages without https, which have no `crypto.subtle`.
 */
export function solveChallengeWith(call: typeof fetch, base: string): SolveChallenge {
  return async ({ kind, url }) => {
    if (kind !== 'altcha' || url === undefined || !globalThis.crypto.subtle) return undefined;
    try {
      const asked: unknown = await (await call(new URL(url, base))).json();
      return isObject(asked) ? await solve(asked) : undefined;
    } catch {
      // The server scores a form without an answer, and keeps it.
      return undefined;
    }
  };
}

async function solve(asked: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const { algorithm, challenge, salt, signature, maxnumber } = asked;
  const last = Math.min(Number(maxnumber ?? MAX_NUMBER), MAX_NUMBER);
  for (let number = 0; number <= last; number += 1) {
    const bytes = new TextEncoder().encode(`${salt}${number}`);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    if ([...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('') === challenge)
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  }
  return undefined;
}
