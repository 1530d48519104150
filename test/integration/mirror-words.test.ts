import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { silentLogger } from '../../src/log.ts';
import { findRecords, type PageQuery } from '../../src/mirror/find-records.ts';
import { ensureSearchIndex, hasSearchIndex } from '../../src/mirror/search-index.ts';
import { mirrorDuties } from '../../src/pull/mirror-duties.ts';
import { databaseKinds, describePostgres, testDatabase, testDatabaseOf } from '../support/database.ts';
import { setupPull } from '../support/pull.ts';
import { rowsReadBy } from '../support/rows-read.ts';
import { waitFor } from '../support/wait-for.ts';

/** More than are looked through first, and enough for the index to be made. */
const CONTACTS = 25_000;
const PAGE = 300;
const PAGES = 3;

interface Contact {
  readonly id: number;
  readonly email: string;
  readonly firstname: string;
  readonly company: string;
  readonly city: string;
}

/** Words that every record has, one in 40, one in 1,000 from the middle on, one in all, none. */
const contactOf = (id: number): Contact => ({
  id,
  email: `p${id}@example.com`,
  firstname: id % 40 === 0 ? 'Héloïse' : 'Ada',
  company: id > 12_000 && id % 1_000 === 0 ? '100% Chainge_GmbH' : id === 21_000 + 777 ? 'Solitaire' : 'Firm',
  city: id % 3 === 0 ? 'Lima' : 'Chainge',
});
const contacts = Array.from({ length: CONTACTS }, (_, index) => contactOf(index + 1));
const searched = ({ email, firstname, company }: Contact) => `${email} ${firstname} ${company}`.toLowerCase();

const QUESTIONS: readonly (readonly [string, PageQuery, (contact: Contact) => boolean])[] = [
  ['a word of all', { text: 'EXAMPLE' }, () => true],
  ['a word of many', { text: 'héloïse' }, (contact) => contact.firstname === 'Héloïse'],
  ['a word of few', { text: 'chainge' }, (contact) => searched(contact).includes('chainge')],
  ['a word of one', { text: 'solitaire' }, (contact) => contact.company === 'Solitaire'],
  ['a word of nobody', { text: 'zzyzx' }, () => false],
  ['an address', { text: 'p21777@example.com' }, ({ id }) => id === 21_777],
  ['two words', { text: 'gmbh p13' }, (contact) => /p13.*gmbh/.test(searched(contact))],
  ['a short word', { text: '7@' }, ({ id }) => id % 10 === 7],
  ['a word and a short one', { text: 'chainge 0@' }, (contact) => searched(contact).includes('chainge')],
  ['signs that LIKE has', { text: '100%' }, (contact) => contact.company.startsWith('100%')],
  ['a line that LIKE has', { text: 'e_g' }, (contact) => contact.company.includes('e_G')],
  [
    'what a company contains',
    { where: { property: 'company', contains: 'Chainge' } },
    (contact) => contact.company.includes('Chainge'),
  ],
  [
    'what is in no search text',
    { where: { property: 'city', contains: 'haing' } },
    (contact) => contact.city === 'Chainge',
  ],
  [
    'words and more',
    {
      text: 'gmbh',
      where: {
        all: [
          { property: 'city', is: 'Lima' },
          { property: 'company', contains: 'chainge' },
        ],
      },
    },
    (contact) => contact.city === 'Lima' && searched(contact).includes('gmbh'),
  ],
  [
    'either of two',
    { where: { any: [{ text: 'solitaire' }, { property: 'company', contains: 'chainge' }] } },
    (contact) => /solitaire|chainge/.test(searched(contact)),
  ],
  [
    'none of it',
    { where: { not: { any: [{ text: 'ada' }, { property: 'city', contains: 'lim' }] } } },
    (contact) => contact.firstname !== 'Ada' && contact.city !== 'Lima',
  ],
];

const ORDERS = [
  ['by id', {}, (a: Contact, b: Contact) => a.id - b.id],
  [
    'by id, backwards',
    { sort: { by: 'id', direction: 'descending' } },
    (a: Contact, b: Contact) => b.id - a.id,
  ],
  [
    'by the latest change',
    { sort: { by: 'updatedAt', direction: 'descending' } },
    (a: Contact, b: Contact) => b.id - a.id,
  ],
  [
    'by a property',
    { sort: { by: 'city' } },
    (a: Contact, b: Contact) => (a.city < b.city ? -1 : a.city > b.city ? 1 : a.id - b.id),
  ],
] as const;

async function fill(db: Database): Promise<void> {
  await db.query(
    `insert into {schema}.mirror_records (object_type, id, properties, updated_at, read_at, changed_at)
     select 'contacts', (x ->> 'id')::bigint, x - 'id', timestamptz '2026-01-01' + (x ->> 'id')::int * interval '1 ms', '2026-01-01', '2026-01-01'
     from jsonb_array_elements($1::text::jsonb) x`,
    [JSON.stringify(contacts)],
  );
  await db.query(
    `insert into {schema}.mirror_objects (object_type, complete_at, properties)
     values ('contacts', now(), '{city,company,email,firstname}') on conflict do nothing`,
  );
  await db.query('analyze {schema}.mirror_contacts');
}

/** Ids of the first pages. */
async function firstPages(db: Database, query: PageQuery): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const page = await findRecords(db, {
      ...query,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    ids.push(...page.records.map(({ id }) => Number(id)));
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return ids;
}

describe.each(databaseKinds)('words that stand anywhere, on %s', { timeout: 120_000 }, (kind) => {
  const opening = testDatabaseOf(kind);
  beforeAll(async () => fill((await opening).db));
  afterAll(async () => (await opening).drop());

  describe.each(kind === 'postgres' ? [false, true] : [false])('with an index: %s', (withIndex) => {
    beforeAll(async () => {
      const { db } = await opening;
      if (withIndex) await db.query('create extension if not exists pg_trgm');
      expect(await ensureSearchIndex(db, 'contacts')).toBe(withIndex);
      expect(await hasSearchIndex(db, 'contacts')).toBe(withIndex);
    });

    it.each(QUESTIONS)('%s: the same records in each order', async (_, query, fits) => {
      const { db } = await opening;
      for (const [name, sort, compare] of ORDERS)
        expect([name, ...(await firstPages(db, { ...query, ...sort }))]).toEqual([
          name,
          ...contacts
            .filter(fits)
            .sort(compare)
            .slice(0, PAGE * PAGES)
            .map(({ id }) => id),
        ]);
    });

    it('skips what an offset says', async () => {
      const { db } = await opening;
      const { records } = await findRecords(db, { text: 'chainge', offset: 3, limit: 2 });
      expect(records.map(({ id }) => id)).toEqual(['16000', '17000']);
    });
  });
});

describePostgres('the index for words', () => {
  const opening = testDatabase();
  beforeAll(async () => {
    const { db } = await opening;
    await fill(db);
    await db.query('create extension if not exists pg_trgm');
  });
  afterAll(async () => (await opening).drop());

  it('is made once, and anew when its making was broken off', async () => {
    const { db } = await opening;
    expect(await ensureSearchIndex(db, 'contacts')).toBe(true);
    expect(await ensureSearchIndex(db, 'contacts')).toBe(false);
    await db.query(
      `update pg_index set indisvalid = false where indexrelid = '{schema}.mirror_contacts_search'::regclass`,
    );
    expect(await hasSearchIndex(db, 'contacts')).toBe(false);
    expect(await ensureSearchIndex(db, 'contacts')).toBe(true);
    expect(await hasSearchIndex(db, 'contacts')).toBe(true);
  });

  it('is made by the size of the table when its count is that of long ago', async () => {
    const { db } = await opening;
    await db.query('drop index {schema}.mirror_contacts_search');
    await db.query(
      `update pg_class set reltuples = reltuples / 100, relpages = greatest(1, relpages / 100) where oid = '{schema}.mirror_contacts'::regclass`,
    );
    expect(await ensureSearchIndex(db, 'contacts')).toBe(true);
    await db.query('analyze {schema}.mirror_contacts');
  });

  it('is not made during a first reading, nor while another process makes it', async () => {
    const { db } = await opening;
    await db.query('drop index {schema}.mirror_contacts_search');
    await db.query('update {schema}.mirror_objects set complete_at = null');
    expect(await ensureSearchIndex(db, 'contacts')).toBe(false);
    await db.query('update {schema}.mirror_objects set complete_at = now()');
    await db.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.search index', 0))`);
      expect(await ensureSearchIndex(db, 'contacts')).toBe(false);
    });
    expect(await ensureSearchIndex(db, 'contacts')).toBe(true);
  });

  it('is given up when it is told to, and made anew the next time', async () => {
    const { db } = await opening;
    await db.query('drop index {schema}.mirror_contacts_search');
    const stopping = new AbortController();
    await db.transaction(async (tx) => {
      // Its making waits for writers.
      await tx.query(`update {schema}.mirror_contacts set read_at = read_at where id = 1`);
      const making = ensureSearchIndex(db, 'contacts', stopping.signal);
      await waitFor(
        async () =>
          (
            await db.query(
              `select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query like 'create index concurrently%'`,
            )
          ).length > 0,
      );
      stopping.abort();
      await expect(making).rejects.toThrow(/cancel/);
    });
    expect(await ensureSearchIndex(db, 'contacts')).toBe(true);
  });

  it('is not made for few records', async () => {
    const { db } = await opening;
    expect(await ensureSearchIndex(db, 'companies')).toBe(false);
    expect(await ensureSearchIndex(db, 'p_cars')).toBe(false);
  });

  it.each([
    ['solitaire', 1],
    ['chainge', 13],
    ['zzyzx', 0],
  ])('finds “%s” without looking through all records', async (text, found) => {
    const { db } = await opening;
    await ensureSearchIndex(db, 'contacts');
    expect((await findRecords(db, { text })).records).toHaveLength(found);
    expect(await rowsReadBy(db, (within) => findRecords(within, { text }))).toBeLessThanOrEqual(5_000);
  });
});

describePostgres('a pull that was read to the end', () => {
  const begin = async () => {
    const bundle = await setupPull();
    const { db } = bundle;
    await fill(db);
    await db.query(
      `update {schema}.mirror_objects set properties = '{city,company,email,firstname}', live_watermark = 0, settled_watermark = 0`,
    );
    await db.query('create extension pg_trgm');
    return bundle;
  };

  it('makes the index for words, so that nobody needs `spoke start` for it', async () => {
    const { db, pull } = await begin();
    expect(await pull('incremental')).toMatchObject({ state: 'done', warnings: [] });
    expect(await hasSearchIndex(db, 'contacts')).toBe(true);
  });

  it('is done all the same when the database refuses the index, and names that', async () => {
    const { db, pull } = await begin();
    await db.query('create table {schema}.mirror_contacts_search (id integer)');
    expect(await pull('incremental')).toMatchObject({
      state: 'done',
      warnings: [
        {
          what: 'index for words of contacts',
          code: 'UNEXPECTED',
          message: expect.stringContaining('exists'),
        },
      ],
    });
  });

  it('makes none when it is not whole', async () => {
    const { db, portal, pull } = await begin();
    portal.addFaults([
      { id: 'search', match: { path: '/crm/objects/2026-09/contacts/search' }, do: 'status', status: 403 },
    ]);
    expect(await pull('incremental')).toMatchObject({ state: 'incomplete' });
    expect(await hasSearchIndex(db, 'contacts')).toBe(false);
  });
});

describePostgres('the duty of the reading process', () => {
  it('makes the index for words, and a database that refuses it stops nothing and is told of once', async () => {
    const { db, tools } = await setupPull();
    const warned: object[] = [];
    const log = { ...silentLogger, warn: (fields: object) => warned.push(fields) };
    const duty = mirrorDuties({ ...tools(), log }).find(({ name }) => name === 'index for words');
    const run = () => duty?.run(new AbortController().signal);
    await fill(db);
    await db.query('create extension pg_trgm');
    await db.query('create table {schema}.mirror_contacts_search (id integer)');
    await run();
    await run();
    expect(warned).toEqual([
      expect.objectContaining({
        what: 'index for words of contacts',
        message: expect.stringContaining('exists'),
      }),
    ]);
    await db.query('drop table {schema}.mirror_contacts_search');
    await run();
    expect(await hasSearchIndex(db, 'contacts')).toBe(true);
  });
});
