import type { Clock } from '../clock.ts';
import type { ConfigProblem } from '../config/config-problem.ts';
import type { SpokeConfig } from '../config/define-config.ts';
import { type FormDefinition, type FormDefinitions, textIn } from '../config/forms.ts';
import type { Database } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { describeForm, type FormDescription } from '../mapping/forms/describe-form.ts';
import { formLanguage, formTexts } from '../mapping/forms/form-texts.ts';
import type { AltchaChallenge } from './altcha.ts';
import { type ChallengeDescription, type ChallengeSettings, createChallenges } from './challenges.ts';
import { type ClientAddress, clientAddressOf } from './client-address.ts';
import { createFormTokens } from './form-token.ts';
import { createIntake, type Intake, type IntakeOptions, type Outcome } from './intake.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { type Origins, originsOf } from './origins.ts';
import { createSigner, type Signer } from './signing-key.ts';
import { createWakeSoon } from './wake-soon.ts';

/** The forms of the config as HTTP serves them. */
export interface Website {
  /** By name. */
  readonly forms: FormDefinitions;
  /** The name of the form of a path's segment, `demo_request` for `demo-request`; undefined for none. */
  nameOf(segment: string): string | undefined;
  /** Language and texts for a visitor, without the fields. */
  texts(form: string, language: string): FormWords;
  describe(form: string, language: string): Promise<GivenForm>;
  /** A new self-hosted challenge; undefined for a form without one. */
  issueChallenge(form: string): Promise<AltchaChallenge | undefined>;
  readonly intake: Intake;
  readonly addressOf: ClientAddress;
  readonly origins: Origins;
  readonly signer: Signer;
}

/** What a visitor is told around a form, in the nearest language that there is. */
export interface FormWords {
  readonly language: string;
  readonly title: string;
  readonly success: string;
  /** By code. */
  readonly messages: Readonly<Record<string, string>>;
}

/** What a browser needs to show a form and send it. */
export interface GivenForm extends FormDescription {
  readonly token: string;
  readonly honeypot: '_website';
  readonly challenge: ChallengeDescription | null;
}

export interface WebsiteOptions {
  readonly db: Database;
  readonly config: Pick<SpokeConfig, 'forms' | 'website'>;
  /** SPOKE_PUBLIC_URL. */
  readonly publicUrl?: string | undefined;
  /** The value of an environment variable. */
  readonly secretOf: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: (form: string, outcome: Outcome) => void;
  readonly claimUploads?: IntakeOptions['claimUploads'];
}

const MIN_FILL_MS = 2_000;

/** @throws SpokeError CONFIG_INVALID when the secret of a challenge is not in the environment. */
export function createWebsite(options: WebsiteOptions): Website {
  const { db, config, clock, log, count, claimUploads } = options;
  const { forms = {}, website: settings = {} } = config;
  const { messages, defaultCountry, minFillMs = MIN_FILL_MS } = settings;
  const now = () => clock.now();
  const signer = createSigner(db);
  const tokens = createFormTokens(signer, now);
  const challenges = createChallenges({ signer, now, of: challengesOf(config, options.secretOf) });
  const intake = createIntake({
    ...{ db, signer, tokens, challenges, count, now, claimUploads, messages, defaultCountry, minFillMs },
    limits: { ...DEFAULT_LIMITS, ...settings.limits },
    wake: createWakeSoon(db, clock, log),
  });
  const formOf = (name: string): FormDefinition => {
    const form = forms[name];
    if (form === undefined) throw new Error(`There is no form ${name}.`);
    return form;
  };
  return {
    forms,
    nameOf(segment) {
      const name = segment.replaceAll('-', '_');
      return Object.hasOwn(forms, name) ? name : undefined;
    },
    texts(name, wanted) {
      const { title, success } = formOf(name);
      const language = formLanguage(wanted, formOf(name), messages);
      const texts = formTexts(language, messages);
      return {
        language,
        title: textIn(title, language),
        success: success === undefined ? texts.SUCCESS : textIn(success, language),
        messages: texts,
      };
    },
    async describe(name, language) {
      return {
        ...describeForm(name, formOf(name), language, settings),
        token: await tokens.issue(name),
        honeypot: '_website',
        challenge: challenges.describe(name),
      };
    },
    issueChallenge: (form) => challenges.issue(form),
    intake,
    addressOf: clientAddressOf(settings.proxies),
    origins: originsOf(settings.origins, options.publicUrl),
    signer,
  };
}

/** The challenge of each form, its secret read once. */
function challengesOf(
  { forms = {}, website = {} }: WebsiteOptions['config'],
  secretOf: WebsiteOptions['secretOf'],
): (form: string) => ChallengeSettings | undefined {
  const settings = new Map<string, ChallengeSettings>();
  const problems: ConfigProblem[] = [];
  for (const [name, { kind, secret: variable = '', ...rest }] of Object.entries(website.challenges ?? {})) {
    const secret = secretOf(variable)?.trim();
    if (kind === 'altcha') settings.set(name, { kind });
    else if (secret) settings.set(name, { kind, secret, ...rest });
    else
      problems.push({
        name: `website.challenges.${name}.secret`,
        message: `The environment variable ${variable} is not set: put the secret of ${kind} there.`,
      });
  }
  if (problems.length > 0) throw configInvalid(problems);
  return (form) => settings.get(forms[form]?.challenge ?? '');
}

function configInvalid(problems: readonly ConfigProblem[]): SpokeError {
  const lines = problems.map(({ name, message }) => `\n  ${name}: ${message}`).join('');
  return new SpokeError('CONFIG_INVALID', `Secrets of the website are missing:${lines}`, {
    facts: { problems },
  });
}
