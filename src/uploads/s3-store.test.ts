import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type S3Server, startS3Server } from '../../test/support/s3-server.ts';
import { createS3Store } from './s3-store.ts';
import type { UploadStore } from './store.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const CSV = 'a,b\n1,2\n';
const region = 'eu-central-1';
const credentials = { id: 'AKIDEXAMPLE', secret: 'made-up-secret', region, bucket: 'files' };
const asked = { id: ID, size: CSV.length, type: 'text/csv', seconds: 60 };

let server: S3Server;
let store: UploadStore;
let now = Date.now();

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.id);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secret);
  now = Date.now();
  server = await startS3Server(credentials, { now: () => now });
  store = createS3Store({ kind: 's3', bucket: 'files', region, endpoint: server.url, prefix: 'leads/' });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

async function put(
  body: string,
  over: { headers?: Record<string, string>; change?: (url: string) => string } = {},
) {
  const given = await store.address?.(asked);
  if (!given) throw new Error('no address');
  const { change = (url) => url, headers = given.headers } = over;
  const response = await fetch(change(given.url), { method: 'PUT', body, headers });
  return response.status;
}

describe('files in S3', () => {
  test('are sent by the browser to a signed address, read, looked through and removed', async () => {
    expect(await store.received(ID)).toBe(0);
    expect(await put(CSV)).toBe(200);
    const places = () => [...server.objects].map(([key, { type }]) => [key, type]);
    expect(places()).toEqual([[`leads/incoming/${ID}`, 'text/csv']]);
    expect(await store.received(ID)).toBe(CSV.length);
    await store.finish(ID);
    await store.finish(ID);
    expect(places()).toEqual([[`leads/${ID}`, 'text/csv']]);
    expect(await store.received(ID)).toBe(CSV.length);
    expect(await text(await store.read(ID))).toBe(CSV);
    expect(await store.withFile(ID, (path) => readFile(path, 'utf8'))).toBe(CSV);
    await store.remove(ID);
    await store.remove(ID);
    expect(server.objects.size).toBe(0);
    expect(new Set(server.refused)).toEqual(new Set(['NoSuchKey']));
  });

  test('cannot be exchanged by an address that is still good once they are there', async () => {
    await put(CSV);
    await store.finish(ID);
    expect(await put(CSV.replace('1', '9'))).toBe(200);
    await store.finish(ID);
    expect(await text(await store.read(ID))).toBe(CSV);
    await store.remove(ID);
    expect(server.objects.size).toBe(0);
  });

  test.each<[what: string, over: Parameters<typeof put>[1], body: string]>([
    ['of another size', {}, `${CSV}1`],
    ['of another type', { headers: { 'content-type': 'text/html' } }, CSV],
    ['under another key', { change: (url) => url.replace(ID, ID.replace('1', '2')) }, CSV],
    ['for longer', { change: (url) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') }, CSV],
    [
      'without the signature',
      { change: (url) => url.replace(/X-Amz-Signature=[0-9a-f]+/, 'X-Amz-Signature=00') },
      CSV,
    ],
  ])('are not taken %s than the address is signed for', async (_, over, body) => {
    expect(await put(body, over)).toBe(403);
    expect(server.objects.size).toBe(0);
    expect(server.refused).toEqual(['SignatureDoesNotMatch']);
  });

  test('are not taken once the address has run out', async () => {
    now += 61_000;
    expect(await put(CSV)).toBe(403);
    expect(server.refused).toEqual(['ExpiredToken']);
  });
});
