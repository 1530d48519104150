import { describe, expect, test } from 'vitest';
import { checkSamples, createMapper, type Effect, loadConfig } from '../src/index.ts';

const occurredAt = new Date('2026-10-01T09:00:00Z');

async function setup(name: string) {
  const path = new URL(`./${name}/spoke.config.ts`, import.meta.url).pathname;
  const { config } = await loadConfig({ path, check: checkSamples });
  const mapper = createMapper(config);
  const effectsOf = (type: string, payload: unknown): readonly Effect[] => {
    const plan = mapper.plan({ id: 1, type, payload, occurredAt });
    if (!plan.ok) throw new Error(`${plan.code}: ${plan.message}`);
    return plan.effects;
  };
  return { config, mapper, effectsOf };
}

describe('rewards-app', () => {
  test('every event has a sample, which makes a contact and a note, and more where there is more', async () => {
    const { config, effectsOf } = await setup('rewards-app');
    const between: Readonly<Record<string, string[]>> = {
      nova_redeemed: ['company.upsert', 'deal.upsert', 'association.create', 'association.create'],
      merchant_exclusive_enabled: ['company.upsert', 'association.create'],
    };
    expect(Object.keys(config.events)).toHaveLength(7);
    for (const [type, { sample }] of Object.entries(config.events)) {
      expect(
        effectsOf(type, sample).map(({ kind }) => kind),
        type,
      ).toEqual(['contact.upsert', ...(between[type] ?? []), 'activity.create']);
    }
  });

  test.each([
    ['user_signup', 'driver_signed_up'],
    ['redemption', 'nova_redeemed'],
    ['wallet_pass_install', 'wallet_pass_installed'],
  ])('%s still works for %s', async (alias, name) => {
    const { config, effectsOf } = await setup('rewards-app');
    const sample = config.events[name]?.sample;
    expect(effectsOf(alias, sample)).toEqual(effectsOf(name, sample));
  });
});

describe('lead-import', () => {
  const lead = {
    lead_id: 'L-1',
    email: ' ADA@Example.com ',
    firstname: 'ADA',
    lastname: "o'brien",
    phone: '',
    country: 'England',
    message: 'one\n<two>',
    created_at: '2026-09-30T10:00:00.000Z',
  };

  test('sends what was filled in, leaves what was empty, and notes the message at its time', async () => {
    const { effectsOf } = await setup('lead-import');
    expect(effectsOf('lead_created', lead)).toMatchObject([
      {
        record: { id: 'ada@example.com' },
        properties: { firstname: 'Ada', lastname: "O'Brien", country: 'England' },
      },
      {
        body: '<p><strong>Lead L-1</strong></p><p>one<br>&lt;two&gt;</p>',
        occurredAt: new Date(lead.created_at),
      },
    ]);
    expect(effectsOf('lead_created', lead)[0]).not.toHaveProperty('properties.phone');
  });

  test('takes a lead with nothing but an address', async () => {
    const { effectsOf } = await setup('lead-import');
    const { lead_id, email, created_at } = lead;
    expect(effectsOf('lead_created', { lead_id, email, created_at })).toHaveLength(2);
  });

  test.each([[null], [''], ['not-an-email'], ['space in@example.com']])(
    'refuses the address %j',
    async (email) => {
      const { mapper } = await setup('lead-import');
      expect(mapper.route({ type: 'lead_created', payload: { ...lead, email } })).toMatchObject({
        ok: false,
        code: 'EMAIL_UNUSABLE',
      });
    },
  );
});
