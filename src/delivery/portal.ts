import type { Database, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import type { AccountDetails } from '../hubspot/account.ts';

export interface Installation {
  readonly markSecret: string;
  /** Null before the first live start. */
  readonly portalId: string | null;
}

interface InstallationRow extends Row {
  mark_secret: string;
  portal_id: number | null;
}

export async function readInstallation(db: Database): Promise<Installation> {
  const [row] = await db.query<InstallationRow>(
    `select mark_secret::text, portal_id from {schema}.installation`,
  );
  if (!row)
    throw new SpokeError(
      'DATABASE_NOT_MIGRATED',
      `The schema "${db.schema}" has no installation row: run \`spoke migrate\`.`,
    );
  return { markSecret: row.mark_secret, portalId: row.portal_id === null ? null : String(row.portal_id) };
}

/**
 * Ties the schema to the portal of the token, once; from then on another portal is refused, because links and marks belong to
 * the first one. A time zone that this Postgres does not know is not kept, because no gate could work out its midnight. Raises PORTAL_MISMATCH when the token is not of `expected`, PORTAL_CHANGED when the schema belongs to another.
 */
export async function pinPortal(db: Database, account: AccountDetails, expected: string): Promise<void> {
  if (account.portalId !== expected) throw mismatch(account.portalId, expected);
  const [pinned] = await db.query<{ portal_id: number }>(
    `update {schema}.installation
     set portal_id = coalesce(portal_id, $1), time_zone = case when coalesce(portal_id, $1) = $1 then coalesce(
           (select name from pg_timezone_names where name = $2::text limit 1), time_zone) else time_zone end,
         pinned_at = coalesce(pinned_at, clock_timestamp())
     returning portal_id`,
    [Number(account.portalId), account.timeZone ?? null],
  );
  if (pinned && String(pinned.portal_id) !== account.portalId)
    throw changed(db, account.portalId, String(pinned.portal_id));
}

/**
 * Raises PORTAL_MISMATCH or PORTAL_CHANGED as `pinPortal` does, and ties nothing: for commands that leave the schema as it is.
 * `expected` is undefined where HUBSPOT_PORTAL_ID is not set.
 */
export async function checkPortal(
  db: Database,
  account: AccountDetails,
  expected: string | undefined,
): Promise<void> {
  if (expected !== undefined && account.portalId !== expected) throw mismatch(account.portalId, expected);
  const { portalId } = await readInstallation(db);
  if (portalId !== null && portalId !== account.portalId) throw changed(db, account.portalId, portalId);
}

function mismatch(token: string, expected: string): SpokeError {
  return new SpokeError(
    'PORTAL_MISMATCH',
    `The token belongs to portal ${token}, and HUBSPOT_PORTAL_ID is ${expected}: correct one of them.`,
    { facts: { token, expected } },
  );
}

function changed({ schema }: Database, token: string, pinned: string): SpokeError {
  return new SpokeError(
    'PORTAL_CHANGED',
    `The schema "${schema}" belongs to portal ${pinned} and the token to ${token}: use another SPOKE_SCHEMA for another portal.`,
    { facts: { pinned, token } },
  );
}
