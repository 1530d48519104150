import type { Database, Row } from '../db/database.ts';
import { wakeWaiting } from './lane-waits.ts';

/** A property that the config writes and the portal does not take. */
export interface DriftedProperty {
  readonly objectType: string;
  readonly property: string;
  /** What HubSpot said. */
  readonly reason: string;
  readonly since: Date;
}

interface DriftRow extends Row {
  object_type: string;
  property: string;
  reason: string;
  since: Date;
}

export async function driftedProperties(db: Database): Promise<DriftedProperty[]> {
  const rows = await db.query<DriftRow>(
    `select object_type, property, reason, since from {schema}.schema_drift order by object_type, property`,
  );
  return rows.map((row) => ({
    objectType: row.object_type,
    property: row.property,
    reason: row.reason,
    since: row.since,
  }));
}

/** Notes drifted properties; returns those that nobody had noted yet. */
export async function noteDrift(
  db: Database,
  found: readonly Omit<DriftedProperty, 'since'>[],
): Promise<readonly { readonly objectType: string; readonly property: string }[]> {
  const rows = await db.query<Pick<DriftRow, 'object_type' | 'property'>>(
    `insert into {schema}.schema_drift (object_type, property, reason)
     select distinct on (1, 2) * from unnest($1::text[], $2::text[], $3::text[]) t(object_type, property, reason) order by 1, 2
     on conflict do nothing returning object_type, property`,
    [
      found.map((each) => each.objectType),
      found.map((each) => each.property),
      found.map((each) => each.reason),
    ],
  );
  return rows.map((row) => ({ objectType: row.object_type, property: row.property }));
}

/** The portal takes these again: what waited for them goes on. */
export async function endDrift(
  db: Database,
  mended: readonly { readonly objectType: string; readonly property: string }[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `delete from {schema}.schema_drift d using unnest($1::text[], $2::text[]) t(object_type, property)
       where d.object_type = t.object_type and d.property = t.property`,
      [mended.map((each) => each.objectType), mended.map((each) => each.property)],
    );
    await wakeWaiting(
      tx,
      mended.map((each) => driftKey(each.objectType, each.property)),
    );
  });
}

/** What a lane waits for, in place of a record's key. */
export function driftKey(objectType: string, property: string): string {
  return `schema:${objectType}.${property}`;
}
