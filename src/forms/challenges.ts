import { type AltchaChallenge, createAltcha } from './altcha.ts';
import type { ChallengeVerdict } from './score.ts';
import type { Signer } from './signing-key.ts';
import { askVendor, VENDORS, type Vendor } from './vendor-challenge.ts';

/** One challenge of `website.challenges`, its secret read. */
export type ChallengeSettings =
  | { readonly kind: 'altcha' }
  | {
      readonly kind: Vendor;
      readonly siteKey?: string | undefined;
      readonly secret: string;
      readonly minScore?: number | undefined;
      /** Instead of the vendor's own address. */
      readonly url?: string | undefined;
      readonly timeoutMs?: number | undefined;
    };

/** What a browser needs to show a challenge. */
export interface ChallengeDescription {
  readonly kind: 'altcha' | Vendor;
  readonly siteKey?: string;
  /** Where a new one is given out (`altcha`). */
  readonly url?: string;
}

export interface Judgement {
  readonly verdict: ChallengeVerdict;
  /** To be stored with the submission, so that the solution counts once. */
  readonly solution?: { readonly hash: string; readonly expiresAt: Date };
}

/** The challenges of the forms. */
export interface Challenges {
  describe(form: string): ChallengeDescription | null;
  /** A new challenge of a form whose challenge is self-hosted; undefined for others. */
  issue(form: string): Promise<AltchaChallenge | undefined>;
  /** Never rejects for what a vendor does. */
  judge(form: string, solution: unknown, address: string | undefined): Promise<Judgement>;
}

export interface ChallengesOptions {
  readonly signer: Signer;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** The form's challenge; undefined for none. */
  readonly of: (form: string) => ChallengeSettings | undefined;
}

export function createChallenges({ signer, now, of }: ChallengesOptions): Challenges {
  const altcha = createAltcha({ signer, now });
  return {
    describe(form) {
      const settings = of(form);
      if (settings === undefined) return null;
      if (settings.kind === 'altcha') return { kind: 'altcha', url: `/api/forms/${form}/challenge` };
      const { kind, siteKey } = settings;
      return { kind, ...(siteKey === undefined ? {} : { siteKey }) };
    },

    async issue(form) {
      const settings = of(form);
      return settings?.kind === 'altcha' ? altcha.issue(form) : undefined;
    },

    async judge(form, solution, address) {
      const settings = of(form);
      if (settings === undefined) return { verdict: 'none' };
      if (typeof solution !== 'string' || solution === '') return { verdict: 'absent' };
      if (settings.kind !== 'altcha') {
        const { kind, secret, minScore, timeoutMs, url = VENDORS[kind] } = settings;
        return { verdict: await askVendor({ secret, url, minScore, timeoutMs }, solution, address) };
      }
      const { ok, ...rest } = await altcha.verify(form, solution);
      if (!ok || !('hash' in rest)) return { verdict: 'failed' };
      return { verdict: 'passed', solution: { hash: rest.hash, expiresAt: rest.expiresAt } };
    },
  };
}
