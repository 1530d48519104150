import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, type TestDatabase, testDatabaseOf } from '../support/database.ts';

describe.each(databaseKinds)('%s', (kind) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabaseOf(kind, { migrated: false });
  });

  afterAll(() => database.drop());

  test.each([
    ['null::int8', null],
    ['true', true],
    ['1::int2', 1],
    ['-2::int4', -2],
    ['9007199254740991::int8', Number.MAX_SAFE_INTEGER],
    ['count(*)', 1],
    ['1.50::numeric', '1.50'],
    ['0.5::float8', 0.5],
    ["'NaN'::float8", Number.NaN],
    ["'a'::varchar(3)", 'a'],
    ["'2026-11-22 06:30:00.123456+02'::timestamptz", new Date('2026-11-22T04:30:00.123Z')],
    ["'-infinity'::timestamptz", new Date(-8.64e15)],
    ["'2026-11-22'::date", '2026-11-22'],
    ["'2026-11-22 06:30:00'::timestamp", '2026-11-22 06:30:00'],
    ["'1 day 02:00:00'::interval", '1 day 02:00:00'],
    [`'{"a":[1,null]}'::jsonb`, { a: [1, null] }],
    [`'"a"'::json`, 'a'],
    ["'00000000-0000-4000-8000-000000000001'::uuid", '00000000-0000-4000-8000-000000000001'],
    ["'\\x00ff'::bytea", Buffer.from([0, 255])],
    ['array[1,null]::int8[]', [1, null]],
    [`array['a,"b','NULL',null,'']::text[]`, ['a,"b', 'NULL', null, '']],
    ["array['2026-11-22 06:30:00Z']::timestamptz[]", [new Date('2026-11-22T06:30:00Z')]],
    [`array['{"a":1}']::jsonb[]`, [{ a: 1 }]],
    [
      "'{{1,2},{3,4}}'::int4[]",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["'spoke'::name", 'spoke'],
  ])('select %s', async (expression, value) => {
    const statement = `select ${expression} as value`;
    expect(await database.db.query(statement)).toEqual([{ value }]);
    expect(await database.db.query(statement, [])).toEqual([{ value }]);
  });

  test.each([
    ['text', 'o\'hara \\ " {schema}'],
    ['text', null],
    ['bool', false],
    ['int4', 7],
    ['int8', 9_007_199_254_740_991],
    ['float8', 0.1],
    ['timestamptz', new Date('2026-11-22T06:30:00.123Z')],
    ['jsonb', { name: 'Ada "the" first', tags: ['a'] }],
    ['bytea', Buffer.from([0, 1, 255])],
    ['int8[]', [1, null, 3]],
    ['text[]', ['a', 'b,c', 'd"e', 'f\\g', null, '']],
    ['uuid[]', ['00000000-0000-4000-8000-000000000001']],
    ['bool[]', [true, false]],
  ])('a %s goes in and comes out: %j', async (type, value) => {
    expect(await database.db.query(`select $1::${type} as value`, [value])).toEqual([{ value }]);
  });

  test('an integer that JavaScript cannot hold is refused', async () => {
    await expect(database.db.query('select 9007199254740993::int8 as value')).rejects.toMatchObject({
      code: 'DATABASE_INTEGER_UNSAFE',
    });
    expect(await database.db.query('select 1 as value')).toEqual([{ value: 1 }]);
  });

  test('several statements return the rows of the last', async () => {
    expect(await database.db.query('select 1 as a; select 2 as b')).toEqual([{ b: 2 }]);
  });

  test('a statement without rows returns none', async () => {
    expect(await database.db.query('create temp table nothing ()')).toEqual([]);
  });

  test('an error of SQL keeps its SQLSTATE and does not print the values', async () => {
    const error: unknown = await database.db
      .query('select $1::jsonb', ['{"email": "ada@example.com"'])
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: '22P02' });
    expect(JSON.stringify({ ...Object(error) })).not.toContain('ada@example.com');
  });

  test('the server version is known', () => {
    expect(database.db.serverVersion).toBeGreaterThanOrEqual(130_000);
  });
});
