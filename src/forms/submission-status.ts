import { timingSafeEqual } from 'node:crypto';
import type { Queryable, Row } from '../db/database.ts';
import { statusHashOf } from './intake.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Compared with where there is no such submission, so that both cases take as long. */
const NOBODY = Buffer.alloc(32);

interface StatusRow extends Row {
  status_hash: Buffer;
  event_id: number | null;
}

/** The event of a submission whose token this is; undefined for a wrong id or token, and never says which. */
export async function eventOfStatus(
  db: Queryable,
  id: string,
  token: string,
): Promise<{ readonly eventId: number | null } | undefined> {
  if (!UUID.test(id)) return undefined;
  const [row] = await db.query<StatusRow>(
    'select status_hash, event_id from {schema}.submissions where id = $1::text::uuid',
    [id],
  );
  const same = timingSafeEqual(Buffer.from(statusHashOf(token), 'hex'), row?.status_hash ?? NOBODY);
  return row && same ? { eventId: row.event_id } : undefined;
}
