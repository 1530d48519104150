import { createHash, randomUUID } from 'node:crypto';
import { SpokeError } from '../errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_KEY = 255;
/** Posts without id and script within this time, by one visitor with the same fields, are one: a double click. */
const DOUBLE_CLICK_MS = 600_000;

export interface IdSources {
  /** `_id` of the body. */
  readonly id: unknown;
  /** The header idempotency-key. */
  readonly key: string | undefined;
  /** Of a post without script, which has no other id. */
  readonly doubleClick?:
    | { readonly digest: string; readonly client: string; readonly now: number }
    | undefined;
}

/**
 * The submission's id: made in the browser, out of a key of another form, or here. The same source gives the same id.
 *
 * @throws SpokeError HTTP_INVALID for an id that is no UUID and a key that is empty or too long.
 */
export function submissionId(form: string, { id, key, doubleClick }: IdSources): string {
  if (id !== undefined && id !== null && id !== '') {
    const text = typeof id === 'string' ? id.toLowerCase() : '';
    if (!UUID.test(text)) throw invalid('_id', 'is not a UUID: make one with crypto.randomUUID()');
    return text;
  }
  if (key !== undefined) {
    const text = key.trim().replace(/^"(.*)"$/, '$1');
    if (text === '' || text.length > MAX_KEY)
      throw invalid('idempotency-key', `has to have 1 to ${MAX_KEY} characters`);
    return UUID.test(text.toLowerCase()) ? text.toLowerCase() : uuidOf(`key\0${form}\0${text}`);
  }
  if (doubleClick === undefined) return randomUUID();
  const { digest, client, now } = doubleClick;
  return uuidOf(`post\0${form}\0${digest}\0${client}\0${Math.floor(now / DOUBLE_CLICK_MS)}`);
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
