import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { UploadScan } from '../../src/config/uploads.ts';
import { silentLogger } from '../../src/log.ts';
import { analyseNext, startAnalysisLoop } from '../../src/uploads/analysis-loop.ts';
import { createDiskStore } from '../../src/uploads/disk-store.ts';
import { deleteUpload } from '../../src/uploads/list-uploads.ts';
import type { UploadStore } from '../../src/uploads/store.ts';
import { beginWriting, insertUpload, markStored } from '../../src/uploads/upload-rows.ts';
import { removeFiles } from '../../src/uploads/upload-upkeep.ts';
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
        ...{ forms: {}, linkOf: () => Promise.resolve(''), leaseMs: LEASE_MS, retryMs: 0, scan },
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
    await markStored(database.db, id, (await beginWriting(database.db, id, 60)) ?? '');
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

  it('keeps its bytes when the process that lost it would refuse it', async () => {
    await look(async () => {
      await database.db.query('update {schema}.uploads set epoch = epoch + 1');
      return false;
    });
    await removeFiles({ db: database.db, store: createDiskStore(folder), log: silentLogger });
    expect(await readdir(folder)).toEqual([id]);
    await database.db.query(`update {schema}.uploads set lease_until = clock_timestamp()`);
    expect(await look()).toBe(true);
    expect(await row()).toMatchObject({ state: 'ready' });
  });

  it('is looked through three times when the scan fails, and then refused and removed', async () => {
    let tries = 0;
    const scan = () => {
      tries += 1;
      throw new Error('the scanner is away');
    };
    while (await look(scan));
    expect(tries).toBe(3);
    expect(await row()).toMatchObject({ state: 'refused' });
    expect(await database.db.query<{ reason: string }>('select reason from {schema}.uploads')).toEqual([
      { reason: 'The file could not be looked through.' },
    ]);
    await removeFiles({ db: database.db, store: createDiskStore(folder), log: silentLogger });
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves its removal to the next process when it dies after the deletion', async () => {
    await deleteUpload(database.db, id);
    expect(await readdir(folder)).toEqual([id]);
    const store = createDiskStore(folder);
    const remove = (over: Partial<UploadStore> = {}) =>
      removeFiles({ db: database.db, store: { ...store, ...over }, log: silentLogger });
    expect(await remove({ remove: () => Promise.reject(new Error('the disk is away')) })).toBe(1);
    // Not at once again: others come first.
    expect(await remove()).toBe(0);
    await database.db.query('update {schema}.upload_removals set due_at = clock_timestamp()');
    expect(await remove()).toBe(1);
    expect(await readdir(folder)).toEqual([]);
    // Bytes that a request was still sending: removed once the ticket can be no more in use.
    await writeFile(join(folder, `${id}.part`), CSV);
    expect(await remove()).toBe(0);
    await database.db.query(
      `update {schema}.upload_removals set due_at = clock_timestamp(), last_at = clock_timestamp()`,
    );
    expect(await remove()).toBe(1);
    expect(await readdir(folder)).toEqual([]);
    expect(await database.db.query('select from {schema}.upload_removals')).toEqual([]);
  });

  it('is recorded although the outbox takes nothing of another one', async () => {
    const { db } = database;
    const other = randomUUID();
    await insertUpload(db, { id: other, token: 'token', name: 'b.csv', kind: 'csv', size: 1, seconds: 60 });
    await db.query(
      `insert into {schema}.submissions (id, form, language, state, email, raw, accepted, changes, flags, body_digest, score, reasons, status_hash)
       select id, 'upload', 'en', 'released', 'ada@example.com', '{}', '{}', '[]', '[]', '', 0, '{}', '' from {schema}.uploads;
       update {schema}.uploads set state = 'ready', submission_id = id, stored_at = created_at, profile = '{"score":1,"summary":"x"}';
       alter table {schema}.outbox_events add constraint own check (idempotency_key <> 'upload:${id}')`,
    );
    const loop = startAnalysisLoop({
      ...{ db, store: createDiskStore(folder), clock: systemClock, log: silentLogger },
      ...{ forms: {}, linkOf: () => Promise.resolve('') },
    });
    const events = () => db.query('select idempotency_key from {schema}.outbox_events');
    await waitFor(async () => (await events()).length > 0, {
      timeout: 15_000,
      interval: 20,
      what: 'the event',
    });
    await loop.stop();
    expect(await events()).toEqual([{ idempotency_key: `upload:${other}` }]);
  });
});
