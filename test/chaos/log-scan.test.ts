import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanLogs } from './log-scan.ts';

const CANARIES = new Map([
  ['the token', 'pat-canary-0123456789'],
  ['an e-mail', '@chaos.example.com'],
]);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chaos-logs-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('ordinary lines, also about faults, are no findings', async () => {
  await writeFile(join(folder, 'w1.log'), '{"level":40,"msg":"HubSpot did not answer: reset"}\n');
  const scan = await scanLogs(folder, CANARIES);
  expect(scan).toMatchObject({ files: 1, unexpectedLines: [], leaks: [] });
});

test.each([
  ['plain', 'pat-canary-0123456789'],
  ['URL-encoded', 'person%40chaos.example.com'],
  ['base64', Buffer.from('Bearer pat-canary-0123456789!').toString('base64')],
  ['base64, one byte off', Buffer.from('Bearer: pat-canary-0123456789!').toString('base64')],
  ['base64, two bytes off', Buffer.from('Bearer:: pat-canary-0123456789!').toString('base64')],
])('a canary is found: %s', async (_, text) => {
  await writeFile(join(folder, 'w1.log'), `{"msg":"${text}"}\n`);
  expect((await scanLogs(folder, CANARIES)).leaks).toHaveLength(1);
});

test.each([
  "TypeError: Cannot read properties of undefined (reading 'id')",
  '{"err":{"message":"deadlock detected","code":"40P01"}}',
  'error: syntax error at or near "from"',
  'error: duplicate key value violates unique constraint "lanes_record_key_key"',
  'error: column "leased_til" does not exist',
])('a mistake is found: %s', async (line) => {
  await writeFile(join(folder, 'w1.log'), `${line}\n`);
  expect((await scanLogs(folder, CANARIES)).unexpectedLines).toEqual([`w1.log: ${line}`]);
});

test('the same sign is shown three times at most', async () => {
  await writeFile(join(folder, 'w1.log'), 'TypeError: x\n'.repeat(50));
  expect((await scanLogs(folder, CANARIES)).unexpectedLines).toHaveLength(3);
});
