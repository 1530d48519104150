import { z } from 'zod';
import type { ChallengeVerdict } from './score.ts';

/** Vendors whose word is asked over HTTP; all three take and answer the same three fields. */
export const VENDORS = {
  recaptcha: 'https://www.google.com/recaptcha/api/siteverify',
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
} as const;

export type Vendor = keyof typeof VENDORS;

export interface VendorChallenge {
  readonly secret: string;
  /** Where it is asked; default that of the vendor. */
  readonly url: string;
  /** Lowest score that passes, where the vendor gives one (reCAPTCHA v3); default 0.5. */
  readonly minScore?: number | undefined;
  /** Default 3,000. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 3_000;
const MIN_SCORE = 0.5;
/** Their tokens have up to some thousand characters. */
const MAX_TOKEN = 8_192;
/** Errors that are ours or theirs, not the visitor's. */
const NOT_THE_VISITORS = new Set([
  'missing-input-secret',
  'invalid-input-secret',
  'internal-error',
  'bad-request',
  'sitekey-secret-mismatch',
]);

const answerSchema = z.object({
  success: z.boolean(),
  score: z.number().optional(),
  'error-codes': z.array(z.string()).optional(),
});

/**
 * Asks the vendor whether the token is one of a person. Never rejects and always ends within the time limit, the reading of the
 * answer included: without a word of the vendor the verdict is `unavailable`.
 */
export async function askVendor(
  { secret, url, minScore = MIN_SCORE, timeoutMs = TIMEOUT_MS }: VendorChallenge,
  token: string,
  address: string | undefined,
): Promise<ChallengeVerdict> {
  if (token.length > MAX_TOKEN) return 'failed';
  // A timer of our own: a signal of `AbortSignal.timeout` that only `AbortSignal.any` holds may be collected before it fires.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({
        secret,
        response: token,
        ...(address === undefined ? {} : { remoteip: address }),
      }),
      redirect: 'error',
      signal: late.signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      return 'unavailable';
    }
    const answer = answerSchema.parse(await response.json());
    if (answer['error-codes']?.some((code) => NOT_THE_VISITORS.has(code))) return 'unavailable';
    return answer.success && (answer.score ?? 1) >= minScore ? 'passed' : 'failed';
  } catch {
    return 'unavailable';
  } finally {
    clearTimeout(timer);
  }
}
