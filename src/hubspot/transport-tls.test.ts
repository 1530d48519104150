import { createServer, type ServerOptions } from 'node:https';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CertificateOptions, selfSigned } from '../../test/support/certificate.ts';
import { listen } from '../../test/support/raw-server.ts';
import { silentLogger } from '../log.ts';
import { tokenFromText } from './token.ts';
import { createTransport } from './transport.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
});

async function call(
  options: { certificate?: CertificateOptions; trusted?: boolean; server?: ServerOptions } = {},
) {
  const { cert, key } = selfSigned(options.certificate);
  let requests = 0;
  const server = createServer({ cert, key, ...options.server }, (_, response) => {
    requests += 1;
    response.end('{}');
  });
  server.on('tlsClientError', () => undefined);
  const transport = createTransport({
    baseUrl: `https://localhost:${await listen(server)}`,
    token: tokenFromText('token'),
    log: silentLogger,
    timeoutMs: 5000,
    ...(options.trusted === false ? {} : { ca: cert }),
  });
  closers.push(async () => {
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { exchange: await transport.request({ method: 'POST', path: '/', body: {} }), requests };
}

const REFUSED = { kind: 'fault', reason: 'tls', sent: false };

describe('TLS', () => {
  it('with a certificate that is trusted carries the call', async () => {
    expect((await call()).exchange).toMatchObject({ kind: 'reply', status: 200 });
  });

  it.each<[string, Parameters<typeof call>[0]]>([
    ['that nobody vouches for', { trusted: false }],
    ['that has run out', { certificate: { notAfter: new Date(Date.now() - 1000) } }],
    ['that is not valid yet', { certificate: { notBefore: new Date(Date.now() + 60_000) } }],
    ['of another host', { certificate: { host: 'api.example.com' } }],
  ])('with a certificate %s sends nothing', async (_, options) => {
    const { exchange, requests } = await call(options);
    expect(exchange).toMatchObject(REFUSED);
    expect(requests).toBe(0);
  });

  it('below 1.2 is refused', async () => {
    const server = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    expect((await call({ server })).exchange).toMatchObject(REFUSED);
  });

  it('1.2 is accepted', async () => {
    const server = { maxVersion: 'TLSv1.2' } as const;
    expect((await call({ server })).exchange).toMatchObject({ status: 200 });
  });

  it('is verified even when the environment says not to', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect((await call({ trusted: false })).exchange).toMatchObject(REFUSED);
  });
});
