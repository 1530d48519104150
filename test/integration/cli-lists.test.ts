import { expect, it, onTestFinished } from 'vitest';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli } from '../support/run-cli.ts';

describePostgres('spoke lists', () => {
  const setup = async (members = 0) => {
    const database = await testDatabase();
    onTestFinished(() => database.drop());
    const { db } = database;
    await db.query(`insert into {schema}.mirror_lists (id, name, object_type, processing_type, size, members_read_at, read_at, deleted_at) values
      (7, 'Trial', 'contacts', 'MANUAL', 3, '2026-01-02T00:00:00Z', now(), null), (8, 'All', 'companies', 'DYNAMIC', null, null, now(), null),
      (9, 'Gone', 'contacts', 'MANUAL', 0, now(), now(), now())`);
    await db.query(
      `insert into {schema}.mirror_memberships (list_id, record_id, joined_at, read_at)
       select 7, n, '2026-01-01T00:00:00Z', now() from generate_series(1, $1::integer) n`,
      [members],
    );
    await db.query(`insert into {schema}.mirror_records (object_type, id, properties, updated_at, read_at)
      values ('contacts', 1, '{"email":"ada@example.com"}', now(), now())`);
    const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
    return (...args: string[]) => cli(['lists', ...args], { env });
  };

  it('shows the lists with their sizes and how old they are', async () => {
    const lists = await setup(2);
    expect(await lists()).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '8 All: 0 companies, dynamic, not read to the end yet',
        '7 Trial: 2 contacts (HubSpot says 3), manual, as of 2026-01-02T00:00:00.000Z\n',
      ].join('\n'),
    });
    expect(JSON.parse((await lists('--json')).stdout)).toMatchObject({
      lists: [{ id: '8' }, { id: '7', name: 'Trial', members: 2, hubspotSize: 3 }],
    });
  });

  it.each(['Trial', '7'])('shows every member of %s, thousands too', async (list) => {
    const lists = await setup(2_500);
    const { stdout, code } = await lists('--members', list);
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(2_500);
    expect(lines[0]).toBe('1 2026-01-01T00:00:00.000Z ada@example.com');
    const json = (await lists('--members', list, '--json')).stdout.trimEnd().split('\n');
    expect(json.map((line) => (JSON.parse(line) as { recordId: string }).recordId)).toEqual(
      Array.from({ length: 2_500 }, (_, n) => String(n + 1)),
    );
  });

  it('says that a list is not there, and that members were never read', async () => {
    const lists = await setup();
    expect(await lists('--members', 'Nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIRROR_LIST_UNKNOWN'),
    });
    expect((await lists('--members', 'trail')).stderr).toContain('"trail". Did you mean Trial?');
    expect(await lists('--members', 'All')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('never read to the end'),
    });
  });
});
