import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli, folderWith } from '../support/run-cli.ts';

async function place() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const person = (id: number, firstname: string) => ({
    id: String(id),
    properties: { email: `p${id}@example.com`, firstname, phone: '=1+1' },
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-02T00:00:00Z',
  });
  await writeRecords(database.db, [person(1, 'Ada'), person(2, 'Bob'), person(3, 'Ada')], {
    objectType: 'contacts',
    readAt: new Date(),
  });
  const cwd = await folderWith({});
  const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
  return { cwd, run: (...args: string[]) => cli(['contacts', ...args], { cwd, env }) };
}

const ADAS = ['--where', '{"property":"firstname","is":"ada"}'];

describePostgres('spoke contacts', () => {
  it('lists page by page', async () => {
    const { run } = await place();
    expect(await run()).toEqual({
      code: 0,
      stdout: '1  p1@example.com  Ada\n2  p2@example.com  Bob\n3  p3@example.com  Ada\n3 of 3 contacts.\n',
      stderr: '',
    });
    const { stdout } = await run(
      'list',
      ...ADAS,
      '--limit',
      '1',
      '--sort',
      '-id',
      '--properties',
      'firstname',
    );
    expect(stdout).toMatch(/^3 {2}Ada\n1 of 2 contacts\.\nMore: --cursor \S+\n$/);
    const cursor = stdout.trim().split(' ').at(-1) ?? '';
    expect((await run('list', ...ADAS, '--sort', '-id', '--cursor', cursor)).stdout).toMatch(
      /^1 {2}p1@example\.com/,
    );
    const json = JSON.parse((await run('list', '--text', 'bob', '--json')).stdout) as unknown;
    expect(json).toMatchObject({
      records: [{ id: '2', properties: { firstname: 'Bob' } }],
      total: 1,
      isEstimate: false,
    });
  });

  it('shows one by its id or address', async () => {
    const { run } = await place();
    const { stdout } = await run('show', 'P2@example.com');
    expect(stdout).toContain('id          2\ncreated     2026-01-01T00:00:00.000Z\n');
    expect(stdout).toContain('firstname: Bob');
    expect((await run('show', '2')).stdout).toBe(stdout);
    expect(await run('show', '99')).toMatchObject({
      code: 1,
      stderr: 'The mirror has none of the contacts under 99.\n',
    });
  });

  it('exports to a file and to stdout', async () => {
    const { run, cwd } = await place();
    const head = 'hubspot_id,email,phone,list_memberships,segments,created_at,updated_at';
    const times = '2026-01-01T00:00:00.000Z,2026-01-02T00:00:00.000Z';
    expect((await run('export', '--csv', '-', ...ADAS, '--properties', 'email,phone')).stdout).toBe(
      `${head}\r\n1,p1@example.com,'=1+1,,,${times}\r\n3,p3@example.com,'=1+1,,,${times}\r\n`,
    );
    const file = join(cwd, 'people.ndjson');
    expect(await run('export', '--ndjson', file, '--after', '1', '--max-contacts', '1')).toMatchObject({
      code: 0,
    });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ id: '2' });
  });

  it.each([
    [['list', '--where', '{'], 'is no JSON'],
    [['list', '--where', '{"property":"email"}'], 'where: Say what of email'],
    [['list', '--segment', 'vips'], 'There is no segment vips.'],
    [['list', '--limit', '0'], '--limit must be a whole number from 1 to 1000'],
    [['export'], 'Give one of --csv FILE and --ndjson FILE'],
    [['export', '--csv', '-', '--ndjson', '-'], 'Give one of --csv FILE and --ndjson FILE'],
    [['export', '--csv', '-', '--after', 'x'], '--after must be the id of a record'],
  ])('refuses %j', async (args, message) => {
    const { run } = await place();
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
  });
});
