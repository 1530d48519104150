import { contactByEmail, defineConfig, defineEvent, upsertContact } from 'spoke';
import { z } from 'zod';

/** What the `delivery` bench delivers: one upsert of ten properties for each event. */
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
  },
});
