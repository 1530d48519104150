import { createHash } from 'node:crypto';
import type { Database, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_KEY = 255;
/** Posts without id and script within this time of the first, by one visitor with the same fields, are one: a double click. */
const DOUBLE_CLICK_SECONDS = 600;

export interface IdSources {
  /** `_id` of the body. */
  readonly id: unknown;
  /** The header idempotency-key. */
  readonly key: string | undefined;
}

interface SpanRow extends Row {
  span: number;
}

/**
 * The submission's id: made in the browser, or out of a key of another form; the same source gives the same id. Undefined where
 * neither is given.
 *
 * @throws SpokeError HTTP_INVALID for an id that is no UUID and a key that is empty or too long.
 */
export function submissionId(form: string, { id, key }: IdSources): string | undefined {
  if (id !== undefined && id !== null && id !== '') {
    const text = typeof id === 'string' ? id.toLowerCase() : '';
    if (!UUID.test(text)) throw invalid('_id', 'is not a UUID: make one with crypto.randomUUID()');
    return text;
  }
  if (key === undefined) return undefined;
  const text = key.trim().replace(/^"(.*)"$/, '$1');
  if (text === '' || text.length > MAX_KEY)
    throw invalid('idempotency-key', `has to have 1 to ${MAX_KEY} characters`);
  return UUID.test(text.toLowerCase()) ? text.toLowerCase() : uuidOf(`key\0${form}\0${text}`);
}

/** The id of a post that has none: for ten minutes that of the first one with the same fields by the same visitor. */
export async function plainPostId(
  db: Pick<Database, 'query'>,
  { digest, client }: { readonly digest: string; readonly client: string },
): Promise<string> {
  const source = `post\0${digest}\0${client}`;
  const [row] = await db.query<SpanRow>('select {schema}.first_post($1, $2::float8) as span', [
    `post:${createHash('sha256').update(source).digest('hex')}`,
    DOUBLE_CLICK_SECONDS,
  ]);
  return uuidOf(`${source}\0${row?.span}`);
}

/** Version 8: bits of one's own. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function invalid(name: string, message: string): SpokeError {
  return new SpokeError('HTTP_INVALID', `Correct ${name}: see fields.`, {
    facts: { fields: { [name]: message } },
  });
}
