import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { defineConfig, type SpokeConfig } from '../../src/config/define-config.ts';
import type { UploadsConfig } from '../../src/config/uploads.ts';
import { createApiKey } from '../../src/http/api-keys.ts';
import { contactForm, demoRequestForm, uploadForm } from '../../src/mapping/index.ts';
import { type DatabaseKind, testDatabaseOf } from './database.ts';
import { provision } from './provision.ts';
import { setup } from './setup.ts';
import { waitFor } from './wait-for.ts';

const WIDE = { count: 100_000, seconds: 60 };

export interface Ticket {
  readonly uploadId: string;
  readonly token: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly partBytes?: number;
}

/** A config with forms that take files, kept in the folder. */
export function uploadsConfig(folder: string, uploads: Partial<UploadsConfig> = {}): SpokeConfig {
  return defineConfig({
    events: {},
    forms: { contact: contactForm(), demo_request: demoRequestForm({ upload: true }), upload: uploadForm() },
    website: {
      minFillMs: 0,
      limits: { perAddress: WIDE, perEmail: WIDE },
      uploads: { store: { kind: 'disk', folder }, perAddress: WIDE, ...uploads },
    },
  });
}

/** A running Spoke that takes files, and what a visitor does with it. */
export async function uploadVisits(kind: DatabaseKind, uploads: Partial<UploadsConfig> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-uploads-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const config = uploadsConfig(folder, uploads);
  const bundle = await setup({ database: await testDatabaseOf(kind) });
  await provision(bundle.simulator, config);
  const app = await bundle.start({ config, env: { SPOKE_HTTP_PORT: '0' } });
  const url = app.httpUrl ?? '';

  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(path.startsWith('http') ? path : url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: the tests look at any part of an answer
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) as any };
  };
  const ticket = async (name: string, size: number, over = {}): Promise<Ticket> =>
    (await ask('POST', '/api/uploads', { name, size, ...over })).json;
  const put = (to: Pick<Ticket, 'url'>, bytes: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(to.url, { method: 'PUT', body: Buffer.from(bytes), headers });
  const state = async ({ uploadId, token }: Ticket) =>
    (await ask('GET', `/api/uploads/${uploadId}?token=${token}`)).json;
  const send = async (name: string, bytes: string | Buffer): Promise<Ticket> => {
    const given = await ticket(name, Buffer.byteLength(bytes));
    await put(given, bytes);
    return given;
  };
  /** Until it is ready or refused. */
  const looked = (given: Ticket) =>
    waitFor(
      async () => {
        const found = await state(given);
        return found.state === 'ready' || found.state === 'refused' ? found : undefined;
      },
      { timeout: 20_000, interval: 20, what: 'the upload to be looked through' },
    );
  const submit = (form: string, body: object) =>
    ask('POST', `/api/forms/${form}`, { _id: randomUUID(), ...body });
  const keyOf = async () =>
    (await createApiKey(bundle.db, { name: 'desk', scopes: ['submissions:read', 'submissions:write'] })).key;
  return { ...bundle, folder, config, app, url, ask, ticket, put, state, send, looked, submit, keyOf };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
