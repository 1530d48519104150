import type { Queryable } from '../src/db/database.ts';

/** What the table held when the planner's statistics were taken, for a mirror that was filled faster than they are renewed. */
const CONTACTS_WHEN_ANALYSED = 100;
const CHUNK = 20_000;

/** Types of the properties that questions are asked about, as HubSpot defines them. */
const DEFINED: readonly (readonly [name: string, type: string, fieldType: string])[] = [
  ['email', 'string', 'text'],
  ['firstname', 'string', 'text'],
  ['lastname', 'string', 'text'],
  ['company', 'string', 'text'],
  ['city', 'string', 'text'],
  ['lifecyclestage', 'enumeration', 'radio'],
  ['num_conversion_events', 'number', 'number'],
  ['createdate', 'datetime', 'date'],
];

/** Contacts with 20 properties, as a full reading leaves them. With `stale`, the planner goes on believing that there are a hundred. */
export async function fillMirror(db: Queryable, contacts: number, stale: boolean): Promise<void> {
  await db.query(
    `insert into {schema}.mirror_properties (object_type, name, type, definition, read_at)
     select 'contacts', x ->> 0, x ->> 1, jsonb_build_object('fieldType', x ->> 2), clock_timestamp()
     from jsonb_array_elements($1::jsonb) x`,
    [JSON.stringify(DEFINED)],
  );
  await db.query(
    `insert into {schema}.mirror_objects (object_type, complete_at, properties) values ('contacts', clock_timestamp(), $1::text[])`,
    [DEFINED.map(([name]) => name)],
  );
  if (stale) await db.query('alter table {schema}.mirror_contacts set (autovacuum_enabled = false)');
  const first = stale ? Math.min(CONTACTS_WHEN_ANALYSED, contacts) : 0;
  if (first > 0) {
    await insertContacts(db, 1, first);
    await db.query('analyze {schema}.mirror_contacts');
  }
  for (let from = first + 1; from <= contacts; from += CHUNK)
    await insertContacts(db, from, Math.min(contacts, from + CHUNK - 1));
}

/** Changed up to 120 days ago, one in 500 of the company that `chainge` looks for. */
async function insertContacts(db: Queryable, from: number, to: number): Promise<void> {
  await db.query(
    `insert into {schema}.mirror_records (object_type, id, properties, created_at, updated_at, read_at, changed_at)
     select 'contacts', 1000000 + n, jsonb_build_object(
         'email', format('person-%s@example.com', n),
         'firstname', (array['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Niklaus', 'Hedy', 'Katherine'])[1 + n % 8],
         'lastname', format('Example %s', n % 5003),
         'phone', format('+4930%s', 1000000 + n % 8999999),
         'mobilephone', format('+49151%s', 1000000 + n % 8999999),
         'company', case when n % 500 = 0 then 'Chainge GmbH' else format('Company %s', n % 20011) end,
         'jobtitle', (array['Engineer', 'Buyer', 'Head of sales', 'Chemist'])[1 + n % 4],
         'website', format('https://company-%s.example.com', n % 20011),
         'address', format('Street %s', n % 997),
         'city', (array['Berlin', 'Lisbon', 'Austin', 'Osaka', 'Lima'])[1 + n % 5],
         'state', format('State %s', n % 50),
         'zip', (10000 + n % 89999)::text,
         'country', (array['Germany', 'Portugal', 'United States', 'Japan', 'Peru'])[1 + n % 5],
         'lifecyclestage', (array['subscriber', 'lead', 'lead', 'opportunity', 'lead', 'customer', 'lead', 'lead', 'lead', 'lead'])[1 + n % 10],
         'hs_lead_status', 'NEW',
         'hubspot_owner_id', (70000001 + n % 3)::text,
         'num_conversion_events', (n % 12)::text,
         'createdate', '2025-11-03T10:00:00Z',
         'lastmodifieddate', '2026-03-03T10:00:00Z',
         'hs_object_id', (1000000 + n)::text),
       clock_timestamp() - interval '1 year', clock_timestamp() - (n * 7919 % 172801) * interval '1 minute', clock_timestamp(),
       clock_timestamp() - interval '1 day'
     from generate_series($1::bigint, $2::bigint) n`,
    [from, to],
  );
}

/** As changes that came from the portal: a name is another, and so is the time of change. */
export async function changeContacts(db: Queryable, count: number): Promise<void> {
  await db.query(
    `update {schema}.mirror_records set properties = properties || '{"lastname": "Changed"}', updated_at = clock_timestamp(),
       changed_at = clock_timestamp()
     where object_type = 'contacts' and id = any (array(select 1000000 + n * 997 % 90001 from generate_series(1, $1::bigint) n))`,
    [count],
  );
}
