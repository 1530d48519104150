import type { Queryable } from '../db/database.ts';

/** HubSpot's ids of records that have been written before, by record key. */
export async function knownLinks(
  db: Queryable,
  recordKeys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (recordKeys.length === 0) return new Map();
  const rows = await db.query<{ record_key: string; hubspot_id: string }>(
    `select record_key, hubspot_id from {schema}.links where record_key = any ($1::text[])`,
    [recordKeys],
  );
  return new Map(rows.map((row) => [row.record_key, row.hubspot_id]));
}
