import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workbookOf } from '../../../test/support/workbooks.ts';
import type { FileKind } from '../../config/file-kinds.ts';
import { profileInThread } from './profile-in-thread.ts';

/** Rows of the large files; a tenth of them where SPOKE_TEST_ROWS says nothing. */
const ROWS = Number(process.env.SPOKE_TEST_ROWS ?? 20_000);
const MB = 1_048_576;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoke-profile-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, pieces: Iterable<string | Buffer>): Promise<string> {
  const path = join(folder, name);
  await pipeline(Readable.from(pieces), createWriteStream(path));
  return path;
}

const person = (at: number) => ({
  id: at,
  email: `person${at}@example.com`,
  amount: at / 8,
  since: new Date(1_600_000_000_000 + at * 1_000).toISOString(),
  note: at % 3 === 0 ? '' : `Said "${at}", then left`,
});
const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;

function* csv(rows: number) {
  yield 'id,email,amount,since,note\n';
  for (let at = 0; at < rows; at += 1) yield `${Object.values(person(at)).map(quoted).join(',')}\n`;
}
function* json(rows: number) {
  for (let at = 0; at < rows; at += 1) yield `${at === 0 ? '[' : ','}${JSON.stringify(person(at))}`;
  yield ']';
}
function* ndjson(rows: number) {
  for (let at = 0; at < rows; at += 1) yield `${JSON.stringify(person(at))}\n`;
}
function* xlsx(rows: number) {
  const people = Array.from({ length: rows }, (_, at) => Object.values(person(at)));
  yield workbookOf([Object.keys(person(0)), ...people]);
}

describe('large files, in 64 MiB', () => {
  test.each<[FileKind, (rows: number) => Iterable<string | Buffer>, number]>([
    ['csv', csv, ROWS],
    ['json', json, ROWS],
    ['ndjson', ndjson, ROWS],
    ['xlsx', xlsx, ROWS / 4],
  ])('%s', { timeout: 120_000 }, async (kind, write, rows) => {
    const path = await written(`large.${kind}`, write(rows));
    const started = performance.now();
    const result = await profileInThread(path, kind, { memoryMb: 64 });
    const ms = Math.round(performance.now() - started);
    console.log(
      `${kind}: ${rows} rows in ${ms} ms, quality ${result.ok ? result.profile.score : result.code}`,
    );
    expect(result).toMatchObject({ ok: true, profile: { rows, duplicateRate: 0, raggedRows: 0 } });
    expect(result.ok && result.profile.columns.map(({ type }) => type)).toEqual([
      ...['integer', 'e-mail', 'number', 'date', 'text'],
    ]);
  });
});

test('a line of 256 MB ends early and takes no memory', { timeout: 60_000 }, async () => {
  function* line() {
    yield 'a,b\n';
    for (let mb = 0; mb < 256; mb += 1) yield Buffer.alloc(MB, 'x');
  }
  const path = await written('line.csv', line());
  expect(await profileInThread(path, 'csv', { memoryMb: 64 })).toMatchObject({
    ok: false,
    code: 'ROW_TOO_LARGE',
  });
});

test('a file that needs too much memory ends its thread, and nothing else', { timeout: 60_000 }, async () => {
  function* rows() {
    for (let at = 0; at < 300_000; at += 1) yield `{"a${at % 900}":${at}}\n`;
  }
  const path = await written('memory.ndjson', rows());
  expect(await profileInThread(path, 'ndjson', { memoryMb: 8 })).toMatchObject({ ok: false, code: 'MEMORY' });
});

test('a file that takes too long is given up', async () => {
  const path = await written('slow.csv', csv(20_000));
  expect(await profileInThread(path, 'csv', { deadlineMs: 1 })).toMatchObject({
    ok: false,
    code: 'DEADLINE',
  });
});

test('a thread is ended by the signal', async () => {
  const path = await written('aborted.csv', csv(20_000));
  const signal = AbortSignal.timeout(1);
  await expect(profileInThread(path, 'csv', {}, signal)).rejects.toThrow(/aborted due to timeout/);
});
