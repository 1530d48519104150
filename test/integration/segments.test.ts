import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { SegmentDefinition } from '../../src/config/segments.ts';
import type { Database } from '../../src/db/database.ts';
import { evaluateSegments, segmentSizes } from '../../src/mirror/evaluate-segments.ts';
import { writeDepartures } from '../../src/mirror/write-departures.ts';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { databaseKinds, describePostgres, testDatabase, testDatabaseOf } from '../support/database.ts';

const CUSTOMERS = { rule: { property: 'lifecyclestage', in: ['customer', 'evangelist'] } } as const;

describe.each(databaseKinds)('segments on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;
  let second = 0;

  beforeEach(async () => {
    ({ db } = await opening);
    await db.query(
      'delete from {schema}.mirror_records; delete from {schema}.segments; delete from {schema}.segment_changes; delete from {schema}.mirror_properties; delete from {schema}.mirror_objects; delete from {schema}.mirror_lists',
    );
  });
  afterAll(async () => (await opening).drop());

  const write = (id: number, properties: Record<string, string>, updatedAt?: string) => {
    second += 1;
    const at = new Date(Date.UTC(2026, 0, 1) + second * 1_000);
    return writeRecords(db, [{ id: String(id), properties, updatedAt: updatedAt ?? at.toISOString() }], {
      objectType: 'contacts',
      readAt: at,
    });
  };
  const evaluate = async (segments: Record<string, SegmentDefinition>, full = false) => {
    const reports = await evaluateSegments(db, { segments, full });
    return reports?.map(
      ({ name, looked, joined, left, size }) => `${name} ${looked} +${joined} -${left} =${size}`,
    );
  };
  const members = async (segment: string) =>
    (
      await db.query<{ record_id: number }>(
        'select record_id from {schema}.segment_members where segment = $1 order by 1',
        [segment],
      )
    ).map(({ record_id }) => record_id);

  it('hold the records that fit, and note who joins and leaves', async () => {
    await write(1, { lifecyclestage: 'customer' });
    await write(2, { lifecyclestage: 'lead' });
    await write(3, { lifecyclestage: 'evangelist' });
    expect(await evaluate({ vips: CUSTOMERS })).toEqual(['vips full +2 -0 =2']);
    await write(2, { lifecyclestage: 'customer' });
    await write(3, { lifecyclestage: 'lead' });
    expect(await evaluate({ vips: CUSTOMERS })).toEqual(['vips changed +1 -1 =2']);
    expect(await members('vips')).toEqual([1, 2]);
    expect(await evaluate({ vips: CUSTOMERS })).toEqual(['vips changed +0 -0 =2']);
    expect(
      await db.query('select segment, record_id, joined from {schema}.segment_changes order by id'),
    ).toEqual([
      { segment: 'vips', record_id: 2, joined: true },
      { segment: 'vips', record_id: 3, joined: false },
    ]);
    expect(await segmentSizes(db)).toEqual({ vips: 2 });
  });

  it('lose a record that is archived, and have it again when it is restored', async () => {
    await write(1, { lifecyclestage: 'customer' });
    await evaluate({ vips: CUSTOMERS });
    await writeDepartures(db, [{ id: '1', state: 'archived' }], {
      objectType: 'contacts',
      readAt: new Date('2027-01-01'),
    });
    expect(await evaluate({ vips: CUSTOMERS })).toEqual(['vips changed +0 -1 =0']);
    await writeRecords(
      db,
      [{ id: '1', properties: { lifecyclestage: 'customer' }, updatedAt: '2026-01-01T00:00:00Z' }],
      {
        objectType: 'contacts',
        readAt: new Date('2027-01-02'),
      },
    );
    expect(await evaluate({ vips: CUSTOMERS })).toEqual(['vips changed +1 -0 =1']);
  });

  it('look at every record again when the rule is another one, and when asked to', async () => {
    await write(1, { lifecyclestage: 'customer' });
    await write(2, { lifecyclestage: 'lead' });
    await evaluate({ vips: CUSTOMERS });
    await db.query(`update {schema}.mirror_records set changed_at = changed_at - interval '1 day'`);
    await db.query(
      `update {schema}.mirror_records set properties = '{"lifecyclestage":"lead"}' where id = 1`,
    );
    expect(await evaluate({ vips: CUSTOMERS })).toEqual(['vips changed +0 -0 =1']);
    expect(await evaluate({ vips: CUSTOMERS }, true)).toEqual(['vips full +0 -1 =0']);
    expect(await evaluate({ vips: { rule: { not: CUSTOMERS.rule } } })).toEqual(['vips full +2 -0 =2']);
  });

  it('can be made of each other, whatever their order', async () => {
    await write(1, { lifecyclestage: 'customer', company: 'Acme' });
    await write(2, { lifecyclestage: 'customer', company: 'Other' });
    const segments = {
      both: { rule: { all: [{ segment: 'vips' }, { property: 'company', is: 'acme' }] } },
      vips: CUSTOMERS,
    };
    expect(await evaluate(segments)).toEqual(['vips full +2 -0 =2', 'both full +1 -0 =1']);
    await write(1, { lifecyclestage: 'lead', company: 'Acme' });
    expect(await evaluate(segments)).toEqual(['vips changed +0 -1 =1', 'both full +0 -1 =0']);
  });

  it('that count days lose records as time goes by, with none of them changed', async () => {
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await write(1, {}, ago(29));
    await write(2, {}, ago(1));
    const engaged = { engaged: { rule: { property: 'updatedAt', withinDays: 30 } } } as const;
    expect(await evaluate(engaged)).toEqual(['engaged full +2 -0 =2']);
    expect(await evaluate(engaged)).toEqual(['engaged changed +0 -0 =2']);
    // As if two days had gone by.
    await db.query(
      `update {schema}.mirror_records set updated_at = updated_at - interval '2 days', changed_at = changed_at - interval '2 days'`,
    );
    expect(await evaluate(engaged)).toEqual(['engaged changed +0 -0 =2']);
    await db.query(`update {schema}.segments set full_at = full_at - interval '11 minutes'`);
    expect(await evaluate(engaged)).toEqual(['engaged full +0 -1 =1']);
  });

  it('are removed when the config does not name them any more', async () => {
    await write(1, { lifecyclestage: 'customer' });
    await evaluate({ vips: CUSTOMERS, others: { rule: { property: 'email', known: false } } });
    await evaluate({ vips: CUSTOMERS });
    expect(await segmentSizes(db)).toEqual({ vips: 1 });
    expect(await members('others')).toEqual([]);
    await evaluate({});
    expect(await segmentSizes(db)).toEqual({});
  });

  it('stay as they are when the portal does not have their property, and say so', async () => {
    await write(1, { lifecyclestage: 'customer' });
    await evaluate({ vips: CUSTOMERS });
    await db.query(
      `insert into {schema}.mirror_properties values ('contacts', 'lifecycle_stage', 'enumeration', '{"fieldType":"select"}', now())`,
    );
    const [report] = (await evaluateSegments(db, { segments: { vips: CUSTOMERS } })) ?? [];
    expect(report).toMatchObject({
      looked: 'skipped',
      size: 1,
      error: 'rule.property: The portal has no property lifecyclestage. Did you mean lifecycle_stage?',
    });
    expect(await db.query('select error from {schema}.segments')).toEqual([{ error: report?.error }]);
    expect(await members('vips')).toEqual([1]);
  });
});

describe.each(databaseKinds)('a segment whose rule names what nobody knows, on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  afterAll(async () => (await opening).drop());

  /** The error of `asked`, beside a segment that is always evaluated. */
  const errorOf = async (asked: SegmentDefinition) => {
    const { db } = await opening;
    const segments = { others: { rule: { property: 'email', known: true } }, asked } as const;
    const [others, report] = (await evaluateSegments(db, { segments })) ?? [];
    expect(others?.error).toBeUndefined();
    return report?.error;
  };

  it('stays as it was, and the others go on', async () => {
    const { db } = await opening;
    await db.query(
      `insert into {schema}.mirror_records (object_type, id, properties, updated_at, read_at) values ('contacts', 1, '{"email":"a@example.com"}', now(), now());
       insert into {schema}.mirror_lists (id, name, object_type, processing_type, read_at) values (7, 'News', 'contacts', 'MANUAL', now())`,
    );
    expect(await errorOf({ rule: { not: { list: 'Newz' } } })).toBe(
      'rule.not: The mirror keeps no list Newz of contacts. Did you mean News?',
    );
    expect(await errorOf({ rule: { list: 'News' } })).toContain('were not read to the end yet');
    await db.query('update {schema}.mirror_lists set members_read_at = now()');
    for (const list of ['News', '7']) expect(await errorOf({ rule: { not: { list } } })).toBeUndefined();
    expect(await segmentSizes(db)).toEqual({ asked: 1, others: 1 });
    await db.query('update {schema}.mirror_lists set deleted_at = now()');
    expect(await errorOf({ rule: { not: { list: 'News' } } })).toBe(
      'rule.not: The list News was deleted at HubSpot.',
    );
    expect(await segmentSizes(db)).toEqual({ asked: 1, others: 1 });
  });

  it('is not evaluated before the segments that it is made of', async () => {
    const { db } = await opening;
    const segments = {
      first: { rule: { list: 'Nobody' } },
      second: { rule: { not: { segment: 'first' } } },
    } as const;
    expect((await evaluateSegments(db, { segments }))?.map(({ error }) => error)).toEqual([
      expect.stringContaining('keeps no list Nobody'),
      expect.stringContaining('The segment first was never evaluated: rule: The mirror keeps no list Nobody'),
    ]);
    // Of none of them anybody knows how many there are.
    expect(await segmentSizes(db)).toEqual({});
    expect(await evaluateSegments(db, { segments, names: ['second'] })).toMatchObject([
      { size: 0, looked: 'skipped' },
    ]);
  });

  it('is not evaluated while the mirror does not have its property of all records', async () => {
    const { db } = await opening;
    await db.query(
      `insert into {schema}.mirror_objects (object_type, complete_at, properties) values ('contacts', now(), '{email}')`,
    );
    const rule = { property: 'city', known: false } as const;
    expect(await errorOf({ rule })).toContain('rule.property: The mirror does not have city of all contacts');
    await db.query(`update {schema}.mirror_objects set properties = '{city,email}'`);
    expect(await errorOf({ rule })).toBeUndefined();
  });
});

describePostgres('segments of two processes', () => {
  it('are evaluated by one of them at a time', async () => {
    const database = await testDatabase();
    try {
      await database.db.transaction(async (tx) => {
        await tx.query(`select pg_advisory_xact_lock(hashtextextended('{schema}.segments', 0))`);
        expect(await evaluateSegments(database.db, { segments: { vips: CUSTOMERS } })).toBeUndefined();
      });
      expect(await evaluateSegments(database.db, { segments: { vips: CUSTOMERS } })).toHaveLength(1);
    } finally {
      await database.drop();
    }
  });
});
