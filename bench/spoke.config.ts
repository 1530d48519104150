import {
  associate,
  companyBy,
  contactByEmail,
  dealBy,
  defineConfig,
  defineEvent,
  note,
  upsertCompany,
  upsertContact,
  upsertDeal,
} from 'spoke';
import { z } from 'zod';

/** What the benches deliver: one upsert of ten properties for each event (`delivery`), or one of everything (`delivery-full`). */
export default defineConfig({
  events: {
    contact_changed: defineEvent({
      payload: z.object({
        email: z.string(),
        firstname: z.string(),
        lastname: z.string(),
        phone: z.string(),
        company: z.string(),
        jobtitle: z.string(),
        city: z.string(),
        country: z.string(),
        website: z.string(),
        change: z.number(),
      }),
      record: (contact) => contactByEmail(contact.email),
      effects: ({ change, ...contact }) => [
        upsertContact(contactByEmail(contact.email), { ...contact, address: `Street ${change}` }),
      ],
    }),
    redeemed: defineEvent({
      payload: z.object({
        email: z.string(),
        firstname: z.string(),
        lastname: z.string(),
        merchant: z.string(),
        redemption: z.string(),
        amount: z.number(),
      }),
      record: ({ email }) => contactByEmail(email),
      effects: ({ email, firstname, lastname, merchant, redemption, amount }) => {
        const contact = contactByEmail(email);
        const company = companyBy('merchant_id', merchant);
        const deal = dealBy('redemption_id', redemption);
        return [
          upsertContact(contact, { firstname, lastname }),
          upsertCompany(company, { name: merchant }),
          upsertDeal(deal, { name: `Redemption ${redemption}`, stage: 'closedwon', amount }),
          associate(deal, contact),
          associate(deal, company),
          note(contact, { text: `Redeemed ${redemption}` }),
        ];
      },
    }),
  },
});
