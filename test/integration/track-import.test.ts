import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/db/database.ts';
import { silentLogger } from '../../src/log.ts';
import { type ImportOptions, importEvents, type LineRefusal } from '../../src/outbox/import-events.ts';
import { createTracker, type Tracker } from '../../src/outbox/track.ts';
import {
  databaseKinds,
  describePostgres,
  type TestDatabase,
  testDatabase,
  testDatabaseOf,
} from '../support/database.ts';

const MAX_PAYLOAD = 1_000;

let own: TestDatabase;
let tracker: Tracker;

function startImport(lines: readonly string[] | AsyncIterable<string>, options: Partial<ImportOptions> = {}) {
  const input = Symbol.asyncIterator in lines ? lines : Readable.from([lines.join('\n')]);
  return importEvents({ input, db: own.db, tracker, ...options });
}

const lineOf = (n: number, payload: unknown = { n }) =>
  JSON.stringify({ type: 'lead_created', payload, idempotencyKey: `lead-${n}` });

async function recordedNumbers(): Promise<unknown[]> {
  const rows = await own.db.query(`select payload->'n' as n from {schema}.outbox_events order by id`);
  return rows.map((row) => row.n);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe.each(databaseKinds)('import on %s', (kind) => {
  beforeAll(async () => {
    own = await testDatabaseOf(kind);
    tracker = createTracker({ schema: own.schema, log: silentLogger, maxPayloadBytes: MAX_PAYLOAD });
  });

  beforeEach(() => own.db.query('truncate {schema}.outbox_events restart identity'));

  afterAll(() => own.drop());

  test('records the lines in the order of the file, over several batches', async () => {
    const progress: unknown[] = [];
    const report = await startImport(
      upTo(25).map((n) => lineOf(n)),
      {
        batchSize: 10,
        onProgress: (counts) => progress.push(counts.lines),
      },
    );
    expect(report).toEqual({
      lines: 25,
      recorded: 25,
      repeated: 0,
      refused: 0,
      refusals: [],
      complete: true,
    });
    expect(progress).toEqual([10, 20, 25]);
    expect(await recordedNumbers()).toEqual(upTo(25));
  });

  test('stores every key of a line as track does', async () => {
    const line = {
      type: 'order_placed',
      payload: { text: 'a\0b', at: '2026-01-01' },
      idempotencyKey: 'k',
      recordKey: 'contacts:email:ada@example.com',
      occurredAt: '2026-01-02T03:04:05.678Z',
      priority: 'interactive',
    };
    await startImport([JSON.stringify(line)]);
    await tracker.track(own.db, line.type, line.payload, {
      recordKey: line.recordKey,
      occurredAt: new Date(line.occurredAt),
      priority: 'interactive',
    });
    const rows = await own.db.query(
      'select type, payload, record_key, occurred_at, priority, state from {schema}.outbox_events order by id',
    );
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]).toMatchObject({ priority: 1, payload: { text: 'a\ufffdb', at: '2026-01-01' } });
  });

  test('a second run of the same file records nothing', async () => {
    const lines = upTo(25).map((n) => lineOf(n));
    await startImport(lines, { batchSize: 10 });
    expect(await startImport(lines, { batchSize: 7 })).toMatchObject({
      lines: 25,
      recorded: 0,
      repeated: 25,
      refused: 0,
    });
    expect(await recordedNumbers()).toEqual(upTo(25));
  });

  test('a repetition inside a batch is repeated, and another content under the same key refused', async () => {
    const report = await startImport([lineOf(1), lineOf(1), lineOf(1, { n: 'other' }), lineOf(2)]);
    expect(report).toMatchObject({ lines: 4, recorded: 2, repeated: 1, refused: 1 });
    expect(report.refusals).toEqual([
      {
        line: 3,
        code: 'OUTBOX_IDEMPOTENCY_CONFLICT',
        message: expect.stringContaining('already belongs to event'),
      },
    ]);
    expect(await recordedNumbers()).toEqual([1, 2]);
  });

  test('a key that an earlier import gave to another content is refused', async () => {
    await startImport([lineOf(1)]);
    const report = await startImport([lineOf(1, { n: 'other' }), lineOf(2)]);
    expect(report).toMatchObject({ recorded: 1, repeated: 0, refused: 1 });
    expect(await recordedNumbers()).toEqual([1, 2]);
  });

  test('lines without a key are each an event', async () => {
    const line = '{"type":"a","payload":{"n":1}}';
    expect(await startImport([line, line, line])).toMatchObject({ recorded: 3, repeated: 0 });
  });

  test('each unusable line is reported with its number and reason, and the others are recorded', async () => {
    const refusals: LineRefusal[] = [];
    const report = await startImport(
      [
        lineOf(1),
        '{"type":',
        '',
        '[1]',
        '{"type":"lead_created","payload":[]}',
        '{"type":"two words","payload":{}}',
        '{"type":"a","payload":{},"recordkey":"x"}',
        lineOf(2, { n: 2, text: 'x'.repeat(MAX_PAYLOAD) }),
        `{"type":"a","payload":{"text":"${'x'.repeat(30_000)}"}}`,
        lineOf(3),
      ],
      { onRefused: (refusal) => refusals.push(refusal) },
    );
    expect(report).toMatchObject({ lines: 9, recorded: 2, refused: 7 });
    expect(refusals.map(({ line, code }) => [line, code])).toEqual([
      [2, 'IMPORT_LINE_INVALID'],
      [4, 'IMPORT_LINE_INVALID'],
      [5, 'OUTBOX_PAYLOAD_INVALID'],
      [6, 'OUTBOX_TYPE_INVALID'],
      [7, 'IMPORT_LINE_INVALID'],
      [8, 'OUTBOX_PAYLOAD_TOO_LARGE'],
      [9, 'IMPORT_LINE_TOO_LONG'],
    ]);
    expect(report.refusals).toEqual(refusals);
    expect(await recordedNumbers()).toEqual([1, 3]);
  });

  test('a line that only the database refuses does not sink its batch', async () => {
    await own.db.query(
      `alter table {schema}.outbox_events add constraint lucky check (payload->>'n' <> '13')`,
    );
    const report = await startImport(upTo(20).map((n) => lineOf(n)));
    await own.db.query('alter table {schema}.outbox_events drop constraint lucky');
    expect(report).toMatchObject({
      recorded: 19,
      refused: 1,
      refusals: [{ line: 13, code: 'OUTBOX_REJECTED' }],
    });
    expect(await recordedNumbers()).toEqual(upTo(20).filter((n) => n !== 13));
  });

  test('a line that the config cannot map is refused here, with the reason', async () => {
    const seen: unknown[] = [];
    const report = await startImport([lineOf(1), lineOf(2)], {
      route(event) {
        seen.push(event);
        const { n } = event.payload as { n: number };
        return n === 2 ? { ok: false, code: 'EMAIL_UNUSABLE', message: 'No @.' } : { ok: true };
      },
    });
    expect(report.refusals).toEqual([{ line: 2, code: 'EMAIL_UNUSABLE', message: 'No @.' }]);
    expect(seen[0]).toEqual({ type: 'lead_created', payload: { n: 1 }, recordKey: null });
    expect(await recordedNumbers()).toEqual([1]);
  });

  test('the priority of the import holds for lines that name none', async () => {
    await startImport([lineOf(1), '{"type":"a","payload":{},"priority":"interactive"}'], {
      priority: 'bulk',
    });
    const rows = await own.db.query('select priority from {schema}.outbox_events order by id');
    expect(rows.map((row) => row.priority)).toEqual([9, 1]);
  });

  test('an abort stops it between batches, and the next run finishes the rest', async () => {
    const stop = new AbortController();
    const lines = upTo(30).map((n) => lineOf(n));
    const first = await startImport(lines, {
      batchSize: 10,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(first).toMatchObject({ lines: 10, recorded: 10, complete: false });
    expect(await startImport(lines)).toMatchObject({ recorded: 20, repeated: 10, complete: true });
    expect(await recordedNumbers()).toEqual(upTo(30));
  });

  test('an abort ends the wait for input that does not come', async () => {
    const stop = new AbortController();
    async function* silent() {
      yield `${lineOf(1)}\n${lineOf(2).slice(0, 10)}`;
      stop.abort();
      await new Promise(() => {});
    }
    const report = await startImport(silent(), { signal: stop.signal });
    expect(report).toMatchObject({ complete: false, refused: 0 });
  });

  test('an outbox that is not there ends the import with its code', async () => {
    await own.db.query('alter table {schema}.outbox_events rename to elsewhere');
    const failure = await startImport([lineOf(1), lineOf(2)]).catch((error: unknown) => error);
    await own.db.query('alter table {schema}.elsewhere rename to outbox_events');
    expect(failure).toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
  });

  test('keeps at most 1,000 refusals but counts and reports them all', async () => {
    let reported = 0;
    const report = await startImport(
      Array.from({ length: 1_200 }, () => '{'),
      { onRefused: () => (reported += 1) },
    );
    expect([report.refused, reported, report.refusals.length]).toEqual([1_200, 1_200, 1_000]);
  });

  test('a fault that may have come after the commit is not tried again', async () => {
    let calls = 0;
    const db: Queryable = {
      query() {
        calls += 1;
        return Promise.reject(Object.assign(new Error('connection lost'), { code: 'ECONNRESET' }));
      },
    };
    await expect(startImport([lineOf(1)], { db })).rejects.toThrow('connection lost');
    expect(calls).toBe(1);
  });
});

describePostgres('import in several processes', () => {
  beforeAll(async () => {
    own = await testDatabase();
    tracker = createTracker({ schema: own.schema, log: silentLogger });
  });

  beforeEach(() => own.db.query('truncate {schema}.outbox_events restart identity'));

  afterAll(() => own.drop());

  test('killed at any moment and run again, every line is one event, in order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spoke-import-'));
    try {
      const file = join(folder, 'events.ndjson');
      await writeFile(
        file,
        upTo(4_000)
          .map((n) => lineOf(n))
          .join('\n'),
      );
      const script = new URL('./track-import-process.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, ['--import', 'tsx', script, own.url, own.schema, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const before = (await recordedNumbers()).length;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(4_000);
      const report = await startImport(upTo(4_000).map((n) => lineOf(n)));
      expect(report).toMatchObject({ lines: 4_000, refused: 0 });
      expect(await recordedNumbers()).toEqual(upTo(4_000));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('two imports of one file at once make every line one event', async () => {
    const lines = upTo(2_000).map((n) => lineOf(n));
    const reports = await Promise.all([
      startImport(lines, { batchSize: 100 }),
      startImport([...lines].reverse(), { batchSize: 70 }),
    ]);
    expect(reports.map(({ refused }) => refused)).toEqual([0, 0]);
    expect(reports.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(2_000);
    expect(new Set(await recordedNumbers()).size).toBe(2_000);
  });

  test('finds known keys by index, also in a large table', async () => {
    await own.db.query(
      `insert into {schema}.outbox_events (type, payload, idempotency_key)
       select 'a', '{}', 'key-' || n from generate_series(1, 50000) n`,
    );
    await own.db.query('analyze {schema}.outbox_events');
    const statements: [string, readonly unknown[]][] = [];
    const db: Queryable = {
      query(text, values = []) {
        statements.push([text, values]);
        return own.db.query(text, values);
      },
    };
    await startImport(
      upTo(500).map((n) => lineOf(n)),
      { db },
    );
    const [text, values] = statements[0] ?? ['', []];
    const plan = await own.db.query(`explain ${text}`, values);
    const lines = plan.map((row) => String(row['QUERY PLAN'])).join('\n');
    expect(lines).toContain('outbox_events_idempotency');
    expect(lines).not.toContain('Seq Scan on outbox_events');
  });
});
