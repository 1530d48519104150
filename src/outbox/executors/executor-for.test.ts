import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import knex from 'knex';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import type { SpokeError } from '../../errors.ts';
import { executorFor } from './executor-for.ts';
import { knexExecutor } from './knex.ts';

const pool = new pg.Pool();
const sql = postgres({ onnotice: () => {} });

test.each([
  ['pg Client', new pg.Client(), 'pg'],
  ['pg Pool', pool, 'pg'],
  ['Kysely', new Kysely({ dialect: new PostgresDialect({ pool }) }), 'kysely'],
  ['Drizzle on node-postgres', drizzleNodePostgres(pool), 'drizzle'],
  ['Drizzle on postgres.js', drizzlePostgresJs(sql), 'drizzle'],
  ['Knex', knex({ client: 'pg' }), 'knex'],
  ['postgres.js', sql, 'postgres-js'],
  ['Prisma', { $queryRawUnsafe: () => {}, $executeRaw: () => {} }, 'prisma'],
  ['an object with query(text, values)', { query: () => {} }, 'pg'],
])('recognises %s', (_, handle, name) => {
  expect(executorFor(handle).name).toBe(name);
});

class DataSource {}

test.each([
  ['undefined', undefined, 'a value of type undefined'],
  ['null', null, 'null'],
  ['text', 'postgres://ada:secret@db/app', 'a value of type string'],
  ['a promise', Promise.resolve(pool), 'a promise (await it first)'],
  ['an object', {}, 'an object'],
  ['an object of a class', new DataSource(), 'an object of class DataSource'],
  ['an object without a prototype', Object.create(null), 'an object'],
  ['a function', function connect() {}, 'the function connect'],
  ['Sequelize, whose query takes other arguments', { query() {}, getQueryInterface() {} }, 'an object'],
  ['mysql2, whose database is another', { query() {}, beginTransaction() {} }, 'an object'],
])('refuses %s and lists what is accepted', (_, handle, described) => {
  let error: SpokeError | undefined;
  try {
    executorFor(handle);
  } catch (thrown) {
    error = thrown as SpokeError;
  }
  expect(error?.code).toBe('OUTBOX_HANDLE_UNKNOWN');
  expect(error?.message).toContain(`track was given ${described} to record with`);
  expect(error?.message).toContain('pg, Kysely, Drizzle, Prisma, Knex or postgres.js');
  expect(error?.message).not.toContain('secret');
});

test('Knex gets its own placeholders, in the order of use, and question marks escaped', async () => {
  const calls: unknown[] = [];
  const handle = {
    client: {},
    transaction() {},
    async raw(...call: unknown[]) {
      calls.push(call);
      return { rows: [{ a: 1 }] };
    },
  };
  const rows = await knexExecutor.execute(handle, "select $2, $1, $2, '?'", ['one', null]);
  expect(rows).toEqual([{ a: 1 }]);
  expect(calls).toEqual([["select ?, ?, ?, '\\?'", [null, 'one', null]]]);
});
