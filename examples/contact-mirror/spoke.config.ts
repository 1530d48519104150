import { defineConfig } from 'spoke';

export default defineConfig({
  // Nothing is recorded by an application here: the mirror alone reads from HubSpot.
  events: {},
  mirror: {
    objects: {
      contacts: { history: ['lifecyclestage'] },
      companies: { properties: ['name', 'domain'] },
    },
    lists: 'all',
    segments: {
      chainge: { rule: { property: 'company', contains: 'chainge' } },
      engaged: { rule: { property: 'updatedAt', withinDays: 30 } },
      cold: { rule: { property: 'updatedAt', notWithinDays: 90 } },
      high_value: {
        rule: { property: 'lifecyclestage', in: ['customer', 'evangelist', 'opportunity'] },
        // A list of HubSpot with the same people, for mails and workflows there.
        pushToList: 'High value',
      },
      // Made of others: worth a call, because nothing has happened for long.
      win_back: { rule: { all: [{ segment: 'high_value' }, { segment: 'cold' }] } },
    },
  },
});
