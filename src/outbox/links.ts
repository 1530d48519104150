import type { Queryable } from '../db/database.ts';

/** What is known of a record that has been written before. */
export interface KnownLink {
  readonly hubspotId: string;
  /** A merge has taken the application's id from the record: it is written under HubSpot's. */
  readonly followed: boolean;
}

/** Links of records that have been written before, by record key. */
export async function knownLinks(
  db: Queryable,
  recordKeys: readonly string[],
): Promise<ReadonlyMap<string, KnownLink>> {
  if (recordKeys.length === 0) return new Map();
  const rows = await db.query<{ record_key: string; hubspot_id: string; followed: boolean }>(
    `select record_key, hubspot_id, followed from {schema}.links where record_key = any ($1::text[])`,
    [recordKeys],
  );
  return new Map(rows.map((row) => [row.record_key, { hubspotId: row.hubspot_id, followed: row.followed }]));
}
