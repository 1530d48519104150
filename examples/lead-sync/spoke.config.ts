import {
  contactByEmail,
  defineConfig,
  defineEvent,
  eventsFromJson,
  filledText,
  note,
  personName,
  upsertContact,
} from 'spoke';
import { z } from 'zod';
import forms from './forms.json' with { type: 'json' };

/** HubSpot shows longer texts badly; these are far beyond any honest value. */
const MAX_LINE = 500;

export default defineConfig({
  portal: {
    properties: {
      contacts: [
        // HubSpot's own: the plan tells where a portal has changed one of them.
        'firstname',
        'lastname',
        'phone',
        'company',
        'jobtitle',
        { name: 'form_type', options: Object.keys(forms) },
        {
          name: 'service_interest',
          fieldType: 'checkbox',
          options: ['consulting', 'integration', 'migration', 'training'],
        },
        { name: 'project_description', fieldType: 'textarea' },
        'budget',
        'project_timeline',
      ],
    },
  },

  // Spoke writes into the row of a lead what became of it: `spoke write-back sql lead_sync.leads` prints the columns.
  writeBack: { leads: { table: 'lead_sync.leads' } },

  events: {
    lead_created: defineEvent({
      // The address is taken as it comes: one that cannot be used shows in the lead's row, with the reason.
      payload: z.object({
        lead_id: z.uuid(),
        email: z.string(),
        firstname: z.string().nullish(),
        phone: z.string().nullish(),
        message: z.string().nullish(),
      }),
      record: ({ email }) => contactByEmail(email),
      effects: (lead) => [
        upsertContact(contactByEmail(lead.email), {
          firstname: personName(lead.firstname),
          phone: filledText(lead.phone, MAX_LINE),
        }),
        note(contactByEmail(lead.email), { title: 'Lead from the website', text: lead.message }),
      ],
      writeBack: ({ lead_id }) => ({ table: 'leads', key: { id: lead_id } }),
      sample: {
        lead_id: '4f8e1d2c-0b6a-4c7d-9e3f-5a1b2c3d4e5f',
        email: 'ada@example.com',
        firstname: 'Ada',
        message: 'Please call me',
      },
    }),

    // The mapping that the website's forms have always had.
    ...eventsFromJson(forms),
  },
});
