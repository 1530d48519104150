import {
  contactByEmail,
  defineConfig,
  defineEvent,
  filledText,
  note,
  personName,
  type RecordRef,
  upsertContact,
} from 'spoke';
import { z } from 'zod';

/** Every event is about a driver, whom HubSpot knows by e-mail address. */
const driver = { driver_id: z.string().min(1), email: z.string() };
const ofDriver = ({ email }: { readonly email: string }): RecordRef => contactByEmail(email);
const nova = z.number().finite().nonnegative();

export default defineConfig({
  portal: {
    // HubSpot's own, and text in every new portal: `spoke properties plan` notices one where that was changed.
    properties: { contacts: ['firstname', 'lastname', 'phone', 'city'] },
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
      effects: (payload) => [
        upsertContact(ofDriver(payload)),
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
      effects: (payload) => [
        upsertContact(ofDriver(payload)),
        note(ofDriver(payload), { title: `Earned ${payload.amount} Nova`, text: payload.reason }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', amount: 25, reason: 'Charging session' },
    }),

    nova_redeemed: defineEvent({
      aliases: ['redemption'],
      payload: z.object({ ...driver, amount: nova, merchant: z.string(), redemption_id: z.string() }),
      record: ofDriver,
      effects: (payload) => [
        upsertContact(ofDriver(payload)),
        note(ofDriver(payload), {
          title: `Redeemed ${payload.amount} Nova`,
          text: `At ${payload.merchant} (${payload.redemption_id})`,
        }),
      ],
      sample: {
        driver_id: 'd-1',
        email: 'ada@example.com',
        amount: 10,
        merchant: 'Corner Café',
        redemption_id: 'r-1',
      },
    }),

    first_redemption_completed: defineEvent({
      payload: z.object({ ...driver, merchant: z.string() }),
      record: ofDriver,
      effects: (payload) => [
        upsertContact(ofDriver(payload), { lifecyclestage: 'customer' }),
        note(ofDriver(payload), { title: 'First redemption', text: `At ${payload.merchant}` }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', merchant: 'Corner Café' },
    }),

    exclusive_completed: defineEvent({
      payload: z.object({ ...driver, exclusive_id: z.string(), merchant: z.string() }),
      record: ofDriver,
      effects: (payload) => [
        upsertContact(ofDriver(payload)),
        note(ofDriver(payload), {
          title: 'Exclusive completed',
          text: `${payload.merchant} (${payload.exclusive_id})`,
        }),
      ],
      sample: { driver_id: 'd-1', email: 'ada@example.com', exclusive_id: 'x-1', merchant: 'Corner Café' },
    }),
  },
});
