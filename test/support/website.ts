import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/db/database.ts';
import type { FormsContract } from '../../src/forms/contract.ts';
import {
  createWebsite,
  type Website,
  type WebsiteOptions,
  type WebsiteSettings,
} from '../../src/forms/website.ts';
import { silentLogger } from '../../src/log.ts';

/** Forms of a few fields: `contact` with name, message and a consent, `guarded` with a self-hosted challenge. */
export const plainContract: FormsContract = {
  fieldsOf: () => ['name', 'email', 'message', 'topics', 'newsletter'],
  emailFieldOf: () => 'email',
  purposeOf: (_, field) => (field === 'newsletter' ? 'Newsletter' : undefined),
  challengeOf: (form) => (form === 'guarded' ? 'own' : undefined),
  describe: (form, language) => ({
    form,
    title: 'Contact <us>',
    language: language.startsWith('de') ? 'de' : 'en',
    fields: [
      { name: 'email', type: 'email', label: 'E-mail', required: true },
      { name: 'message', type: 'longtext', label: 'Message', required: false, max: 10_000 },
    ],
    messages: { REQUIRED: 'Please fill this in.' },
    success: 'Thank you.',
  }),
  check(_, body, { language }) {
    const { email, message, name, newsletter } = body;
    if (typeof email !== 'string' || !email.includes('@'))
      return { ok: false, problems: [{ field: 'email', code: 'EMAIL_INVALID', message: 'Not an address.' }] };
    const given = newsletter === true || newsletter === 'on';
    return {
      ok: true,
      values: { email: email.toLowerCase(), ...(message ? { message } : {}), ...(name ? { name } : {}) },
      changes:
        email === email.toLowerCase() ? [] : [{ field: 'email', from: email, to: email.toLowerCase() }],
      flags: [],
      consents: [{ field: 'newsletter', text: 'I want news.', version: '1', language, given }],
    };
  },
};

/** Wide enough for tests that post much from one address. */
export const WIDE_LIMITS = {
  perAddress: { count: 100_000, seconds: 60 },
  perEmail: { count: 100_000, seconds: 60 },
};

export function testWebsite(
  db: Database,
  settings: WebsiteSettings = {},
  over: Partial<WebsiteOptions> = {},
): Website {
  return createWebsite({
    db,
    forms: ['contact', 'demo_request', 'guarded', 'events'],
    contract: plainContract,
    settings: {
      minFillMs: 0,
      limits: WIDE_LIMITS,
      challenges: { own: { kind: 'altcha', maxNumber: 200 } },
      ...settings,
    },
    clock: systemClock,
    log: silentLogger,
    count: () => undefined,
    ...over,
  });
}
