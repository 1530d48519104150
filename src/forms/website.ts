import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { AltchaChallenge } from './altcha.ts';
import { type ChallengeDescription, type ChallengeSettings, createChallenges } from './challenges.ts';
import { type ClientAddress, clientAddressOf, type TrustedProxies } from './client-address.ts';
import type { FormDescription, FormsContract } from './contract.ts';
import { createFormTokens } from './form-token.ts';
import { createIntake, type Intake, type IntakeOptions, type Outcome } from './intake.ts';
import { DEFAULT_LIMITS, type FormLimits } from './limits.ts';
import { type Origins, originsOf } from './origins.ts';
import { createSigner, type Signer } from './signing-key.ts';
import { createWakeSoon } from './wake-soon.ts';

/** How the website's forms are guarded; each has a default. */
export interface WebsiteSettings {
  readonly origins?: readonly string[] | undefined;
  readonly proxies?: TrustedProxies | undefined;
  readonly defaultCountry?: string | undefined;
  /** Default 2,000. */
  readonly minFillMs?: number | undefined;
  readonly limits?: { readonly [Kind in keyof FormLimits]?: FormLimits[Kind] | undefined } | undefined;
  /** By name, their secrets read. */
  readonly challenges?: Readonly<Record<string, ChallengeSettings>> | undefined;
}

/** The forms of the config as HTTP serves them. */
export interface Website {
  /** Names of all forms. */
  readonly forms: readonly string[];
  /** The form of a path's segment, `demo-request` for `demo_request`; undefined for none. */
  formOf(segment: string): string | undefined;
  texts(form: string, language: string): FormDescription;
  /** The same with what it takes to send it. */
  describe(form: string, language: string): Promise<GivenForm>;
  /** A new self-hosted challenge; undefined for a form without one. */
  issueChallenge(form: string): Promise<AltchaChallenge | undefined>;
  readonly intake: Intake;
  readonly addressOf: ClientAddress;
  readonly origins: Origins;
  readonly signer: Signer;
}

/** What a browser needs to show a form and send it. */
export interface GivenForm extends FormDescription {
  readonly token: string;
  readonly honeypot: '_website';
  readonly challenge: ChallengeDescription | null;
}

export interface WebsiteOptions {
  readonly db: Database;
  readonly forms: readonly string[];
  readonly contract: FormsContract;
  readonly settings: WebsiteSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: (form: string, outcome: Outcome) => void;
  readonly alsoStore?: IntakeOptions['alsoStore'];
}

const MIN_FILL_MS = 2_000;

export function createWebsite(options: WebsiteOptions): Website {
  const { db, contract, settings, clock, log, count, alsoStore } = options;
  const names = new Set(options.forms);
  const now = () => clock.now();
  const signer = createSigner(db);
  const tokens = createFormTokens(signer, now);
  const challenges = createChallenges({
    signer,
    now,
    of(form) {
      const name = contract.challengeOf(form);
      return name === undefined ? undefined : settings.challenges?.[name];
    },
  });
  const intake = createIntake({
    ...{ db, contract, signer, tokens, challenges, count, now, alsoStore },
    limits: { ...DEFAULT_LIMITS, ...definedOf(settings.limits ?? {}) },
    minFillMs: settings.minFillMs ?? MIN_FILL_MS,
    defaultCountry: settings.defaultCountry,
    wake: createWakeSoon(db, clock, log),
  });
  return {
    forms: options.forms,
    formOf(segment) {
      const name = segment.replaceAll('-', '_');
      return names.has(name) ? name : undefined;
    },
    texts: (form, language) => contract.describe(form, language),
    async describe(form, language) {
      return {
        ...contract.describe(form, language),
        token: await tokens.issue(form),
        honeypot: '_website',
        challenge: challenges.describe(form),
      };
    },
    issueChallenge: (form) => challenges.issue(form),
    intake,
    addressOf: clientAddressOf(settings.proxies),
    origins: originsOf(settings.origins),
    signer,
  };
}

function definedOf(limits: NonNullable<WebsiteSettings['limits']>): Partial<FormLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}
