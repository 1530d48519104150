import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/db/database.ts';
import { comparePage } from '../../src/mirror/compare-page.ts';
import { evaluateSegments } from '../../src/mirror/evaluate-segments.ts';
import { findRecords } from '../../src/mirror/find-records.ts';
import { writeDepartures } from '../../src/mirror/write-departures.ts';
import { type MirrorInput, writeRecords } from '../../src/mirror/write-records.ts';
import { dropHints, takeHints } from '../../src/pull/hints.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { people, setupPull } from '../support/pull.ts';
import { rowsReadBy } from '../support/rows-read.ts';

/** Enough that a plan that walks them all cannot be mistaken for one that does not. */
const RECORDS = 60_000;
const PAGE = 100;
const OBJECT = { objectType: 'contacts' } as const;

/** A page of the list of all records, from one on: the first half changed. */
function pageFrom(first: number): MirrorInput[] {
  return Array.from({ length: PAGE }, (_, index) => ({
    id: String(first + index),
    properties: { email: `p${first + index}@example.com`, firstname: index < PAGE / 2 ? 'Changed' : 'P' },
    updatedAt: index < PAGE / 2 ? '2026-02-01T00:00:00.000Z' : '2026-01-01T00:00:00.000Z',
  }));
}
const idsFrom = (first: number) => pageFrom(first).map(({ id }) => id);

/** How many rows of the mirror each piece of work may read, at most; a walk of everything reads 60,000. */
const WORK: readonly (readonly [
  what: string,
  most: number,
  work: (db: Database, tx: Queryable) => Promise<unknown>,
])[] = [
  [
    'writing a page',
    10 * PAGE,
    (_, tx) => writeRecords(tx, pageFrom(30_000), { ...OBJECT, readAt: new Date() }),
  ],
  [
    'writing a page with history',
    10 * PAGE,
    (_, tx) => writeRecords(tx, pageFrom(59_000), { ...OBJECT, readAt: new Date(), history: true }),
  ],
  [
    'holding a page against the mirror',
    10 * PAGE,
    (_, tx) =>
      comparePage(tx, {
        ...OBJECT,
        records: pageFrom(40_000),
        readAt: new Date(),
        properties: ['email', 'firstname'],
        calculated: [],
        range: { fromId: '40000', toId: '40100' },
      }),
  ],
  [
    'noting who has left',
    20 * PAGE,
    (_, tx) =>
      writeDepartures(
        tx,
        idsFrom(50_000).map((id) => ({ id, state: 'gone' as const })),
        { ...OBJECT, readAt: new Date() },
      ),
  ],
  [
    'following hints',
    30 * PAGE,
    async (_, tx) => dropHints(tx, 'contacts', await takeHints(tx, 'contacts', PAGE)),
  ],
  [
    'evaluating a segment after changes',
    20 * PAGE,
    async (db, tx) => {
      await writeRecords(tx, pageFrom(20_000), { ...OBJECT, readAt: new Date() });
      await evaluateSegments(db, {
        segments: { changed: { rule: { property: 'firstname', is: 'Changed' } } },
      });
    },
  ],
  [
    'a page by address',
    10 * PAGE,
    (db) => findRecords(db, { where: { property: 'email', is: 'P4711@example.com' } }),
  ],
  [
    'a page by the latest change',
    10 * PAGE,
    (db) => findRecords(db, { sort: { by: 'updatedAt', direction: 'descending' } }),
  ],
  [
    'a page far behind, by the latest change',
    10 * PAGE,
    async (db) => {
      const sort = { by: 'updatedAt', direction: 'descending' } as const;
      const { next } = await findRecords(db, { sort });
      await findRecords(db, { sort, ...(next === undefined ? {} : { cursor: next }) });
    },
  ],
  ['a page of all', 10 * PAGE, (db) => findRecords(db, { limit: PAGE })],
];

describePostgres.each(['fresh', 'stale'] as const)('with %s statistics', (statistics) => {
  const opening = testDatabase();

  beforeAll(async () => {
    const { db } = await opening;
    for (const table of ['mirror_contacts', 'pull_hints', 'segment_members'])
      await db.query(`alter table {schema}.${table} set (autovacuum_enabled = off)`);
    await insert(db, 1, PAGE);
    if (statistics === 'stale') await analyze(db);
    await insert(db, PAGE + 1, RECORDS);
    await evaluateSegments(db, { segments: { changed: { rule: { property: 'firstname', is: 'Changed' } } } });
    // Beyond what an evaluation looks back over.
    await db.query(`update {schema}.segments set evaluated_at = clock_timestamp() + interval '2 minutes'`);
    if (statistics === 'fresh') await analyze(db);
  });
  afterAll(async () => (await opening).drop());

  it.each(WORK)('%s reads at most %i rows', async (_, most, work) => {
    const { db } = await opening;
    expect(await rowsReadBy(db, work)).toBeLessThanOrEqual(most);
  });

  it('a walk of everything is seen', async () => {
    const { db } = await opening;
    const walk = (_: Database, tx: Queryable) =>
      tx.query(`select count(*) from {schema}.mirror_records where properties ->> 'firstname' = 'x'`);
    expect(await rowsReadBy(db, walk)).toBeGreaterThanOrEqual(RECORDS);
  });
});

describePostgres('a mirror that is filled', () => {
  it('has statistics from its first page on', async () => {
    const { db, portal, pull } = await setupPull();
    await db.query('alter table {schema}.mirror_contacts set (autovacuum_enabled = off)');
    portal.insert('contacts', people(250));
    await pull('all', { maxRecords: 100 });
    expect(
      await db.query(`select reltuples from pg_class where oid = '{schema}.mirror_contacts'::regclass`),
    ).toEqual([{ reltuples: 100 }]);
  });
});

async function insert(db: Database, from: number, to: number): Promise<void> {
  await db.query(
    `insert into {schema}.mirror_records (object_type, id, properties, updated_at, read_at, changed_at)
     select 'contacts', n, jsonb_build_object('email', format('p%s@example.com', n), 'firstname', 'P'),
       timestamptz '2026-01-01' + n * interval '1 ms', '2026-01-01', '2026-01-01' from generate_series($1::bigint, $2::bigint) n`,
    [from, to],
  );
  await db.query(
    `insert into {schema}.pull_hints (object_type, id) select 'contacts', n from generate_series($1::bigint, $2::bigint) n`,
    [from, to],
  );
}

async function analyze(db: Database): Promise<void> {
  await db.query('analyze {schema}.mirror_contacts');
  await db.query('analyze {schema}.pull_hints');
}
