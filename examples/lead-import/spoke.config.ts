import {
  contactByEmail,
  defineConfig,
  defineEvent,
  filledText,
  note,
  personName,
  upsertContact,
} from 'spoke';
import { z } from 'zod';

/** HubSpot shows longer texts badly; these are far beyond any honest value. */
const MAX_LINE = 500;

// Addresses and optional fields are taken as they come: a lead without a usable address is refused with the reason of the
// address, and an odd phone number is no reason to lose a lead.
const lead = z.object({
  lead_id: z.string().min(1),
  email: z.string().nullish(),
  firstname: z.string().nullish(),
  lastname: z.string().nullish(),
  phone: z.string().nullish(),
  country: z.string().nullish(),
  company: z.string().nullish(),
  message: z.string().nullish(),
  created_at: z.iso.datetime({ offset: true }),
});

export default defineConfig({
  portal: {
    // HubSpot's own. Some portals have made the country a choice: `spoke properties plan` tells before a lead is refused.
    properties: { contacts: ['firstname', 'lastname', 'phone', 'country', 'company'] },
  },
  events: {
    lead_created: defineEvent({
      payload: lead,
      record: ({ email }) => contactByEmail(email),
      effects(payload) {
        const contact = contactByEmail(payload.email);
        return [
          // What is empty leaves the contact's property as it is.
          upsertContact(contact, {
            firstname: personName(payload.firstname),
            lastname: personName(payload.lastname),
            phone: filledText(payload.phone, MAX_LINE),
            country: filledText(payload.country, MAX_LINE),
            company: filledText(payload.company, MAX_LINE),
          }),
          note(contact, {
            title: `Lead ${payload.lead_id}`,
            text: payload.message,
            at: new Date(payload.created_at),
          }),
        ];
      },
      sample: {
        lead_id: 'L-1',
        email: 'ada@example.com',
        firstname: 'Ada',
        lastname: 'Lovelace',
        message: 'Interested in a demo',
        created_at: '2026-10-01T09:00:00.000Z',
      },
    }),
  },
});
