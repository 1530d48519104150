import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

/** What a key may do, with the meaning that the reference shows. */
export const SCOPES = {
  'events:read':
    'See events with payload, record and attempts (personal data), redrives, and previews of them.',
  'redrive:write': 'Start and abort redrives.',
  'metrics:read': 'Read metrics.',
  'submissions:read':
    'See submissions of website forms, their files, and who consented to what (personal data).',
  'submissions:write':
    'Release quarantined submissions, delete submissions with consents and files, and single files.',
  'mirror:read':
    'See and export records of the mirror (personal data), its runs, and previews of bulk changes.',
  'mirror:write': 'Have the portal read, clear the mirror, start and abort bulk changes.',
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as readonly Scope[];

/** A key as operators see it: never its secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Who asks: the key that a request was made with. */
export interface Principal {
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

interface KeyRow extends Row {
  id: string;
  name: string;
  hash: string;
  scopes: string[];
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
  stale: boolean;
}

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const KEY = /^spk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
/** Compared with where there is no such key, so that both cases take as long. */
const NOBODY = Buffer.alloc(32);
const COLUMNS = `id, name, encode(hash, 'hex') as hash, scopes, created_at, last_used_at, revoked_at,
  coalesce(last_used_at < clock_timestamp() - interval '1 minute', true) as stale`;

/** Makes a key and returns it with its text, which is stored nowhere: whoever loses it makes another. */
export async function createApiKey(
  db: Database,
  given: { readonly name: string; readonly scopes: readonly Scope[] },
): Promise<ApiKey & { readonly key: string }> {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const [row] = await db.query<KeyRow>(
    `insert into {schema}.api_keys (id, name, hash, scopes) values ($1, $2, decode($3, 'hex'), $4) returning ${COLUMNS}`,
    [id, given.name, hashOf(secret).toString('hex'), [...new Set(given.scopes)]],
  );
  if (!row) throw new Error('The new key was not returned.');
  return { ...keyOf(row), key: `spk_${id}_${secret}` };
}

/** Newest first, the revoked ones too. */
export async function listApiKeys(db: Database): Promise<ApiKey[]> {
  const rows = await db.query<KeyRow>(
    `select ${COLUMNS} from {schema}.api_keys order by created_at desc, id`,
  );
  return rows.map(keyOf);
}

/**
 * Ends a key at once; one that was revoked before keeps that time.
 *
 * @throws SpokeError API_KEY_NOT_FOUND.
 */
export async function revokeApiKey(db: Database, id: string): Promise<ApiKey> {
  const [row] = await db.query<KeyRow>(
    `update {schema}.api_keys set revoked_at = coalesce(revoked_at, clock_timestamp()) where id = $1 returning ${COLUMNS}`,
    [id],
  );
  if (!row) throw new SpokeError('API_KEY_NOT_FOUND', `There is no API key ${JSON.stringify(id)}.`);
  return keyOf(row);
}

/** Whose key this is; undefined for one that is malformed, unknown, wrong or revoked, and never says which. */
export async function principalOf(db: Database, key: string): Promise<Principal | undefined> {
  const [, id, secret] = KEY.exec(key) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [row] = await db.query<KeyRow>(`select ${COLUMNS} from {schema}.api_keys where id = $1`, [id]);
  const same = timingSafeEqual(hashOf(secret), row ? Buffer.from(row.hash, 'hex') : NOBODY);
  if (!row || !same || row.revoked_at !== null) return undefined;
  if (row.stale)
    await db.query(
      `update {schema}.api_keys set last_used_at = clock_timestamp()
       where id = $1 and coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)`,
      [id],
    );
  return { keyId: id, name: row.name, scopes: row.scopes };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
