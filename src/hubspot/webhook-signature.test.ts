import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SignatureCheck, type SignedRequest, verifyWebhookSignature } from './webhook-signature.ts';

/** HubSpot's published examples. */
const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const URL_OF_EXAMPLE = 'https://www.example.com/webhook_uri';
const SENT_AT = 1_693_657_560_000;
const V3_EXAMPLE: SignedRequest = {
  method: 'POST',
  url: URL_OF_EXAMPLE,
  body: Buffer.from("{'example_field':'example_value'}"),
  headers: {
    'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
    'x-hubspot-request-timestamp': String(SENT_AT),
  },
};
const V2_GET: SignedRequest = {
  method: 'GET',
  url: URL_OF_EXAMPLE,
  headers: older('v2', 'eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e'),
};
const V2_POST: SignedRequest = {
  method: 'POST',
  url: URL_OF_EXAMPLE,
  body: Buffer.from('{"example_field":"example_value"}'),
  headers: older('v2', '9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900'),
};
const ANY = { clientSecret: SECRET, nowMs: SENT_AT, accept: ['v1', 'v2', 'v3'] } as const;

function older(version: string, signature: string): Record<string, string> {
  return { 'x-hubspot-signature': signature, 'x-hubspot-signature-version': version };
}

function signedV3(request: Omit<SignedRequest, 'headers'>, base: string, timestamp = SENT_AT): SignedRequest {
  const hmac = createHmac('sha256', SECRET).update(request.method + base);
  const signature = hmac
    .update(request.body ?? '')
    .update(String(timestamp))
    .digest('base64');
  return {
    ...request,
    headers: { 'X-HubSpot-Signature-v3': signature, 'X-HubSpot-Request-Timestamp': String(timestamp) },
  };
}

describe('a signature that HubSpot made', () => {
  it.each([
    ['v3', V3_EXAMPLE],
    ['v2', V2_GET],
    ['v2', V2_POST],
  ])('is valid: the published example %s', (version, request) => {
    expect(verifyWebhookSignature(request, ANY)).toEqual({ valid: true, version });
  });

  it('of version 1 covers the secret and the body', () => {
    const body = Buffer.from('[{"eventId":1}]');
    const signature = createHash('sha256').update(SECRET).update(body).digest('hex');
    const request = {
      method: 'POST',
      url: 'https://other.example.com',
      body,
      headers: older('v1', signature),
    };
    expect(verifyWebhookSignature(request, ANY)).toEqual({ valid: true, version: 'v1' });
    const unnamed = { ...request, headers: { 'x-hubspot-signature': signature } };
    expect(verifyWebhookSignature(unnamed, ANY)).toEqual({ valid: true, version: 'v1' });
  });

  it('is found in the headers of a web request', () => {
    const headers = new Headers(Object.entries(V3_EXAMPLE.headers));
    expect(verifyWebhookSignature({ ...V3_EXAMPLE, headers }, ANY)).toMatchObject({ valid: true });
  });

  it('covers bytes that are not UTF-8', () => {
    const request = signedV3(
      { method: 'POST', url: URL_OF_EXAMPLE, body: Buffer.from([0xff, 0x00, 0xfe]) },
      URL_OF_EXAMPLE,
    );
    expect(verifyWebhookSignature(request, ANY)).toMatchObject({ valid: true });
  });

  it.each([
    ['https://a.example.com/x%3A%2F%3F%40%21%24%27%28%29%2A%2C%3By', "https://a.example.com/x:/?@!$'()*,;y"],
    ['https://a.example.com/x%3a%2fy', 'https://a.example.com/x:/y'],
    ['https://a.example.com/x?b=1%262&a=%20%25', 'https://a.example.com/x?b=1%262&a=%20%25'],
    ['https://a.example.com/%253A', 'https://a.example.com/%253A'],
  ])('covers the address %s as %s', (url, base) => {
    expect(verifyWebhookSignature(signedV3({ method: 'POST', url }, base), ANY)).toMatchObject({
      valid: true,
    });
  });

  it.each([-300_000, 0, 300_000])('is taken %d ms after its time', (ageMs) => {
    expect(verifyWebhookSignature(V3_EXAMPLE, { ...ANY, nowMs: SENT_AT + ageMs })).toMatchObject({
      valid: true,
    });
  });
});

describe('a request that proves nothing', () => {
  const headers = V3_EXAMPLE.headers as Record<string, string>;
  const without = (name: string) => ({ ...headers, [name]: undefined });

  it.each<[string, Partial<SignedRequest>, Partial<SignatureCheck>, string]>([
    ['has no signature', { headers: {} }, {}, 'signature-missing'],
    ['has no timestamp', { headers: without('x-hubspot-request-timestamp') }, {}, 'timestamp-missing'],
    [
      'has its timestamp under another name',
      {
        headers: {
          ...without('x-hubspot-request-timestamp'),
          'x-hubspot-signature-timestamp': String(SENT_AT),
        },
      },
      {},
      'timestamp-missing',
    ],
    [
      'has a timestamp that is no integer',
      { headers: { ...headers, 'x-hubspot-request-timestamp': '1.6e12' } },
      {},
      'timestamp-malformed',
    ],
    ['is too old', {}, { nowMs: SENT_AT + 300_001 }, 'timestamp-too-old'],
    ['comes from the future', {}, { nowMs: SENT_AT - 300_001 }, 'timestamp-in-future'],
    ['meets a clock that is not a number', {}, { nowMs: Number.NaN }, 'timestamp-too-old'],
    [
      'has a signature of another length',
      { headers: { ...headers, 'x-hubspot-signature-v3': 'abc' } },
      {},
      'signature-malformed',
    ],
    [
      'has two signatures in one header',
      { headers: { ...headers, 'x-hubspot-signature-v3': `${headers['x-hubspot-signature-v3']}, x` } },
      {},
      'signature-repeated',
    ],
    [
      'has two signatures in two headers',
      { headers: { ...headers, 'X-HubSpot-Signature-V3': 'x' } },
      {},
      'signature-repeated',
    ],
    [
      'has a list of timestamps',
      { headers: { ...headers, 'x-hubspot-request-timestamp': [String(SENT_AT), '1'] } },
      {},
      'signature-repeated',
    ],
    ['has a version that nobody knows', { headers: older('v9', 'a'.repeat(64)) }, {}, 'version-not-accepted'],
    ['has upper-case hex', { headers: older('v2', 'A'.repeat(64)) }, {}, 'signature-malformed'],
    ['is signed with another secret', { headers: older('v2', 'a'.repeat(64)) }, {}, 'mismatch'],
    ['has another address', { url: `${URL_OF_EXAMPLE}/` }, {}, 'mismatch'],
  ])('%s', (_, request, check, reason) => {
    expect(verifyWebhookSignature({ ...V3_EXAMPLE, ...request }, { ...ANY, ...check })).toEqual({
      valid: false,
      reason,
    });
  });

  it('is everything, when the secret is empty', () => {
    expect(verifyWebhookSignature(V3_EXAMPLE, { ...ANY, clientSecret: '' })).toEqual({
      valid: false,
      reason: 'secret-empty',
    });
  });

  it('has a version that is not accepted: v3 alone is, unless said otherwise', () => {
    const check = { clientSecret: SECRET, nowMs: SENT_AT };
    expect(verifyWebhookSignature(V2_GET, check)).toEqual({ valid: false, reason: 'version-not-accepted' });
    expect(verifyWebhookSignature(V3_EXAMPLE, { ...check, accept: ['v1'] })).toEqual({
      valid: false,
      reason: 'version-not-accepted',
    });
  });

  it('has a wrong v3 signature, which a right older one beside it does not mend', () => {
    const headers = { ...V2_POST.headers, ...V3_EXAMPLE.headers };
    expect(verifyWebhookSignature({ ...V2_POST, headers }, ANY)).toEqual({
      valid: false,
      reason: 'mismatch',
    });
  });
});

describe('laws', () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    url: fc.webUrl({ withQueryParameters: true }).filter((url) => !url.includes('%')),
    body: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  });

  it('one changed bit of the body, address, method, timestamp or signature is noticed', () => {
    const parts = ['body', 'url', 'method', 'timestamp', 'signature'] as const;
    fc.assert(
      fc.property(request, fc.constantFrom(...parts), fc.nat(), (unsigned, part, pick) => {
        const signed = signedV3(unsigned, unsigned.url);
        const [signature = '', timestamp = ''] = Object.values(signed.headers as Record<string, string>);
        const values = { ...unsigned, timestamp, signature };
        const changed = { ...values, [part]: flipped(values[part], pick) };
        const headers = {
          'x-hubspot-signature-v3': changed.signature,
          'x-hubspot-request-timestamp': changed.timestamp,
        };
        const check = { clientSecret: SECRET, nowMs: SENT_AT };
        expect(verifyWebhookSignature(signed, check).valid).toBe(true);
        expect(verifyWebhookSignature({ ...changed, headers }, check).valid).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing from outside makes it throw or pass', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    const names = fc.constantFrom(
      'x-hubspot-signature-v3',
      'X-HubSpot-Signature',
      'x-hubspot-signature-version',
      'x-hubspot-request-timestamp',
      '__proto__',
    );
    const values = fc.oneof(
      text,
      fc.array(text, { maxLength: 3 }),
      fc.constantFrom('v1', 'v2', 'a'.repeat(64), String(SENT_AT)),
    );
    const hostile = fc.record({
      method: text,
      url: text,
      body: fc.uint8Array(),
      headers: fc.dictionary(names, values),
    });
    fc.assert(
      fc.property(hostile, (each) => {
        expect(verifyWebhookSignature(each, ANY)).toMatchObject({ valid: false });
      }),
      { numRuns: 1000 },
    );
  });
});

function flipped(value: string | Uint8Array, pick: number): string | Uint8Array {
  const bytes = Buffer.from(value);
  const at = pick % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (Math.floor(pick / bytes.length) % 7));
  return typeof value === 'string' ? bytes.toString('latin1') : bytes;
}
