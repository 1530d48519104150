import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { exportCsv, exportNdjson } from '../../src/mirror/export-records.ts';
import { findRecord, findRecords, type PageQuery } from '../../src/mirror/find-records.ts';
import { writeDepartures } from '../../src/mirror/write-departures.ts';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';

const PEOPLE = 25;
const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
const amountOf = (n: number): Record<string, string> => (n % 5 === 0 ? {} : { amount: String((n * 7) % 10) });

describe.each(databaseKinds)('questions to the mirror on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;

  beforeAll(async () => {
    ({ db } = await opening);
    await writeRecords(
      db,
      Array.from({ length: PEOPLE }, (_, index) => {
        const n = index + 1;
        return {
          id: String(n),
          properties: { email: `p${n}@example.com`, firstname: n % 2 ? 'Ada' : 'Bob', ...amountOf(n) },
          createdAt: at(0),
          updatedAt: at(n % 7),
        };
      }),
      { objectType: 'contacts', readAt: new Date() },
    );
    await writeRecords(db, [{ id: '900', properties: { name: 'Acme' }, updatedAt: at(1) }], {
      objectType: 'companies',
      readAt: new Date(),
    });
    await writeDepartures(db, [{ id: '13', state: 'archived' }], {
      objectType: 'contacts',
      readAt: new Date(Date.now() + 60_000),
    });
    await db.query(`
      insert into {schema}.mirror_properties values
        ('contacts', 'email', 'string', '{}', now()), ('contacts', 'firstname', 'string', '{}', now()), ('contacts', 'amount', 'number', '{}', now()),
        ('contacts', 'city', 'string', '{}', now());
      insert into {schema}.mirror_objects (object_type, complete_at, properties) values ('contacts', now(), '{amount,email,firstname}');
      insert into {schema}.mirror_lists (id, name, object_type, processing_type, size, read_at, members_read_at, deleted_at) values
        (7, 'News', 'contacts', 'MANUAL', 1, now(), now(), null), (8, 'Firms', 'companies', 'MANUAL', 1, now(), now(), null),
        (9, 'Old', 'contacts', 'MANUAL', 1, now(), now(), now()), (10, 'Filling', 'contacts', 'DYNAMIC', 1, now(), null, null);
      insert into {schema}.mirror_memberships values (7, 3, now(), null, now());
      insert into {schema}.segments (name, object_type, rule, evaluated_at, error) values
        ('vips', 'contacts', '{}', now(), null), ('large', 'companies', '{}', now(), null),
        ('broken', 'contacts', '{}', null, 'rule.property: The portal has no property x.'), ('young', 'contacts', '{}', null, null);
      insert into {schema}.segment_members (segment, record_id) values ('vips', 3), ('vips', 4)`);
  });
  afterAll(async () => (await opening).drop());

  /** Ids of all pages, one after the other. */
  async function walk(query: PageQuery): Promise<number[]> {
    const ids: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await findRecords(db, cursor === undefined ? query : { ...query, cursor });
      ids.push(...page.records.map(({ id }) => Number(id)));
      cursor = page.next;
    } while (cursor !== undefined);
    return ids;
  }
  const live = Array.from({ length: PEOPLE }, (_, index) => index + 1).filter((n) => n !== 13);

  it('are answered page by page, with a total', async () => {
    const page = await findRecords(db, { limit: 3, total: true });
    expect(page).toMatchObject({ total: 24, isEstimate: false });
    expect(page.records[2]).toEqual({
      id: '3',
      properties: { email: 'p3@example.com', firstname: 'Ada', amount: '1' },
      createdAt: new Date(at(0)),
      updatedAt: new Date(at(3)),
      syncedAt: expect.any(Date),
      lists: ['News'],
      segments: ['vips'],
    });
    expect(await walk({ limit: 3 })).toEqual(live);
    expect((await findRecords(db, { limit: 3, offset: 22 })).records.map(({ id }) => id)).toEqual([
      '24',
      '25',
    ]);
  });

  it.each(['id', 'updatedAt', 'createdAt', 'amount', 'firstname'])(
    'can be sorted by %s, both ways, with none lost or doubled',
    async (by) => {
      const value = (n: number): number | string | null => {
        if (by === 'updatedAt') return n % 7;
        if (by === 'amount') return n % 5 === 0 ? null : (n * 7) % 10;
        return by === 'firstname' ? (n % 2 ? 'ada' : 'bob') : 0;
      };
      for (const direction of ['ascending', 'descending'] as const) {
        const sign = direction === 'ascending' ? 1 : -1;
        const expected = [...live].sort((a, b) => {
          const [x, y] = [value(a), value(b)];
          if (x === y) return sign * (a - b);
          if (x === null || y === null) return x === null ? 1 : -1;
          return sign * (x < y ? -1 : 1);
        });
        expect(await walk({ limit: 4, sort: { by, direction } })).toEqual(expected);
      }
    },
  );

  it('go on behind the last record whatever has come or left meanwhile', async () => {
    const first = await findRecords(db, { limit: 5, where: { property: 'firstname', is: 'ada' } });
    expect(first.records.at(-1)?.id).toBe('9');
    await db.query(
      `update {schema}.mirror_records set properties = properties || '{"firstname":"Cleo"}' where object_type = 'contacts' and id in (9, 1)`,
    );
    const { next = '' } = first;
    const second = await findRecords(db, {
      limit: 2,
      where: { property: 'firstname', is: 'ada' },
      cursor: next,
    });
    expect(second.records.map(({ id }) => id)).toEqual(['11', '15']);
    await db.query(
      `update {schema}.mirror_records set properties = properties || '{"firstname":"Ada"}' where object_type = 'contacts' and id in (9, 1)`,
    );
  });

  it('take filters, segments, lists and words together', async () => {
    expect(await walk({ segment: 'vips' })).toEqual([3, 4]);
    expect(await walk({ segment: 'vips', list: 'News' })).toEqual([3]);
    expect(await walk({ text: 'bob P4@EXAMPLE' })).toEqual([4]);
    expect(await walk({ where: { property: 'amount', above: 8 }, text: 'ada' })).toEqual([7, 17]);
    expect(await walk({ objectType: 'companies' })).toEqual([900]);
  });

  it('give the properties that are asked for', async () => {
    const { records } = await findRecords(db, { limit: 1, properties: ['email'] });
    expect(records[0]?.properties).toEqual({ email: 'p1@example.com' });
    const unknown = { code: 'MIRROR_QUERY_INVALID', message: expect.stringContaining('no property emial') };
    await expect(findRecords(db, { properties: ['emial'] })).rejects.toMatchObject(unknown);
    await expect(exportNdjson(db, { properties: ['emial'] }).next()).rejects.toMatchObject(unknown);
  });

  it('find one record by its id', async () => {
    expect(await findRecord(db, 'contacts', '3')).toMatchObject({ id: '3', lists: ['News'] });
    expect(await findRecord(db, 'contacts', '13')).toBeUndefined();
    expect(await findRecord(db, 'contacts', "3' or true")).toBeUndefined();
  });

  it.each<[string, Partial<PageQuery>]>([
    ['limit must be a whole number from 1 to 1000, was 0.', { limit: 0 }],
    ['limit must be a whole number from 1 to 1000, was 1001.', { limit: 1_001 }],
    [
      'offset must be a whole number from 0 to 100000, was -1; go on with the cursor instead.',
      { offset: -1 },
    ],
    ['The cursor is none that a page has given.', { cursor: 'nonsense' }],
    [
      'The cursor belongs to another order',
      { cursor: Buffer.from('["amount","ascending","1","3"]').toString('base64url') },
    ],
    ['Give a cursor or an offset, not both.', { cursor: 'x', offset: 1 }],
    ['segment: There is no segment vip. Did you mean vips?', { segment: 'vip' }],
    ['where.any[0].not: There is no segment vip.', { where: { any: [{ not: { segment: 'vip' } }] } }],
    ['segment: The segment large is one of companies, not of contacts.', { segment: 'large' }],
    ['never evaluated: rule.property: The portal has no property x.', { segment: 'broken' }],
    ['never evaluated: spoke segments evaluate does it.', { segment: 'young' }],
    ['list: The mirror keeps no list new of contacts. Did you mean News?', { list: 'new' }],
    [
      'where.all[0]: The mirror keeps no list Nobody of contacts: spoke lists',
      { where: { all: [{ list: 'Nobody' }] } },
    ],
    ['list: The list Firms is one of companies, not of contacts.', { list: 'Firms' }],
    ['list: The list 9 was deleted at HubSpot.', { list: '9' }],
    ['list: The members of the list Filling were not read to the end yet', { list: 'Filling' }],
    ['sort: The portal has no property amounts. Did you mean amount?', { sort: { by: 'amounts' } }],
    ['sort: The mirror does not have city of all contacts', { sort: { by: 'city' } }],
    ['sort: Give id, createdAt, updatedAt or a property, not "id\' --".', { sort: { by: "id' --" } }],
    ['properties: The mirror does not have city of all contacts', { properties: ['city'] }],
    [
      'where.property: The mirror does not have city of all contacts: is it under mirror.objects.contacts.properties?',
      { where: { property: 'city', known: false } },
    ],
    [
      'where.property: The portal has no property emial. Did you mean email?',
      { where: { property: 'emial', known: true } },
    ],
    [
      'where.contains: amount holds a number, which contains is not for',
      { where: { property: 'amount', contains: '1' } },
    ],
  ])('are refused: %s', async (message, query) => {
    await expect(findRecords(db, query)).rejects.toMatchObject({
      code: 'MIRROR_QUERY_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['contact', 'The mirror has no "contact", only contacts. Did you mean contacts?'],
    ['0-1', 'Did you mean contacts?'],
    [
      'boats',
      'The mirror has no "boats", only contacts. spoke pull reads what the config names under mirror.objects.',
    ],
  ])('are refused for %s, of which the mirror has nothing', async (objectType, message) => {
    const refused = { code: 'MIRROR_OBJECT_UNKNOWN', message: expect.stringContaining(message) };
    await expect(findRecords(db, { objectType })).rejects.toMatchObject(refused);
    await expect(exportNdjson(db, { objectType }).next()).rejects.toMatchObject(refused);
  });

  it('are exported as CSV and NDJSON, and the export can be taken up again', async () => {
    const collect = async (blocks: AsyncIterable<string>) => {
      let text = '';
      for await (const block of blocks) text += block;
      return text;
    };
    const csv = await collect(exportCsv(db, { segment: 'vips', properties: ['email', 'amount'], bom: true }));
    expect(csv).toBe(
      `\uFEFFhubspot_id,email,amount,list_memberships,segments,created_at,updated_at\r\n3,p3@example.com,1,News,vips,${at(0)},${at(3)}\r\n4,p4@example.com,8,,vips,${at(0)},${at(4)}\r\n`,
    );
    expect(await collect(exportCsv(db, { text: 'nobody', properties: ['email'] }))).toBe(
      'hubspot_id,email,list_memberships,segments,created_at,updated_at\r\n',
    );
    const lines = (await collect(exportNdjson(db, { afterId: '22', properties: ['email'] })))
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: '23', properties: { email: 'p23@example.com' } },
      { id: '24' },
      { id: '25' },
    ]);
    expect((await collect(exportNdjson(db, { limit: 2 }))).trimEnd().split('\n')).toHaveLength(2);
  });

  it('are exported whole, over many chunks', async () => {
    await db.query(
      `insert into {schema}.mirror_records (object_type, id, properties, updated_at, read_at)
       select 'tickets', n, jsonb_build_object('subject', 'T' || n), now(), now() from generate_series(1, 2500) n`,
    );
    const ids: number[] = [];
    for await (const block of exportNdjson(db, { objectType: 'tickets' }))
      for (const line of block.trimEnd().split('\n'))
        ids.push(Number((JSON.parse(line) as { id: string }).id));
    expect(ids).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  });

  it('are counted by the planner where counting takes too long', async () => {
    await db.query(
      `insert into {schema}.mirror_records (object_type, id, properties, updated_at, read_at)
       select 'deals', n, '{}', now(), now() from generate_series(1, 100500) n`,
    );
    await db.query('analyze {schema}.mirror_deals');
    const { total = 0, isEstimate } = await findRecords(db, { objectType: 'deals', limit: 1, total: true });
    expect(isEstimate).toBe(true);
    expect(Math.abs(total - 100_500)).toBeLessThan(10_000);
  });
});
