import type { FormTokenAge } from './form-token.ts';

/** What a solved (or unsolved) challenge says. */
export type ChallengeVerdict =
  | 'passed'
  /** Not asked for. */
  | 'none'
  | 'absent'
  | 'failed'
  /** The vendor did not answer: says nothing of the visitor. */
  | 'unavailable';

/** What is known of a submission besides its fields. */
export interface Signs {
  readonly honeypot: boolean;
  readonly token: FormTokenAge;
  readonly minFillMs: number;
  readonly challenge: ChallengeVerdict;
  /** `foreign`: sent by a page of an origin that is not on the list. */
  readonly origin: 'own' | 'foreign' | 'unknown';
}

export interface Score {
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly string[];
  readonly quarantined: boolean;
}

/** From this score on a person looks at it first. */
export const QUARANTINE_FROM = 50;

/** An old token: the page stood open for longer than a day. */
const MAX_AGE_MS = 86_400_000;

/** Every reason with its points and meaning; the guide shows this table. */
export const REASONS = {
  honeypot: { points: 100, meaning: 'The field that people do not see was filled.' },
  challenge_failed: { points: 70, meaning: 'The challenge was not solved, or solved for something else.' },
  challenge_absent: { points: 60, meaning: 'The form has a challenge and no solution came.' },
  origin: { points: 60, meaning: 'Sent by a page of an origin that is not in website.origins.' },
  too_fast: { points: 60, meaning: 'Sent sooner after the form was given out than website.minFillMs.' },
  token_invalid: { points: 40, meaning: 'The form’s token is not one of this form and installation.' },
  challenge_unavailable: { points: 20, meaning: 'The challenge’s vendor did not answer in time.' },
  token_absent: { points: 20, meaning: 'No token: the form was never asked for, as by a program.' },
  token_old: { points: 10, meaning: 'The form was given out more than a day before.' },
} as const;

export type Reason = keyof typeof REASONS;

/** Adds up what speaks for a program. Pure. */
export function scoreOf({ honeypot, token, minFillMs, challenge, origin }: Signs): Score {
  const reasons: Reason[] = [];
  if (honeypot) reasons.push('honeypot');
  if (challenge !== 'passed' && challenge !== 'none') reasons.push(`challenge_${challenge}`);
  if (origin === 'foreign') reasons.push('origin');
  if (!token.ok) reasons.push(`token_${token.why}`);
  else if (token.ageMs < minFillMs) reasons.push('too_fast');
  else if (token.ageMs > MAX_AGE_MS) reasons.push('token_old');
  const score = Math.min(
    100,
    reasons.reduce((sum, reason) => sum + REASONS[reason].points, 0),
  );
  return { score, reasons, quarantined: score >= QUARANTINE_FROM };
}
