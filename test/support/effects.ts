import { z } from 'zod';
import type { RecordSnapshot } from '../../simulator/index.ts';
import type { App, AppOptions } from '../../src/app.ts';
import { defineConfig, defineEvent } from '../../src/config/define-config.ts';
import {
  createHubspotClient,
  type Exchange,
  type HubspotClient,
  tokenFromText,
} from '../../src/hubspot/index.ts';
import { silentLogger } from '../../src/log.ts';
import {
  activity,
  addToList,
  archiveRecord,
  associate,
  companyBy,
  companyByDomain,
  companyOfHubspot,
  contactBy,
  contactByEmail,
  dealBy,
  note,
  removeFromList,
  setConsent,
  upsertCompany,
  upsertContact,
  upsertDeal,
} from '../../src/mapping/index.ts';
import { moveRedriveChunk } from '../../src/outbox/move-redrive.ts';
import { startRedrive } from '../../src/outbox/redrives.ts';
import { createSpoke } from '../../src/spoke.ts';
import { type Bundle, type SetupOptions, setup } from './setup.ts';

const values = z.record(z.string(), z.string().nullable()).default({});
const email = z.string();

/** Events with every kind of effect. */
export const effectsConfig = defineConfig({
  running: { redemptions: 'count', redeemed: 'sum', first_redeemed_at: 'first' },
  writeBack: { leads: { table: 'leads' } },
  events: {
    contact_set: defineEvent({
      payload: z.object({ email, values }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => [upsertContact(contactByEmail(payload.email), payload.values)],
    }),
    lead: defineEvent({
      payload: z.object({ id: z.string(), email, values }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => [upsertContact(contactByEmail(payload.email), payload.values)],
      writeBack: ({ id }) => ({ table: 'leads', key: { id } }),
    }),
    redeemed: defineEvent({
      payload: z.object({
        email,
        redemption: z.string(),
        merchant: z.string(),
        amount: z.number(),
        at: z.string().optional(),
        merchantValues: values,
      }),
      record: (payload) => contactByEmail(payload.email),
      adds: (payload) => ({
        redemptions: 1,
        redeemed: payload.amount,
        first_redeemed_at: payload.redemption,
      }),
      effects: (payload, { running }) => {
        const contact = contactByEmail(payload.email);
        const company = companyBy('merchant_id', payload.merchant);
        const deal = dealBy('redemption_id', payload.redemption);
        return [
          upsertContact(contact, {
            redemptions: running.redemptions,
            redeemed: running.redeemed,
            first_redemption: running.first_redeemed_at,
          }),
          upsertCompany(company, { name: payload.merchant, ...payload.merchantValues }),
          upsertDeal(deal, {
            name: `Redemption ${payload.redemption}`,
            pipeline: 'default',
            stage: 'closedwon',
            amount: payload.amount,
          }),
          associate(deal, contact),
          associate(deal, company, { label: 'Primary' }),
          note(contact, { text: `Redeemed ${payload.redemption}` }),
        ];
      },
    }),
    linked: defineEvent({
      payload: z.object({ email, deal: z.string() }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => [associate(contactByEmail(payload.email), dealBy('redemption_id', payload.deal))],
    }),
    deal_set: defineEvent({
      payload: z.object({ deal: z.string(), stage: z.string().optional(), pipeline: z.string().optional() }),
      record: (payload) => dealBy('redemption_id', payload.deal),
      effects: ({ deal, stage = 'closedwon', pipeline }) => [
        upsertDeal(dealBy('redemption_id', deal), { name: deal, stage, pipeline }),
      ],
    }),
    driver_set: defineEvent({
      payload: z.object({ driver: z.string(), values }),
      record: (payload) => contactBy('driver_id', payload.driver),
      effects: (payload) => [upsertContact(contactBy('driver_id', payload.driver), payload.values)],
    }),
    company_set: defineEvent({
      payload: z.object({ domain: z.string(), values, ofHubspot: z.boolean().default(false) }),
      record: ({ domain, ofHubspot }) => (ofHubspot ? companyOfHubspot(domain) : companyByDomain(domain)),
      effects: ({ domain, ofHubspot, values: set }) => [
        upsertCompany(ofHubspot ? companyOfHubspot(domain) : companyByDomain(domain), set),
      ],
    }),
    listed: defineEvent({
      payload: z.object({ email, list: z.string(), on: z.boolean() }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => {
        const contact = contactByEmail(payload.email);
        return [payload.on ? addToList(contact, payload.list) : removeFromList(contact, payload.list)];
      },
    }),
    consented: defineEvent({
      payload: z.object({ email, subscription: z.string(), granted: z.boolean() }),
      record: (payload) => contactByEmail(payload.email),
      effects: ({ email: address, subscription, granted }) => [
        setConsent(contactByEmail(address), {
          subscription,
          granted,
          legalBasis: 'CONSENT_WITH_NOTICE',
          explanation: 'Asked in the app on 2 October 2026',
        }),
      ],
    }),
    happened: defineEvent({
      payload: z.object({ email, text: z.string(), customEvent: z.string().optional(), plan: z.string() }),
      record: (payload) => contactByEmail(payload.email),
      effects: ({ email: address, text, customEvent, plan }) => [
        upsertContact(contactByEmail(address)),
        activity(contactByEmail(address), {
          text,
          ...(customEvent ? { customEvent: { eventName: customEvent, properties: { plan } } } : {}),
        }),
      ],
    }),
    stage_set: defineEvent({
      payload: z.object({ email, stage: z.string(), back: z.boolean().default(false) }),
      record: (payload) => contactByEmail(payload.email),
      effects: ({ email: address, stage, back }) => [
        upsertContact(
          contactByEmail(address),
          { lifecyclestage: stage },
          back ? { backward: ['lifecyclestage'] } : {},
        ),
      ],
    }),
    gone: defineEvent({
      payload: z.object({ email }),
      record: (payload) => contactByEmail(payload.email),
      effects: (payload) => [archiveRecord(contactByEmail(payload.email))],
    }),
  },
});

export interface EffectsBundle extends Omit<Bundle, 'track' | 'start'> {
  track(
    type: keyof typeof effectsConfig.events,
    payload: unknown,
    options?: { recordKey?: string },
  ): Promise<number>;
  start(options?: Partial<AppOptions> & { env?: NodeJS.ProcessEnv }): Promise<App>;
}

/** As `setup`, for `effectsConfig`: its properties are in the portal, its table in the database. */
export async function setupEffects(options: SetupOptions = {}): Promise<EffectsBundle> {
  const bundle = await setup(options);
  await Promise.all([
    createTextProperty(bundle, 'contacts', 'driver_id', true),
    createTextProperty(bundle, 'contacts', 'redemptions'),
    createTextProperty(bundle, 'contacts', 'redeemed'),
    createTextProperty(bundle, 'contacts', 'first_redemption'),
    createTextProperty(bundle, 'companies', 'merchant_id', true),
    createTextProperty(bundle, 'companies', 'spoke_domain', true),
    createTextProperty(bundle, 'deals', 'redemption_id', true),
  ]);
  await bundle.db.query(
    `create table if not exists leads (id uuid primary key, hubspot_id bigint, hubspot_sync_status text not null default 'PENDING',
       hubspot_synced_at timestamptz, hubspot_error text, hubspot_sync_attempts integer not null default 0,
       last_hubspot_attempt_at timestamptz)`,
  );
  const schema = bundle.db.schema;
  const spoke = createSpoke({ config: effectsConfig, schema, log: silentLogger, strict: true });
  return {
    ...bundle,
    async track(type, payload, given) {
      const receipt = await spoke.track(bundle.db, type, payload as never, given);
      if (receipt.status === 'refused') throw new Error(receipt.message);
      return receipt.id;
    },
    start: (given = {}) => bundle.start({ ...given, config: effectsConfig }),
  };
}

const GROUPS: Readonly<Record<string, string>> = {
  contacts: 'contactinformation',
  companies: 'companyinformation',
  deals: 'dealinformation',
};

/** A text property in the portal, as a person would make it there. */
export async function createTextProperty(
  { simulator }: Pick<Bundle, 'simulator'>,
  objectType: string,
  name: string,
  hasUniqueValue = false,
): Promise<void> {
  const client = createHubspotClient({ token: tokenFromText(simulator.token), baseUrl: simulator.url });
  await client.properties.create(objectType, {
    name,
    label: name,
    type: 'string',
    fieldType: 'text',
    groupName: GROUPS[objectType] ?? '',
    hasUniqueValue,
  });
  await client.close();
}

/** The live records of a type. */
export function liveRecords({ simulator }: Pick<Bundle, 'simulator'>, type: string): RecordSnapshot[] {
  return simulator.records(type).filter((record) => !record.archived);
}

/** The one live record of a type; throws when there are none or several. */
export function onlyRecord(bundle: Pick<Bundle, 'simulator'>, type: string): RecordSnapshot {
  const [record, ...others] = liveRecords(bundle, type);
  if (record === undefined || others.length > 0)
    throw new Error(`expected one of the ${type}, found ${others.length + (record ? 1 : 0)}`);
  return record;
}

/** Puts all dead events back. */
export async function redriveDead({ db }: Pick<Bundle, 'db'>): Promise<void> {
  const id = await startRedrive(db, { filter: {} });
  while (await moveRedriveChunk(db, { id }));
}

/** Payload of a redemption by Ada at one merchant. */
export function redemption(n: number, over: object = {}): object {
  return { email: 'ada@example.com', redemption: `r-${n}`, merchant: 'm-1', amount: 10.5, ...over };
}

/** As a person does in HubSpot. */
export async function mergeContacts(
  bundle: Pick<Bundle, 'simulator'>,
  primaryId: string,
  mergedId: string,
): Promise<void> {
  await withClient(bundle, (client) => client.records.merge('contacts', { primaryId, mergedId }));
}

/** As a person does in HubSpot. */
export async function archiveContact(bundle: Pick<Bundle, 'simulator'>, id: string): Promise<void> {
  await withClient(bundle, (client) => client.records.archive('contacts', id));
}

async function withClient(
  { simulator }: Pick<Bundle, 'simulator'>,
  work: (client: HubspotClient) => Promise<Exchange>,
): Promise<void> {
  const client = createHubspotClient({ token: tokenFromText(simulator.token), baseUrl: simulator.url });
  const exchange = await work(client);
  await client.close();
  if (exchange.kind !== 'reply' || exchange.status >= 300)
    throw new Error(`the portal answered ${exchange.kind === 'reply' ? exchange.status : exchange.message}`);
}
