import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** HubSpot's rule for the past; a timestamp this far in the future is refused too, or it could be replayed until then. */
const MAX_SKEW_MS = 300_000;
/** The escapes that HubSpot undoes before it signs; every other one stays as it is in the URL. */
const DECODED: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

/** v1 and v2 have no timestamp: a request that was seen once can be sent again for ever. */
export type SignatureVersion = 'v1' | 'v2' | 'v3';

/** A request as it arrived, with the address that HubSpot was given. */
export interface SignedRequest {
  /** As the server gives it: upper case. */
  readonly method: string;
  /**
   * Full public address with scheme, host and query in its order. Its origin comes from configuration, never from the Host
   * header, which the sender chooses.
   */
  readonly url: string;
  /** Of Node's or the web's server; names in any case. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The raw bytes: parsed and written again they are others. */
  readonly body?: Uint8Array;
}

export interface SignatureCheck {
  /** The secret of the app that owns the subscription. */
  readonly clientSecret: string;
  /** ms since 1970. */
  readonly nowMs: number;
  /** Default v3 only. Legacy apps send v1, workflow actions and cards v2. */
  readonly accept?: readonly SignatureVersion[];
}

/** Whether HubSpot signed a request, or the first reason why that is not proven. */
export type SignatureVerdict =
  | { readonly valid: true; readonly version: SignatureVersion }
  | { readonly valid: false; readonly reason: SignatureFlaw };

export type SignatureFlaw =
  | 'secret-empty'
  | 'signature-missing'
  | 'signature-repeated'
  | 'signature-malformed'
  | 'version-not-accepted'
  | 'timestamp-missing'
  | 'timestamp-malformed'
  | 'timestamp-too-old'
  | 'timestamp-in-future'
  | 'mismatch';

/**
 * Checks the signature of a request from HubSpot. Pure and total: nothing in the request makes it throw. A v3 signature is
 * judged whenever there is one and v3 is accepted, so that an older one beside it cannot stand in for it.
 */
export function verifyWebhookSignature(request: SignedRequest, check: SignatureCheck): SignatureVerdict {
  // Anybody can sign with an empty secret.
  if (check.clientSecret === '') return flawed('secret-empty');
  const accept = check.accept ?? ['v3'];
  const v3 = valuesOf(request.headers, 'x-hubspot-signature-v3');
  if (v3.length > 0 && accept.includes('v3')) return checkV3(request, check, v3);

  const older = valuesOf(request.headers, 'x-hubspot-signature');
  if (older.length === 0) return flawed(v3.length > 0 ? 'version-not-accepted' : 'signature-missing');
  const [version = 'v1', ...more] = valuesOf(request.headers, 'x-hubspot-signature-version');
  const [given = '', ...others] = older;
  if (more.length > 0 || others.length > 0) return flawed('signature-repeated');
  if ((version !== 'v1' && version !== 'v2') || !accept.includes(version))
    return flawed('version-not-accepted');
  if (!/^[0-9a-f]{64}$/.test(given)) return flawed('signature-malformed');
  const hash = createHash('sha256').update(check.clientSecret);
  if (version === 'v2') hash.update(request.method + request.url);
  if (request.body) hash.update(request.body);
  return equal(hash.digest('hex'), given) ? { valid: true, version } : flawed('mismatch');
}

function checkV3(
  request: SignedRequest,
  { clientSecret, nowMs }: SignatureCheck,
  signatures: readonly string[],
): SignatureVerdict {
  const timestamps = valuesOf(request.headers, 'x-hubspot-request-timestamp');
  const [given = '', ...others] = signatures;
  const [timestamp, ...more] = timestamps;
  if (others.length > 0 || more.length > 0) return flawed('signature-repeated');
  if (timestamp === undefined) return flawed('timestamp-missing');
  if (!/^\d{1,16}$/.test(timestamp)) return flawed('timestamp-malformed');
  const ageMs = nowMs - Number(timestamp);
  // Written this way round, a clock that is not a number refuses.
  if (!(ageMs <= MAX_SKEW_MS)) return flawed('timestamp-too-old');
  if (!(ageMs >= -MAX_SKEW_MS)) return flawed('timestamp-in-future');
  if (!/^[A-Za-z0-9+/]{43}=$/.test(given)) return flawed('signature-malformed');
  const hmac = createHmac('sha256', clientSecret).update(request.method + decodedUrl(request.url));
  if (request.body) hmac.update(request.body);
  const expected = hmac.update(timestamp).digest('base64');
  return equal(expected, given) ? { valid: true, version: 'v3' } : flawed('mismatch');
}

function decodedUrl(url: string): string {
  return url.replace(/%[0-9A-F]{2}/gi, (code) => DECODED[code.toUpperCase()] ?? code);
}

/** Compares the texts: two base64 texts can stand for the same bytes. */
function equal(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Every value of a header. Node joins repeated ones with a comma, which no value read here can hold. */
function valuesOf(headers: SignedRequest['headers'], name: string): string[] {
  const entries: readonly (readonly [string, unknown])[] =
    headers instanceof Headers ? [...headers] : Object.entries(headers);
  return entries
    .filter(([each]) => each.toLowerCase() === name)
    .flatMap(([, value]): readonly unknown[] => (Array.isArray(value) ? value : [value]))
    .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
    .map((value) => value.trim());
}

function flawed(reason: SignatureFlaw): SignatureVerdict {
  return { valid: false, reason };
}
