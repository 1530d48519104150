import {
  associate,
  companyBy,
  companyDomain,
  contactByEmail,
  dealBy,
  defineConfig,
  defineEvent,
  type EventContext,
  filledText,
  note,
  type PropertyValues,
  personName,
  type RecordRef,
  upsertCompany,
  upsertContact,
  upsertDeal,
} from 'spoke';
import { z } from 'zod';
import { ENGAGED_STAGE, PIPELINE, portal, REDEEMED } from './portal.ts';

/** Every event but the merchants' is about a driver, whom HubSpot knows by e-mail address. */
const driver = { driver_id: z.string().min(1), email: z.string() };
const merchant = { merchant_id: z.string().min(1), merchant: z.string().min(1) };
const nova = z.number().finite().nonnegative();

const ofDriver = ({ email }: { readonly email: string }): RecordRef => contactByEmail(email);
const ofMerchant = ({ merchant_id }: { readonly merchant_id: string }): RecordRef =>
  companyBy('merchant_id', merchant_id);
const ofRedemption = ({ redemption_id }: { readonly redemption_id: string }): RecordRef =>
  dealBy('redemption_id', redemption_id);

export default defineConfig({
  portal,

  // Over all events of a driver, kept by Spoke: sent as they stand, so that a repeat counts nothing twice.
  running: {
    nova_earned: 'sum',
    first_earned_at: 'first',
    last_earned_at: 'last',
    nova_redeemed: 'sum',
    redemptions: 'count',
    first_redeemed_at: 'first',
    last_redeemed_at: 'last',
    exclusives: 'count',
  },

  events: {
    /** Also after a one-time-password check. */
    driver_signed_up: defineEvent({
      aliases: ['user_signup'],
      payload: z.object({
        ...driver,
        first_name: z.string().nullish(),
        last_name: z.string().nullish(),
        phone: z.string().nullish(),
        city: z.string().nullish(),
        verified_by: z.enum(['password', 'otp']).default('password'),
      }),
      record: ofDriver,
      effects: (payload) => [
        upsertContact(ofDriver(payload), {
          firstname: personName(payload.first_name),
          lastname: personName(payload.last_name),
          phone: filledText(payload.phone),
          city: filledText(payload.city),
          driver_id: payload.driver_id,
          lifecyclestage: 'lead',
        }),
        note(ofDriver(payload), {
          title: 'Signed up as a driver',
          text: payload.verified_by === 'otp' ? 'Verified by one-time password.' : 'Verified by password.',
        }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', first_name: 'Ada', verified_by: 'otp' },
    }),

    wallet_pass_installed: defineEvent({
      aliases: ['wallet_pass_install'],
      payload: z.object({ ...driver, platform: z.enum(['apple', 'google']) }),
      record: ofDriver,
      effects: (payload, { occurredAt }) => [
        upsertContact(ofDriver(payload), {
          wallet_pass: payload.platform,
          wallet_pass_installed_at: occurredAt,
        }),
        note(ofDriver(payload), {
          title: 'Wallet pass installed',
          text: payload.platform === 'apple' ? 'Apple Wallet' : 'Google Wallet',
        }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', platform: 'apple' },
    }),

    nova_earned: defineEvent({
      payload: z.object({ ...driver, amount: nova, reason: z.string().nullish() }),
      record: ofDriver,
      adds: ({ amount }, { occurredAt }) => ({
        nova_earned: amount,
        first_earned_at: occurredAt,
        last_earned_at: occurredAt,
      }),
      effects: (payload, { running }) => [
        upsertContact(ofDriver(payload), {
          nova_earned_total: running.nova_earned,
          first_nova_earned_at: running.first_earned_at,
          last_nova_earned_at: running.last_earned_at,
        }),
        note(ofDriver(payload), { title: `Earned ${payload.amount} Nova`, text: payload.reason }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', amount: 25, reason: 'Charging session' },
    }),

    /** A deal that is won at once, between the driver and the merchant's company. */
    nova_redeemed: defineEvent({
      aliases: ['redemption'],
      payload: z.object({ ...driver, ...merchant, redemption_id: z.string().min(1), amount: nova }),
      record: ofDriver,
      adds: ({ amount }, { occurredAt }) => ({
        nova_redeemed: amount,
        redemptions: true,
        first_redeemed_at: occurredAt,
        last_redeemed_at: occurredAt,
      }),
      effects: (payload, { running, occurredAt }) => [
        upsertContact(ofDriver(payload), {
          nova_redeemed_total: running.nova_redeemed,
          nova_redemptions: running.redemptions,
          first_nova_redeemed_at: running.first_redeemed_at,
          last_nova_redeemed_at: running.last_redeemed_at,
        }),
        upsertCompany(ofMerchant(payload), { name: payload.merchant }),
        upsertDeal(ofRedemption(payload), {
          name: `${payload.amount} Nova at ${payload.merchant}`,
          pipeline: PIPELINE,
          stage: REDEEMED,
          amount: payload.amount,
          closeDate: occurredAt,
        }),
        associate(ofRedemption(payload), ofDriver(payload)),
        associate(ofRedemption(payload), ofMerchant(payload)),
        note(ofDriver(payload), {
          title: `Redeemed ${payload.amount} Nova`,
          text: `At ${payload.merchant} (${payload.redemption_id})`,
        }),
      ],
      sample: {
        driver_id: 'd-1',
        email: 'ada@example.com',
        amount: 10,
        merchant_id: 'm-1',
        merchant: 'Corner Café',
        redemption_id: 'r-1',
      },
    }),

    first_redemption_completed: defineEvent({
      payload: z.object({ ...driver, merchant: z.string() }),
      record: ofDriver,
      effects: (payload, context) => [
        upsertContact(ofDriver(payload), isEngaged(context) ? {} : { lifecyclestage: 'customer' }),
        note(ofDriver(payload), { title: 'First redemption', text: `At ${payload.merchant}` }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', merchant: 'Corner Café' },
    }),

    exclusive_completed: defineEvent({
      payload: z.object({ ...driver, exclusive_id: z.string(), merchant: z.string() }),
      record: ofDriver,
      adds: () => ({ exclusives: true }),
      effects: (payload, { running }) => {
        const stage: PropertyValues = running.exclusives === 1 ? { lifecyclestage: ENGAGED_STAGE } : {};
        return [
          upsertContact(ofDriver(payload), { exclusives_completed: running.exclusives, ...stage }),
          note(ofDriver(payload), {
            title: 'Exclusive completed',
            text: `${payload.merchant} (${payload.exclusive_id})`,
          }),
        ];
      },
      sample: { driver_id: 'd-1', email: 'ada@example.com', exclusive_id: 'x-1', merchant: 'Corner Café' },
    }),

    /** About the person at the merchant. */
    merchant_exclusive_enabled: defineEvent({
      payload: z.object({
        ...merchant,
        email: z.string(),
        first_name: z.string().nullish(),
        last_name: z.string().nullish(),
        website: z.string().nullish(),
        exclusive_id: z.string(),
      }),
      record: ({ email }) => contactByEmail(email),
      effects(payload, { occurredAt }) {
        const contact = contactByEmail(payload.email);
        const company = ofMerchant(payload);
        return [
          upsertContact(contact, {
            firstname: personName(payload.first_name),
            lastname: personName(payload.last_name),
          }),
          upsertCompany(company, {
            name: payload.merchant,
            domain: companyDomain(payload.website),
            exclusive_id: payload.exclusive_id,
            exclusive_enabled_at: occurredAt,
          }),
          associate(contact, company, { label: 'Primary' }),
          note(company, { title: 'Exclusive enabled', text: payload.exclusive_id }),
        ];
      },
      sample: {
        merchant_id: 'm-1',
        merchant: 'Corner Café',
        email: 'owner@corner-cafe.example.com',
        exclusive_id: 'x-1',
      },
    }),
  },
});

/** HubSpot keeps the stage that lies further; of two in one call only the last arrives, so the nearer one is left out. */
function isEngaged({ running }: EventContext): boolean {
  return Number(running.exclusives) > 0;
}
