import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { UploadStoreConfig } from '../config/uploads.ts';
import { SpokeError } from '../errors.ts';
import type { UploadStore } from './store.ts';

type S3Config = Extract<UploadStoreConfig, { kind: 's3' }>;

/** One call; what carries a whole file has longer. */
const CALL_MS = 30_000;
const FILE_MS = 600_000;

/**
 * Files in a bucket of S3 or a service that speaks its language. Browsers send them there themselves, in one request, to an address
 * that is signed for this file, size and type. That address can be written to for as long as it is good, so it is one below
 * `incoming/`, and what has come whole is copied from there before it is looked through. Credentials are found as AWS tools find
 * them. Needs the packages @aws-sdk/client-s3 and @aws-sdk/s3-request-presigner, loaded at the first use.
 */
export function createS3Store(config: S3Config): UploadStore {
  const { bucket: Bucket, region, endpoint, prefix = '' } = config;
  let opening: Promise<Awaited<ReturnType<typeof open>>> | undefined;

  async function open() {
    const [s3, { getSignedUrl }] = await loadPackages();
    const client = new s3.S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // Otherwise the signed address would carry the checksum of an empty body, and no file fits that.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { s3, client, getSignedUrl };
  }
  const opened = () => {
    opening ??= open();
    return opening;
  };
  const of = (id: string) => ({ Bucket, Key: prefix + id });
  const incoming = (id: string) => ({ Bucket, Key: `${prefix}incoming/${id}` });
  const within = (ms = CALL_MS) => ({ abortSignal: AbortSignal.timeout(ms) });

  async function read(id: string): Promise<Readable> {
    const { s3, client } = await opened();
    const { Body } = await client.send(new s3.GetObjectCommand(of(id)), within());
    if (!(Body instanceof Readable)) throw new Error('S3 gave no content.');
    return Body;
  }

  /** Undefined where there is none. */
  async function sizeOf(place: ReturnType<typeof of>): Promise<number | undefined> {
    const { s3, client } = await opened();
    try {
      return (await client.send(new s3.HeadObjectCommand(place), within())).ContentLength ?? 0;
    } catch (error) {
      if (error instanceof s3.NotFound || error instanceof s3.NoSuchKey) return undefined;
      throw error;
    }
  }

  return {
    async address({ id, size, type, seconds }) {
      const { s3, client, getSignedUrl } = await opened();
      const put = new s3.PutObjectCommand({ ...incoming(id), ContentLength: size, ContentType: type });
      const url = await getSignedUrl(client, put, {
        expiresIn: seconds,
        signableHeaders: new Set(['content-type', 'content-length']),
      });
      return { url, headers: { 'content-type': type } };
    },
    received: async (id) => (await sizeOf(of(id))) ?? (await sizeOf(incoming(id))) ?? 0,
    async finish(id) {
      if ((await sizeOf(of(id))) !== undefined) return;
      const { s3, client } = await opened();
      const CopySource = `${Bucket}/${incoming(id).Key}`.split('/').map(encodeURIComponent).join('/');
      await client.send(new s3.CopyObjectCommand({ ...of(id), CopySource }), within(FILE_MS));
      await client.send(new s3.DeleteObjectCommand(incoming(id)), within());
    },
    async withFile(id, work, signal) {
      const folder = await mkdtemp(join(tmpdir(), 'spoke-upload-'));
      try {
        const path = join(folder, 'file');
        await fetched(await read(id), path, signal);
        return await work(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    read,
    async remove(id) {
      const { s3, client } = await opened();
      for (const place of [incoming(id), of(id)])
        await client.send(new s3.DeleteObjectCommand(place), within());
    },
  };
}

async function fetched(content: Readable, path: string, signal: AbortSignal | undefined): Promise<void> {
  // A timer of our own: a signal of `AbortSignal.timeout` that only `AbortSignal.any` holds may be collected before it fires.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`S3 gave no whole file in ${FILE_MS} ms.`)), FILE_MS);
  try {
    await pipeline(content, createWriteStream(path, { mode: 0o600 }), {
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** @throws SpokeError UPLOAD_STORE_UNUSABLE without the packages. */
async function loadPackages() {
  try {
    return await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/s3-request-presigner')]);
  } catch (error) {
    throw new SpokeError(
      'UPLOAD_STORE_UNUSABLE',
      'The store s3 needs two packages: npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner.',
      { cause: error },
    );
  }
}
