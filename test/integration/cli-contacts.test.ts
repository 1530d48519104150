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
  await database.db.query(
    `insert into {schema}.mirror_objects (object_type, complete_at, caught_up_at, swept_at, properties)
     values ('contacts', now(), now() - interval '3 hours', now() - interval '5 minutes', '{email,firstname,phone}')`,
  );
  await writeRecords(database.db, [person(1, 'Ada'), person(2, 'Bob'), person(3, 'Ada')], {
    objectType: 'contacts',
    readAt: new Date(),
  });
  const cwd = await folderWith({});
  const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
  return { db: database.db, cwd, run: (...args: string[]) => cli(['contacts', ...args], { cwd, env }) };
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

  it('shows what a custom object has of its own', async () => {
    const { run, db } = await place();
    await writeRecords(
      db,
      [
        {
          id: '9',
          properties: { hull: 'H1', berths: '4', hs_object_id: '9' },
          updatedAt: '2026-01-02T00:00:00Z',
        },
      ],
      { objectType: '2-1', readAt: new Date() },
    );
    expect((await run('list', '--object', '2-1')).stdout).toBe('9  4  H1\n1 of 1 2-1.\n');
  });

  it('says when an answer cannot be whole', async () => {
    const { run, db } = await place();
    await db.query('update {schema}.mirror_objects set complete_at = null');
    const part = 'Not all contacts have been read yet: spoke pull all goes on with that.\n';
    expect(await run('list', '--json')).toMatchObject({ code: 0, stderr: part });
    expect(await run('export', '--ndjson', '-')).toMatchObject({ code: 0, stderr: part });
    await db.query('delete from {schema}.mirror_objects; delete from {schema}.mirror_records');
    expect(await run('list')).toEqual({
      code: 0,
      stdout: '0 of 0 contacts.\n',
      stderr:
        'The mirror was never filled with contacts: spoke pull reads what spoke.config.ts names under mirror.objects.\n',
    });
  });

  it('says what it holds, and how old that is', async () => {
    const { run, db } = await place();
    expect(await run('stats')).toEqual({
      code: 0,
      stdout:
        'contacts: 3 live, 0 archived, 0 merged, 0 gone\n  changes read 3 h ago, all ids read 5 min ago, never proven\n',
      stderr: '',
    });
    expect(JSON.parse((await run('stats', '--json')).stdout)).toMatchObject({
      objects: [{ objectType: 'contacts', live: 3, provenAt: null }],
      lists: [],
    });
    await db.query('delete from {schema}.mirror_objects; delete from {schema}.mirror_records');
    expect((await run('stats')).stdout).toBe(
      'The mirror is empty: name object types under mirror.objects in spoke.config.ts, then spoke pull.\n',
    );
  });

  it.each([
    [['list', '--where', '{'], 'is no JSON'],
    [['list', '--where', '{"property":"email"}'], 'where: Say what of email'],
    [['list', '--segment', 'vips'], 'There is no segment vips.'],
    [['list', '--properties', 'firstname, emial'], 'no property emial. Did you mean email?'],
    [['export', '--csv', '-', '--properties', 'emial'], 'no property emial. Did you mean email?'],
    [['list', '--sort', '-emial'], 'sort: The portal has no property emial. Did you mean email?'],
    [['list', '--object', 'contcts'], 'The mirror has no "contcts", only contacts. Did you mean contacts?'],
    [['show', '--object', 'companies', '1'], 'The mirror has no "companies", only contacts.'],
    [['export', '--csv', '-', '--object', 'boats'], 'The mirror has no "boats", only contacts.'],
    [['list', '--list', 'VIPs'], 'The mirror keeps no list VIPs of contacts'],
    [['list', '--limit', '0'], '--limit must be a whole number from 1 to 1000'],
    [['export'], 'Give one of --csv FILE and --ndjson FILE'],
    [['export', '--csv', '-', '--ndjson', '-'], 'Give one of --csv FILE and --ndjson FILE'],
    [['export', '--csv', '-', '--after', 'x'], '--after must be the id of a record'],
    [['export', '--csv', 'no/such/folder/people.csv'], 'The file cannot be written (ENOENT'],
  ])('refuses %j', async (args, message) => {
    const { run, db } = await place();
    for (const name of ['email', 'firstname', 'phone'])
      await db.query(
        `insert into {schema}.mirror_properties values ('contacts', $1, 'string', '{"fieldType":"text"}', now())`,
        [name],
      );
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
  });
});
