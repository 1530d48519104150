import { systemClock } from '../../src/clock.ts';
import { defineConfig } from '../../src/config/define-config.ts';
import type { FormDefinition } from '../../src/config/forms.ts';
import type { WebsiteConfig } from '../../src/config/website.ts';
import type { Database } from '../../src/db/database.ts';
import { createWebsite, type Website } from '../../src/forms/website.ts';
import { silentLogger } from '../../src/log.ts';

const plain: FormDefinition = {
  title: { en: 'Contact <us>', de: 'Kontakt' },
  success: { en: 'Thank you.', de: 'Danke.' },
  fields: {
    name: { type: 'name', label: 'Name', property: 'lastname' },
    email: { type: 'email', label: 'E-mail' },
    message: { type: 'longtext', label: 'Message', property: 'message' },
    newsletter: {
      type: 'consent',
      label: 'Newsletter',
      text: { en: 'I want news.', de: 'Ich will Neuigkeiten.' },
      version: '1',
      subscription: 'Newsletter',
    },
  },
};

/** Forms of a few fields: `guarded` asks for a challenge, `events` has the name of another route. */
export const plainConfig = (website: WebsiteConfig = {}) =>
  defineConfig({
    events: {},
    forms: { contact: plain, demo_request: plain, events: plain, guarded: { ...plain, challenge: 'own' } },
    website: {
      minFillMs: 0,
      // Wide enough for tests that post much from one address.
      limits: { perAddress: { count: 100_000, seconds: 60 }, perEmail: { count: 100_000, seconds: 60 } },
      challenges: { own: { kind: 'altcha' } },
      ...website,
    },
  });

export function testWebsite(db: Database, website?: WebsiteConfig): Website {
  return createWebsite({
    db,
    config: plainConfig(website),
    secretOf: () => 'secret',
    clock: systemClock,
    log: silentLogger,
    count: () => undefined,
  });
}
