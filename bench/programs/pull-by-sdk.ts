import { Client } from '@hubspot/api-client';
import type { Program } from '../child.ts';
import { PROPERTIES } from '../mirror.config.ts';
import { openClient } from '../open-client.ts';
import { ownUsage } from '../process-usage.ts';
import type { PullInput, PullOutput } from '../pull-contender.ts';

const TABLE = `create table contacts (id bigint primary key, properties jsonb not null, updated_at timestamptz not null)`;
const ON_CONFLICT = `on conflict (id) do update set properties = excluded.properties, updated_at = excluded.updated_at
  where excluded.updated_at >= contacts.updated_at`;
const INSERT_ROW = `insert into contacts values ($1, $2, $3) ${ON_CONFLICT}`;
const INSERT_PAGE = `insert into contacts
  select * from jsonb_to_recordset($1::jsonb) as x(id bigint, properties jsonb, updated_at timestamptz) ${ON_CONFLICT}`;

/** What code by hand does: HubSpot's own client, page after page, into a table of the same kind, without a place to go on from. */
export const program: Program<PullInput, PullOutput> = async (input, signal) => {
  const { url, token, databaseUrl, write, capSeconds } = input;
  const hubspot = new Client({ accessToken: token, basePath: url });
  const db = await openClient(databaseUrl);
  await db.query(TABLE);
  const began = performance.now();
  const before = ownUsage();
  let contacts = 0;
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const page = await hubspot.crm.contacts.basicApi.getPage(100, after, PROPERTIES);
    const rows = page.results.map(({ id, properties, updatedAt }) => ({
      id,
      properties,
      updated_at: updatedAt,
    }));
    if (write === 'page') await db.query(INSERT_PAGE, [JSON.stringify(rows)]);
    else
      for (const row of rows)
        await db.query(INSERT_ROW, [row.id, JSON.stringify(row.properties), row.updated_at]);
    contacts += rows.length;
    after = page.paging?.next?.after;
  } while (after !== undefined && performance.now() - began < capSeconds * 1_000);
  const seconds = (performance.now() - began) / 1_000;
  const used = ownUsage();
  await db.end();
  return { contacts, seconds, cpuSeconds: used.cpuSeconds - before.cpuSeconds, peakRssMb: used.peakRssMb };
};
