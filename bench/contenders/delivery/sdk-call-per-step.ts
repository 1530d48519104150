import { Client } from '@hubspot/api-client';
import { openClient } from '../../open-client.ts';
import type { QueueContender } from '../../queue-contender.ts';
import { REDEMPTIONS } from '../../redemptions.ts';

interface Redemption {
  readonly email: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly merchant: string;
  readonly redemption: string;
  readonly amount: number;
}

/** What is written by hand most often: a leased row, and for each of its steps one call of HubSpot's own client. */
export const contender: QueueContender = {
  name: 'HubSpot SDK, a call for each step',

  async load({ databaseUrl, jobs, contacts }) {
    const client = await openClient(databaseUrl);
    await client.query(`
      create table lease_events (
        id bigint generated always as identity primary key,
        payload jsonb not null,
        leased_until timestamptz not null default '-infinity',
        processed_at timestamptz
      ) with (fillfactor = 80);
      create index lease_events_waiting on lease_events (id) where processed_at is null`);
    await client.query(`insert into lease_events (payload) select payload from (${REDEMPTIONS}) r`, [
      jobs,
      contacts,
    ]);
    await client.end();
  },

  async drain({ databaseUrl, portal }, meter, signal) {
    if (!portal) throw new Error('The SDK needs a portal.');
    const hubspot = new Client({ accessToken: portal.token, basePath: portal.url });
    meter.began();
    const client = await openClient(databaseUrl);
    let done = 0;
    while (!signal.aborted) {
      const { rows } = await client.query<{ id: string; payload: Redemption }>({
        name: 'lease',
        text: `update lease_events set leased_until = clock_timestamp() + interval '30 s'
               where id in (
                 select id from lease_events where processed_at is null and leased_until <= (select clock_timestamp())
                 order by id limit 1 for update skip locked)
               returning id, payload`,
      });
      const [row] = rows;
      if (!row) break;
      await deliver(hubspot, row.payload);
      await client.query({
        name: 'done',
        text: 'update lease_events set processed_at = clock_timestamp() where id = $1',
        values: [row.id],
      });
      done += 1;
    }
    meter.ended(done);
    await client.end();
  },
};

async function deliver(hubspot: Client, event: Redemption): Promise<void> {
  const { crm } = hubspot;
  const contact = await crm.contacts.batchApi.upsert({
    inputs: [
      {
        id: event.email,
        idProperty: 'email',
        properties: { firstname: event.firstname, lastname: event.lastname },
      },
    ],
  });
  const company = await crm.companies.batchApi.upsert({
    inputs: [{ id: event.merchant, idProperty: 'merchant_id', properties: { name: event.merchant } }],
  });
  const deal = await crm.deals.batchApi.upsert({
    inputs: [
      {
        id: event.redemption,
        idProperty: 'redemption_id',
        properties: {
          dealname: `Redemption ${event.redemption}`,
          dealstage: 'closedwon',
          amount: String(event.amount),
        },
      },
    ],
  });
  const [contactId = '', companyId = '', dealId = ''] = [contact, company, deal].map(
    ({ results }) => results[0]?.id,
  );
  await crm.associations.v4.basicApi.createDefault('deals', dealId, 'contacts', contactId);
  await crm.associations.v4.basicApi.createDefault('deals', dealId, 'companies', companyId);
  await crm.objects.notes.basicApi.create({
    properties: { hs_timestamp: new Date().toISOString(), hs_note_body: `Redeemed ${event.redemption}` },
    associations: [
      {
        to: { id: contactId },
        types: [{ associationCategory: 'HUBSPOT_DEFINED' as never, associationTypeId: 202 }],
      },
    ],
  });
}
