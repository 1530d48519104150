import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';

/** A service that speaks S3's language, of one bucket in memory: it checks signatures (version 4), sizes and checksums. */
export interface S3Server {
  readonly url: string;
  /** By key. */
  readonly objects: ReadonlyMap<string, { readonly bytes: Buffer; readonly type: string }>;
  /** Codes of what was refused. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

export interface S3Credentials {
  readonly id: string;
  readonly secret: string;
  readonly region: string;
  readonly bucket: string;
}

export interface S3Options {
  /** Wall clock, ms. */
  readonly now?: () => number;
  /** Whose pages may put objects; default: none. */
  readonly origin?: () => string;
}

interface Claimed {
  readonly credential: string;
  readonly date: string;
  readonly headers: readonly string[];
  readonly signature: string;
  readonly payload: string;
}

const STATUS: Readonly<Record<string, number>> = {
  NoSuchKey: 404,
  NoSuchBucket: 404,
  NotImplemented: 501,
  MissingContentLength: 411,
};

export async function startS3Server(
  credentials: S3Credentials,
  { now = Date.now, origin }: S3Options = {},
): Promise<S3Server> {
  const objects = new Map<string, { readonly bytes: Buffer; readonly type: string }>();
  const refused: string[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3.invalid');
    const bytes = await bodyOf(request);
    if (origin && request.headers.origin === origin())
      response.setHeader('access-control-allow-origin', origin());
    if (request.method === 'OPTIONS') {
      const allowed = {
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'content-type',
      };
      response.writeHead(origin ? 200 : 403, origin ? allowed : {}).end();
      return;
    }
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const problem =
      problemOf(request, url, bytes, credentials, now()) ??
      (bucket === credentials.bucket ? undefined : 'NoSuchBucket');
    const refuse = (code: string) => {
      refused.push(code);
      response.writeHead(STATUS[code] ?? 403, { 'content-type': 'application/xml' });
      response.end(
        request.method === 'HEAD' ? undefined : `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
      );
    };
    if (problem !== undefined) return refuse(problem);
    const source = request.headers['x-amz-copy-source'];
    if (source !== undefined) {
      const [from = '', ...path] = decodeURIComponent(String(source)).replace(/^\//, '').split('/');
      const copied = from === credentials.bucket ? objects.get(path.join('/')) : undefined;
      if (!copied) return refuse('NoSuchKey');
      objects.set(key, copied);
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end('<?xml version="1.0"?><CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>');
      return;
    }
    if (request.method === 'PUT') {
      objects.set(key, { bytes, type: request.headers['content-type'] ?? '' });
      response.writeHead(200).end();
      return;
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
      return;
    }
    const found = objects.get(key);
    if (!found) return refuse('NoSuchKey');
    response.writeHead(200, { 'content-length': found.bytes.length, 'content-type': found.type });
    response.end(request.method === 'HEAD' ? undefined : found.bytes);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    refused,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function problemOf(
  request: IncomingMessage,
  url: URL,
  bytes: Buffer,
  credentials: S3Credentials,
  now: number,
): string | undefined {
  const claimed = claimedIn(request, url);
  if (claimed === undefined) return 'AccessDenied';
  const { credential, date, headers, signature, payload } = claimed;
  const scope = `${date.slice(0, 8)}/${credentials.region}/s3/aws4_request`;
  if (credential !== `${credentials.id}/${scope}`) return 'InvalidAccessKeyId';
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const seconds = Number(url.searchParams.get('X-Amz-Expires') ?? 900);
  if (!(now <= at + seconds * 1_000)) return 'ExpiredToken';
  const canonical = [
    request.method,
    url.pathname,
    [...url.searchParams]
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
      .sort()
      .join('&'),
    ...headers.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    headers.join(';'),
    payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${credentials.secret}`));
  const wanted = hmac(key, text);
  const given = Buffer.from(signature, 'hex');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'SignatureDoesNotMatch';
  if (!headers.includes('host')) return 'SignatureDoesNotMatch';
  if (!/^(UNSIGNED-PAYLOAD|STREAMING-)/.test(payload) && payload !== sha256(bytes))
    return 'XAmzContentSHA256Mismatch';
  return request.method === 'PUT' ? problemOfBody(request, url, bytes) : undefined;
}

function problemOfBody(request: IncomingMessage, url: URL, bytes: Buffer): string | undefined {
  if (/aws-chunked/.test(request.headers['content-encoding'] ?? '')) return 'NotImplemented';
  if (request.headers['x-amz-copy-source'] !== undefined) return undefined;
  if (request.headers['content-length'] === undefined) return 'MissingContentLength';
  const sum = url.searchParams.get('x-amz-checksum-crc32') ?? request.headers['x-amz-checksum-crc32'];
  if (sum === undefined || sum === null) return undefined;
  const own = Buffer.alloc(4);
  own.writeUInt32BE(crc32(bytes));
  return sum === own.toString('base64') ? undefined : 'BadDigest';
}

function claimedIn(request: IncomingMessage, { searchParams }: URL): Claimed | undefined {
  const signature = searchParams.get('X-Amz-Signature');
  if (signature !== null)
    return {
      credential: searchParams.get('X-Amz-Credential') ?? '',
      date: searchParams.get('X-Amz-Date') ?? '',
      headers: (searchParams.get('X-Amz-SignedHeaders') ?? '').split(';'),
      signature,
      payload: 'UNSIGNED-PAYLOAD',
    };
  const [, credential, headers, signed] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  if (credential === undefined || headers === undefined || signed === undefined) return undefined;
  return {
    credential,
    date: String(request.headers['x-amz-date'] ?? ''),
    headers: headers.split(';'),
    signature: signed,
    payload: String(request.headers['x-amz-content-sha256'] ?? ''),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
