import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { UploadScan } from '../../src/config/uploads.ts';
import { silentLogger } from '../../src/log.ts';
import { analyseNext } from '../../src/uploads/analysis-loop.ts';
import { createDiskStore } from '../../src/uploads/disk-store.ts';
import { insertUpload, markStored } from '../../src/uploads/upload-rows.ts';
import { describePostgres, type TestDatabase, testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = 60_000;
const LEASE_MS = 1_500;
const CSV = 'a,b\n1,2\n';
const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

describePostgres('a file whose process dies', { timeout: LONG }, () => {
  let database: TestDatabase;
  let folder: string;
  let id: string;

  const look = (scan?: UploadScan) =>
    analyseNext(
      {
        ...{ db: database.db, store: createDiskStore(folder), clock: systemClock, log: silentLogger },
        ...{ forms: {}, linkOf: () => Promise.resolve(''), leaseMs: LEASE_MS, scan },
      },
      new AbortController().signal,
    );
  const row = async () =>
    (await database.db.query('select state, epoch from {schema}.uploads where id = $1::text::uuid', [id]))[0];

  beforeEach(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'spoke-uploads-'));
    id = randomUUID();
    const store = createDiskStore(folder);
    const upload = { id, token: 'token', name: 'a.csv', kind: 'csv', size: CSV.length, seconds: 60 } as const;
    await insertUpload(database.db, upload);
    await store.write?.(
      id,
      0,
      (async function* () {
        yield Buffer.from(CSV);
      })(),
    );
    await store.finish(id);
    await markStored(database.db, id);
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is another’s once the lease is over, and not before', async () => {
    const script = `
      const { openDatabase } = await import(${source('db/open-database.ts')});
      const { silentLogger: log } = await import(${source('log.ts')});
      const { systemClock: clock } = await import(${source('clock.ts')});
      const { analyseNext } = await import(${source('uploads/analysis-loop.ts')});
      const { createDiskStore } = await import(${source('uploads/disk-store.ts')});
      const db = await openDatabase({ url: process.env.URL, schema: process.env.SCHEMA, poolSize: 2, log, applicationName: 'victim' });
      const scan = () => { console.log('taken'); return new Promise(() => undefined); };
      const store = createDiskStore(process.env.FOLDER);
      await analyseNext({ db, store, clock, log, forms: {}, linkOf: async () => '', leaseMs: ${LEASE_MS}, scan }, new AbortController().signal);`;
    const child = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script],
      {
        env: { ...process.env, URL: database.url, SCHEMA: database.schema, FOLDER: folder },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(child.stdout, 'data');
    expect(await row()).toEqual({ state: 'analysing', epoch: 1 });
    // Held for longer than one lease: it is renewed.
    const until = performance.now() + LEASE_MS * 1.5;
    await waitFor(() => performance.now() > until, { timeout: LEASE_MS * 2 });
    expect(await look()).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const killed = performance.now();
    await waitFor(() => look(), { timeout: 15_000, interval: 50, what: 'the take-over' });
    console.log(`taken over and looked through ${Math.round(performance.now() - killed)} ms after the kill`);
    expect(await row()).toEqual({ state: 'ready', epoch: 2 });
  });

  it('does not count for the process that lost it', async () => {
    await look(async () => {
      await database.db.query('update {schema}.uploads set epoch = epoch + 1');
      return true;
    });
    expect(await row()).toEqual({ state: 'analysing', epoch: 2 });
  });
});
