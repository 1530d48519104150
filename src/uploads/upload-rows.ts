import { createHash } from 'node:crypto';
import type { FileKind } from '../config/file-kinds.ts';
import type { Queryable, Row } from '../db/database.ts';
import type { FileProfile } from './profile/profile.ts';

export const UPLOAD_STATES = ['waiting', 'stored', 'analysing', 'ready', 'refused'] as const;

export type UploadState = (typeof UPLOAD_STATES)[number];

/** A file of a visitor, as the database knows it. */
export interface UploadRow extends Row {
  readonly id: string;
  readonly state: UploadState;
  readonly name: string;
  readonly kind: FileKind;
  readonly size: number;
  readonly stored_at: Date | null;
  readonly reason: string | null;
  readonly profile: FileProfile | null;
  readonly submission_id: string | null;
}

const COLUMNS = 'id, state, name, kind, size, stored_at, reason, profile, submission_id';

export interface NewUpload {
  readonly id: string;
  readonly token: string;
  readonly name: string;
  readonly kind: FileKind;
  readonly size: number;
  readonly seconds: number;
}

export async function insertUpload(db: Queryable, upload: NewUpload): Promise<Date> {
  const { id, token, name, kind, size, seconds } = upload;
  const [row] = await db.query<{ expires_at: Date }>(
    `insert into {schema}.uploads (id, token_hash, name, kind, size, expires_at)
     values ($1::text::uuid, decode($2, 'hex'), $3, $4, $5, clock_timestamp() + $6::float8 * interval '1 second')
     returning expires_at`,
    [id, hashOf(token), name, kind, size, seconds],
  );
  if (!row) throw new Error('The new upload was not returned.');
  return row.expires_at;
}

/** By the visitor's token; undefined for anything wrong. With `locked`, until the transaction ends. */
export async function findByToken(
  db: Queryable,
  id: string,
  token: string,
  { locked = false } = {},
): Promise<UploadRow | undefined> {
  const [row] = await db.query<UploadRow>(
    `select ${COLUMNS} from {schema}.uploads where id = $1::text::uuid and token_hash = decode($2, 'hex')
       and (state <> 'waiting' or expires_at > clock_timestamp()) ${locked ? 'for update' : ''}`,
    [id, hashOf(token)],
  );
  return row;
}

/** Whoever is asked for by a key or a signed link. */
export async function findUpload(db: Queryable, id: string): Promise<UploadRow | undefined> {
  const [row] = await db.query<UploadRow>(
    `select ${COLUMNS} from {schema}.uploads where id = $1::text::uuid`,
    [id],
  );
  return row;
}

/** Lets one request write for so many seconds; returns its hold. Undefined while another does, and once all bytes are there. */
export async function beginWriting(db: Queryable, id: string, seconds: number): Promise<string | undefined> {
  const [row] = await db.query<{ hold: string }>(
    `update {schema}.uploads set writing_until = clock_timestamp() + $2::float8 * interval '1 second'
     where id = $1::text::uuid and state = 'waiting' and (writing_until is null or writing_until < clock_timestamp())
     returning writing_until::text as hold`,
    [id, seconds],
  );
  return row?.hold;
}

/** Nothing where another request has taken over, or all bytes are there. */
export async function endWriting(db: Queryable, id: string, hold: string): Promise<void> {
  await db.query(
    'update {schema}.uploads set writing_until = null where id = $1::text::uuid and writing_until = $2::text::timestamptz',
    [id, hold],
  );
}

/** All bytes are there; false where another request has taken over. */
export async function markStored(db: Queryable, id: string, hold: string): Promise<boolean> {
  const [row] = await db.query(
    `update {schema}.uploads set state = 'stored', stored_at = clock_timestamp(), writing_until = null
     where id = $1::text::uuid and state = 'waiting' and writing_until = $2::text::timestamptz returning 1 as stored`,
    [id, hold],
  );
  return row !== undefined;
}

/** The file is removed by the upkeep; the row stays. */
export async function leaveForRemoval(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `insert into {schema}.upload_removals (id, last_at)
     select id, expires_at + interval '1 hour' from {schema}.uploads where id = $1::text::uuid on conflict (id) do nothing`,
    [id],
  );
}

/** Of a token, hexadecimal digits, as it is stored. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
