import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createLogger } from '../../src/log.ts';
import { refreshView, viewName } from '../../src/mirror/views.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';

type Defined = readonly [name: string, type: string, fieldType?: string];

describe.each(databaseKinds)('the views of the mirror on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;
  let warnings: string[];

  beforeEach(async () => {
    ({ db } = await opening);
    warnings = [];
    for (const table of ['records', 'properties', 'lists', 'memberships', 'owners', 'links', 'changes'])
      await db.query(`delete from {schema}.mirror_${table}`);
    await db.query('delete from {schema}.segments; drop view if exists {schema}.hubspot_contacts cascade');
  });
  afterAll(async () => (await opening).drop());

  const define = async (objectType: string, ...properties: readonly Defined[]) => {
    await db.query('delete from {schema}.mirror_properties where object_type = $1', [objectType]);
    for (const [name, type, fieldType = 'text'] of properties)
      await db.query(
        'insert into {schema}.mirror_properties values ($1, $2, $3, $4::jsonb, clock_timestamp())',
        [objectType, name, type, JSON.stringify({ fieldType })],
      );
  };
  const refresh = (objectType = 'contacts') =>
    refreshView(
      db,
      objectType,
      createLogger({ level: 'warn', destination: { write: (line) => warnings.push(line) } }),
    );
  const put = (id: number, properties: Record<string, string>, state = 'live', objectType = 'contacts') =>
    db.query(
      `insert into {schema}.mirror_records (object_type, id, properties, updated_at, state, left_at, merged_into, read_at)
       values ($1, $2, $3::jsonb, '2026-01-01T00:00:00Z', $4, case when $4 <> 'live' then now() end, case when $4 = 'merged' then 1 end,
               '2026-01-02T00:00:00Z')`,
      [objectType, id, JSON.stringify(properties), state],
    );
  const columns = async (view = 'hubspot_contacts') =>
    db.query<{ name: string; type: string }>(
      `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = '{schema}.${view}'::regclass and attnum > 0 order by attnum`,
    );

  it('have a column of the right type for each property, and null for what does not fit', async () => {
    await define(
      'contacts',
      ['score', 'number'],
      ['born', 'date'],
      ['seen', 'datetime'],
      ['vip', 'bool'],
      ['plan', 'enumeration', 'select'],
      ['tags', 'enumeration', 'checkbox'],
      ['note', 'string'],
    );
    expect(await refresh()).toBe(true);
    await put(1, {
      score: '12.5',
      born: '1990-02-28',
      seen: '2026-01-01T10:00:00.5Z',
      vip: 'true',
      plan: 'pro',
      tags: ';a;b',
      note: 'x',
    });
    await put(2, { score: 'many', born: '1990-02-31', seen: '1767225600000', vip: 'perhaps', tags: 'a' });
    const sql = `select score, born::text, extract(epoch from seen)::float8 as seen, vip, plan, tags, note
      from {schema}.hubspot_contacts order by hubspot_id`;
    expect(await db.query(sql)).toEqual([
      {
        score: '12.5',
        born: '1990-02-28',
        seen: Date.parse('2026-01-01T10:00:00.5Z') / 1000,
        vip: true,
        plan: 'pro',
        tags: ['a', 'b'],
        note: 'x',
      },
      { score: null, born: null, seen: 1767225600, vip: null, plan: null, tags: ['a'], note: null },
    ]);
  });

  it('show live records only, with the lists and segments that they are in', async () => {
    await define('contacts', ['email', 'string'], ['note', 'string']);
    await refresh();
    await put(1, { email: 'ada@example.com', firstname: 'Ada', note: 'x' });
    await put(2, {}, 'archived');
    await put(3, {}, 'merged');
    await put(4, {}, 'gone');
    await db.query(`insert into {schema}.mirror_lists (id, name, object_type, processing_type, read_at, deleted_at) values
      (1, 'Trial', 'contacts', 'MANUAL', now(), null), (2, 'Old', 'contacts', 'MANUAL', now(), now()), (3, 'Firms', 'companies', 'MANUAL', now(), null)`);
    await db.query(`insert into {schema}.mirror_memberships (list_id, record_id, joined_at, left_at, read_at) values
      (1, 1, now(), null, now()), (2, 1, now(), null, now()), (3, 1, now(), null, now())`);
    await db.query(
      `insert into {schema}.segments (name, object_type, rule) values ('warm', 'contacts', '{}')`,
    );
    await db.query(`insert into {schema}.segment_members (segment, record_id) values ('warm', 1)`);
    expect(
      await db.query(
        'select hubspot_id, email, firstname, list_memberships, segments, note from {schema}.hubspot_contacts',
      ),
    ).toEqual([
      {
        hubspot_id: 1,
        email: 'ada@example.com',
        firstname: 'Ada',
        list_memberships: ['Trial'],
        segments: ['warm'],
        note: 'x',
      },
    ]);
    expect(
      await db.query('select hubspot_id, state from {schema}.hubspot_archived_records order by 1'),
    ).toEqual([
      { hubspot_id: 2, state: 'archived' },
      { hubspot_id: 4, state: 'gone' },
    ]);
    expect(await db.query('select hubspot_id, merged_into from {schema}.hubspot_merges')).toEqual([
      { hubspot_id: 3, merged_into: 1 },
    ]);
    expect(await db.query('select list_id, members from {schema}.hubspot_lists order by 1')).toEqual([
      { list_id: 1, members: 1 },
      { list_id: 3, members: 1 },
    ]);
  });

  it('get new columns at the end, and keep those of properties that have gone', async () => {
    await define('contacts', ['b', 'string'], ['c', 'number']);
    await refresh();
    const before = await columns();
    await define('contacts', ['a', 'bool'], ['c', 'number']);
    expect(await refresh()).toBe(true);
    expect(await columns()).toEqual([...before, { name: 'a', type: 'boolean' }]);
    await put(1, { a: 'true', b: 'still there' });
    expect(await db.query('select a, b from {schema}.hubspot_contacts')).toEqual([{ a: true, b: null }]);
  });

  it('are not written again without a reason', async () => {
    await define('contacts', ['a', 'string']);
    expect([await refresh(), await refresh()]).toEqual([true, false]);
  });

  it('are not written while no definition is known', async () => {
    expect(await refresh('deals')).toBe(false);
    expect(await db.query(`select to_regclass('{schema}.hubspot_deals') as view`)).toEqual([{ view: null }]);
  });

  it('follow a changed type, and those who may read them still may', async () => {
    await define('contacts', ['a', 'string'], ['b', 'string']);
    await refresh();
    await db.query('grant select on {schema}.hubspot_contacts to public');
    await define('contacts', ['a', 'number'], ['b', 'string']);
    expect(await refresh()).toBe(true);
    expect(await columns()).toContainEqual({ name: 'a', type: 'numeric' });
    expect(
      await db.query(
        `select relacl::text as acl from pg_class where oid = '{schema}.hubspot_contacts'::regclass`,
      ),
    ).toEqual([{ acl: expect.stringMatching(/[{,]=r\//) }]);
  });

  it('keep the former type while another view depends on them, which the log says', async () => {
    await define('contacts', ['a', 'number'], ['b', 'string']);
    await refresh();
    await put(1, { a: '7', b: '8' });
    await db.query('create view {schema}.mine as select a, b from {schema}.hubspot_contacts');
    await define('contacts', ['a', 'string'], ['b', 'number'], ['c', 'string']);
    await refresh();
    const types = Object.fromEntries((await columns()).map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ a: 'numeric', b: 'text', c: 'text' });
    expect(await db.query('select a, b from {schema}.mine')).toEqual([{ a: null, b: '8' }]);
    expect(warnings.join('')).toContain('another type');
    await db.query('drop view {schema}.mine');
    await refresh();
    expect(Object.fromEntries((await columns()).map(({ name, type }) => [name, type]))).toMatchObject({
      a: 'text',
      b: 'numeric',
    });
  });

  it('have names for properties that are too long, that clash, or that no SQL should see', async () => {
    const long = 'p'.repeat(90);
    await define(
      'contacts',
      [long, 'string'],
      ['properties', 'string'],
      [`it's "odd"\\`, 'string'],
      ['Größe', 'string'],
    );
    await refresh();
    await put(1, { [long]: 'long', properties: 'clash' });
    const [row] = await db.query('select * from {schema}.hubspot_contacts');
    const named = Object.entries(row ?? {}).filter(([, value]) => value === 'long' || value === 'clash');
    expect(named.map(([name]) => name)).toEqual([
      expect.stringMatching(/^p{54}_[0-9a-f]{8}$/),
      expect.stringMatching(/^properties_[0-9a-f]{8}$/),
    ]);
  });

  it('hold a portal with thousands of properties as far as Postgres does', async () => {
    await db.query(
      `insert into {schema}.mirror_properties select 'contacts', 'p' || n, (array['string','number','datetime'])[1 + n % 3], '{}', now()
       from generate_series(1, 2000) n`,
    );
    await refresh();
    await put(1, { p1: '5' });
    expect(await columns()).toHaveLength(1600);
    const rows = await db.query('select * from {schema}.hubspot_contacts');
    expect(rows).toHaveLength(1);
    expect(Number(rows[0]?.p1)).toBe(5);
  });

  it.each([
    ['contacts', 'hubspot_contacts'],
    ['2-123456', 'hubspot_2_123456'],
    ['p1_cars', 'hubspot_p1_cars'],
  ])('of %s is %s', (objectType, name) => {
    expect(viewName(objectType)).toBe(name);
  });
});
