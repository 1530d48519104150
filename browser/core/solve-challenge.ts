import { callPatiently, pause } from './call-patiently.ts';
import type { FormChallenge } from './form-descriptor.ts';
import { hexOf } from './submission-id.ts';

/** Answers a challenge with what goes into `_challenge`; undefined where it cannot. */
export type SolveChallenge = (challenge: FormChallenge) => Promise<string | undefined>;

/** Largest number that is tried, ten times what Spoke asks for: some seconds of work. */
const MAX_NUMBER = 1_000_000;
/** Hashes that are asked for at once: one after the other, most of the time would go into waiting. */
const AT_ONCE = 200;
/** Longest wait for a function of the page, which may have to ask the visitor; then the form goes without an answer. */
const MAX_WAIT_MS = 60_000;

/**
 * Solves challenges by the page's own function, and where that says nothing the kind that needs nobody else: ALTCHA, a number whose
 * SHA-256 with the salt is the one asked for. Undefined for what nobody answers, and for ALTCHA on pages without https, which have no
 * `crypto.subtle`: the server scores a form without an answer, and keeps it. Never rejects.
 */
export function solveChallengeWith(call: typeof fetch, base: string, own?: SolveChallenge) {
  return async (challenge: FormChallenge, given?: AbortSignal): Promise<string | undefined> => {
    try {
      const told = own && (await Promise.race([own(challenge), pause(MAX_WAIT_MS, given)]));
      if (told) return told;
      const { kind, url } = challenge;
      if (kind !== 'altcha' || !url) return undefined;
      const { body } = await callPatiently((signal) => call(base + url, { signal }), { signal: given });
      return await solve(body);
    } catch {
      return undefined;
    }
  };
}

async function solve(asked: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  const { challenge, salt } = asked;
  const encoder = new TextEncoder();
  const hashOf = async (number: number) =>
    hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(`${salt}${number}`))));
  for (let first = 0; first < MAX_NUMBER; first += AT_ONCE) {
    const hashes = await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => hashOf(first + at)));
    const at = hashes.indexOf(String(challenge));
    if (at >= 0) return btoa(JSON.stringify({ ...asked, number: first + at }));
  }
  return undefined;
}
