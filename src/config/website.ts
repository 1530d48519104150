import { isIP } from 'node:net';
import { type ConfigProblem, isRecord, unknownKeys } from './config-problem.ts';
import { FORM_TEXT_CODES } from './form-codes.ts';
import { suggestion } from './nearest-name.ts';
import { problemsOfUploads, type UploadsConfig } from './uploads.ts';

/** The keys of `website`, with their meaning: checked by `defineConfig`, listed in the reference. */
export const WEBSITE_KEYS = {
  origins:
    "Pages that may send forms: exact origins such as https://www.example.com. '*' takes any. Default: only the address of Spoke itself.",
  proxies:
    'What stands before Spoke and is believed about the visitor’s address: ranges such as 10.0.0.0/8, or how many proxies there are. Default: none.',
  defaultCountry: 'Where phone numbers without a country belong: an ISO code such as DE. Default: none.',
  minFillMs: 'A form that was filled in faster is suspicious. Default 2,000.',
  limits: 'How many submissions are taken: perAddress, perEmail, perForm.',
  challenges: 'Questions for bots, by a name of your choice that forms refer to.',
  uploads: 'Files that visitors hand in. Default: none are taken.',
  messages: 'Further texts of errors, or other ones: { language: { CODE: text } }.',
} as const;

/** The keys of `website.limits`; each is { count, seconds }. */
export const LIMIT_KEYS = {
  perAddress: 'Of one network address. Default 20 in 600 s.',
  perEmail: 'Of one e-mail address. Default 5 in 3,600 s.',
  perForm: 'Of one form in all. Default 30,000 in 60 s: it refuses people for what programs do.',
} as const;

/** The keys of a challenge. */
export const CHALLENGE_KEYS = {
  kind: '`altcha` (answered by Spoke itself), `turnstile`, `recaptcha` (version 3) or `hcaptcha`.',
  siteKey: 'The public key; not of `altcha`.',
  secret: 'The name of the environment variable that holds the secret; not of `altcha`.',
  url: 'Where the vendor is asked, instead of its usual address; not of `altcha`.',
  minScore: 'Of `recaptcha`: lower scores are suspicious, from 0 to 1. Default 0.5.',
} as const;

/** At most `count` in `seconds`. */
export interface WebsiteLimit {
  readonly count: number;
  readonly seconds: number;
}

export type ChallengeKind = 'altcha' | 'turnstile' | 'recaptcha' | 'hcaptcha';

export interface ChallengeConfig {
  readonly kind: ChallengeKind;
  readonly siteKey?: string;
  readonly secret?: string;
  readonly url?: string;
  readonly minScore?: number;
}

/** How forms are taken from the web. */
export interface WebsiteConfig {
  readonly origins?: readonly string[];
  readonly proxies?: number | readonly string[];
  readonly defaultCountry?: string;
  readonly minFillMs?: number;
  readonly limits?: Partial<Readonly<Record<keyof typeof LIMIT_KEYS, WebsiteLimit>>>;
  readonly challenges?: Readonly<Record<string, ChallengeConfig>>;
  readonly uploads?: UploadsConfig;
  readonly messages?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const KINDS = ['altcha', 'turnstile', 'recaptcha', 'hcaptcha'];
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;
const VARIABLE = /^[A-Z][A-Z0-9_]{0,99}$/;
const COUNTRY = /^[A-Z]{2}$/;
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const MOST_PROXIES = 10;
const MOST_FILL_MS = 600_000;
const MOST_COUNT = 1_000_000;
const MOST_SECONDS = 86_400;

/** Written defensively: configs are also written in JavaScript. */
export function problemsOfWebsite(website: unknown): ConfigProblem[] {
  if (website === undefined) return [];
  if (!isRecord(website))
    return [{ name: 'website', message: "Give an object { origins: ['https://www.example.com'] }." }];
  const problems = unknownKeys('website', website, WEBSITE_KEYS);
  const report = (key: string, message: string) => problems.push({ name: `website.${key}`, message });
  const { defaultCountry, minFillMs, proxies } = website;
  if (defaultCountry !== undefined && !(typeof defaultCountry === 'string' && COUNTRY.test(defaultCountry)))
    report('defaultCountry', 'Give an ISO code of two capitals: DE.');
  if (!isWhole(minFillMs, 0, MOST_FILL_MS))
    report('minFillMs', `Give milliseconds from 0 to ${MOST_FILL_MS}.`);
  if (Array.isArray(proxies)) {
    for (const range of proxies as unknown[])
      if (!isRange(range))
        report('proxies', `${JSON.stringify(range)} is no range: 10.0.0.0/8, or an address.`);
  } else if (!isWhole(proxies, 0, MOST_PROXIES)) {
    report('proxies', `Give a list of ranges, or how many proxies there are, up to ${MOST_PROXIES}.`);
  }
  return [
    ...problems,
    ...problemsOfOrigins(website.origins),
    ...problemsOfLimits(website.limits),
    ...problemsOfChallenges(website.challenges),
    ...problemsOfMessages(website.messages),
    ...problemsOfUploads(website.uploads),
  ];
}

function problemsOfOrigins(origins: unknown): ConfigProblem[] {
  const name = 'website.origins';
  if (origins === undefined) return [];
  if (!Array.isArray(origins)) return [{ name, message: "Give a list: ['https://www.example.com']." }];
  return (origins as readonly unknown[]).flatMap((origin) => {
    if (origin === '*') return [];
    const own = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).origin : undefined;
    if (own !== undefined && own !== 'null' && own === origin) return [];
    const hint =
      own === undefined || own === 'null'
        ? ' Give scheme and host: https://www.example.com.'
        : ` Write ${own}.`;
    return [{ name, message: `${JSON.stringify(origin)} is no origin.${hint}` }];
  });
}

function problemsOfLimits(limits: unknown): ConfigProblem[] {
  if (limits === undefined) return [];
  const name = 'website.limits';
  if (!isRecord(limits)) return [{ name, message: 'Give { perAddress: { count: 20, seconds: 600 } }.' }];
  const problems = unknownKeys(name, limits, LIMIT_KEYS);
  for (const key of Object.keys(LIMIT_KEYS)) {
    const limit = limits[key];
    if (limit === undefined) continue;
    const fits =
      isRecord(limit) &&
      limit.count !== undefined &&
      limit.seconds !== undefined &&
      isWhole(limit.count, 1, MOST_COUNT) &&
      isWhole(limit.seconds, 1, MOST_SECONDS);
    if (!fits)
      problems.push({
        name: `${name}.${key}`,
        message: `Give { count, seconds }: whole numbers up to ${MOST_COUNT} and ${MOST_SECONDS}.`,
      });
    else problems.push(...unknownKeys(`${name}.${key}`, limit, { count: '', seconds: '' }));
  }
  return problems;
}

function problemsOfChallenges(challenges: unknown): ConfigProblem[] {
  if (challenges === undefined) return [];
  if (!isRecord(challenges))
    return [{ name: 'website.challenges', message: "Give an object { name: { kind: 'altcha' } }." }];
  return Object.entries(challenges).flatMap(([name, challenge]) => {
    const place = `website.challenges.${name}`;
    if (!NAME.test(name))
      return [{ name: place, message: 'Use lower-case letters, digits, "_" and "-", a letter first.' }];
    if (!isRecord(challenge)) return [{ name: place, message: "Give an object { kind: 'altcha' }." }];
    const problems = unknownKeys(place, challenge, CHALLENGE_KEYS);
    const report = (key: string, message: string) => problems.push({ name: `${place}.${key}`, message });
    const { kind, siteKey, secret, url, minScore } = challenge;
    if (typeof kind !== 'string' || !KINDS.includes(kind)) {
      report(
        'kind',
        `${JSON.stringify(kind)} is none of ${KINDS.join(', ')}.${suggestion(String(kind), KINDS)}`,
      );
      return problems;
    }
    const isOwn = kind === 'altcha';
    if (isOwn && (siteKey !== undefined || secret !== undefined))
      report('kind', 'altcha needs neither siteKey nor secret: leave them out.');
    if (!isOwn && (typeof siteKey !== 'string' || siteKey === '')) report('siteKey', 'Give the public key.');
    if (!isOwn && (typeof secret !== 'string' || !VARIABLE.test(secret)))
      report('secret', 'Give the name of the environment variable that holds it: TURNSTILE_SECRET.');
    if (
      url !== undefined &&
      (isOwn || typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
    )
      report('url', 'Give an address of http or https; altcha has none.');
    if (minScore !== undefined && (kind !== 'recaptcha' || !isShare(minScore)))
      report('minScore', 'Only recaptcha has one: a number from 0 to 1.');
    return problems;
  });
}

function problemsOfMessages(messages: unknown): ConfigProblem[] {
  if (messages === undefined) return [];
  const name = 'website.messages';
  if (!isRecord(messages)) return [{ name, message: "Give an object { fr: { REQUIRED: '…' } }." }];
  return Object.entries(messages).flatMap(([language, texts]) => {
    const place = `${name}.${language}`;
    if (!LANGUAGE.test(language)) return [{ name: place, message: 'Name a language: fr, pt-BR.' }];
    if (!isRecord(texts)) return [{ name: place, message: "Give an object { REQUIRED: '…' }." }];
    const empty = Object.entries(texts)
      .filter(([, text]) => typeof text !== 'string' || text === '')
      .map(([code]) => ({ name: `${place}.${code}`, message: 'Give a text.' }));
    return [...unknownKeys(place, texts, FORM_TEXT_CODES), ...empty];
  });
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most);
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isRange(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
