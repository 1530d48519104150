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

/**
 * Files in a bucket of S3 or a service that speaks its language. Browsers send them there themselves, in one request, to an address
 * that is signed for this file, size and type; credentials are found as AWS tools find them. Needs the packages @aws-sdk/client-s3
 * and @aws-sdk/s3-request-presigner, loaded at the first use.
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

  async function read(id: string): Promise<Readable> {
    const { s3, client } = await opened();
    const { Body } = await client.send(new s3.GetObjectCommand(of(id)));
    if (!(Body instanceof Readable)) throw new Error('S3 gave no content.');
    return Body;
  }

  return {
    async address({ id, size, type, seconds }) {
      const { s3, client, getSignedUrl } = await opened();
      const put = new s3.PutObjectCommand({ ...of(id), ContentLength: size, ContentType: type });
      const url = await getSignedUrl(client, put, {
        expiresIn: seconds,
        signableHeaders: new Set(['content-type', 'content-length']),
      });
      return { url, headers: { 'content-type': type } };
    },
    async received(id) {
      const { s3, client } = await opened();
      try {
        const { ContentLength = 0 } = await client.send(new s3.HeadObjectCommand(of(id)));
        return ContentLength;
      } catch (error) {
        if (error instanceof s3.NotFound || error instanceof s3.NoSuchKey) return 0;
        throw error;
      }
    },
    // The bucket has either the whole file or none.
    finish: () => Promise.resolve(),
    async withFile(id, work) {
      const folder = await mkdtemp(join(tmpdir(), 'spoke-upload-'));
      try {
        const path = join(folder, 'file');
        await pipeline(await read(id), createWriteStream(path, { mode: 0o600 }));
        return await work(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    read,
    async remove(id) {
      const { s3, client } = await opened();
      await client.send(new s3.DeleteObjectCommand(of(id)));
    },
  };
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
