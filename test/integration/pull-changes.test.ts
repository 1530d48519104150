import { describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/db/database.ts';
import { addHints, dropHints, takeHints } from '../../src/pull/hints.ts';
import { ALL_PULL_GUARDS } from '../../src/pull/pull-guards.ts';
import { startPullLoop } from '../../src/pull/pull-loop.ts';
import { databaseKinds, describePostgres } from '../support/database.ts';
import { people, setupPull } from '../support/pull.ts';
import { waitFor } from '../support/wait-for.ts';

const LONG = { timeout: 120_000 };

async function patch(bundle: Awaited<ReturnType<typeof setupPull>>, id: string, firstname: string) {
  const exchange = await bundle.client.records.update('contacts', id, { firstname });
  expect(exchange).toMatchObject({ kind: 'reply', status: 200 });
}

describe.each(databaseKinds)('changes on %s', (kind) => {
  it('are read without reading everything', LONG, async () => {
    const bundle = await setupPull({ kind });
    const { portal, pull, live, atPortal } = bundle;
    const [first = ''] = portal.insert('contacts', people(300));
    await pull('all');
    await patch(bundle, first, 'Ada');
    portal.insert('contacts', people(3, 1_000));
    const report = await pull('incremental');
    expect(report).toMatchObject({ state: 'done', total: { inserted: 3, changed: 1 } });
    expect(await live()).toEqual(atPortal());
  });
});

describe('changes', () => {
  it('are read of every object type', LONG, async () => {
    const objects = { companies: {}, deals: { properties: ['dealname'] }, tickets: {} };
    const { portal, client, pull, live } = await setupPull({ mirror: { objects } });
    const rows = {
      companies: { name: 'Acme' },
      deals: { dealname: 'Boat', pipeline: 'default', dealstage: 'appointmentscheduled' },
      tickets: { subject: 'Leak', hs_pipeline: '0', hs_pipeline_stage: '1' },
    };
    const naming = { companies: 'name', deals: 'dealname', tickets: 'subject' } as const;
    const ids = Object.entries(rows).map(
      ([type, row]) => [type, portal.insert(type, [row])[0] ?? ''] as const,
    );
    expect(await pull('all')).toMatchObject({ state: 'done', total: { inserted: 3 } });
    for (const [type, id] of ids)
      await client.records.update(type, id, { [naming[type as keyof typeof naming]]: 'Changed' });
    expect(await pull('incremental')).toMatchObject({ state: 'done', total: { changed: 3 } });
    for (const [type, id] of ids)
      expect((await live(type))[id]).toMatchObject({ [naming[type as keyof typeof naming]]: 'Changed' });
  });

  it('made while everything is read are in the mirror after the next reading of changes', LONG, async () => {
    const bundle = await setupPull();
    const { portal, pull, live, atPortal } = bundle;
    const ids = portal.insert('contacts', people(450));
    await pull('all', { maxRecords: 200 });
    await patch(bundle, ids[0] ?? '', 'Ada');
    await patch(bundle, ids[300] ?? '', 'Grace');
    await pull('all');
    await pull('incremental');
    expect(await live()).toEqual(atPortal());
  });

  it('are read when more than 10,000 share one millisecond', { timeout: 240_000 }, async () => {
    const { portal, pull, live, atPortal } = await setupPull();
    await pull('all');
    portal.setClock({ now: portal.now() + 1_000, frozen: true });
    portal.insert('contacts', people(10_300));
    expect(await pull('incremental')).toMatchObject({ state: 'done', total: { inserted: 10_300 } });
    expect(await live()).toEqual(atPortal());
  });

  it.each([
    { name: 'are found behind an index that lags', settled: true },
    { name: 'behind an index that lags would be missed without the second pass', settled: false },
  ])('$name', LONG, async ({ settled }) => {
    const bundle = await setupPull();
    const { db, portal, pull, live, atPortal, tools, client } = bundle;
    const reader = tools({
      guards: { ...ALL_PULL_GUARDS, settled },
      incremental: { settleMs: 1_500, overlapMs: 0, settleStepMs: 0 },
    });
    const [late = '', early = ''] = portal.insert('contacts', people(2));
    await pull('all', {}, reader);
    await pull('incremental', {}, reader);
    portal.setBehaviour({ searchLag: { minMs: 1_000, maxMs: 1_000 } });
    await patch(bundle, late, 'Late');
    const changedAt = portal.now();
    portal.setBehaviour({ searchLag: 0 });
    await patch(bundle, early, 'Early');
    // The later change shows up first and takes the live watermark past the earlier one.
    await pull('incremental', {}, reader);
    expect(await live()).toMatchObject({ [late]: { firstname: 'P0' }, [early]: { firstname: 'Early' } });
    const filters = [{ propertyName: 'firstname', operator: 'EQ', value: 'Late' }] as const;
    await waitFor(
      async () => {
        const shown = await client.records.search('contacts', { filterGroups: [{ filters }] });
        return shown.kind === 'reply' && JSON.stringify(shown.body).includes(late);
      },
      { timeout: 60_000, what: 'the index' },
    );
    await waitFor(
      async () => {
        await pull('incremental', {}, reader);
        const [mark] = await db.query<{ at: number }>(
          'select settled_watermark as at from {schema}.mirror_objects',
        );
        return (mark?.at ?? 0) > changedAt;
      },
      { timeout: 60_000, what: 'the second pass' },
    );
    if (settled) expect(await live()).toEqual(atPortal());
    else expect((await live())[late]?.firstname).toBe('P0');
  });
});

describe.each(databaseKinds)('a reader on %s', (kind) => {
  it('finds what has left, and reads everything anew, from time to time', LONG, async () => {
    const { db, portal, tools, live, client, state } = await setupPull({ kind });
    const [first = ''] = portal.insert('contacts', people(150));
    const times = { intervalMs: 1_000, sweepMs: 300, refreshMs: 1_500, lookMs: 100 };
    const loop = startPullLoop({ tools: tools(), ...times });
    const scans = async (kind: string) =>
      (await db.query('select 1 from {schema}.mirror_scans where kind = $1 and ended_at is not null', [kind]))
        .length;
    try {
      await waitFor(async () => Object.keys(await live()).length === 150, {
        timeout: 60_000,
        what: 'the first reading',
      });
      await client.records.archive('contacts', first);
      await waitFor(async () => (await state(first)) === 'archived', { timeout: 60_000, what: 'the sweep' });
      await waitFor(async () => (await scans('backfill')) > 1, {
        timeout: 60_000,
        what: 'the second reading',
      });
      expect(await scans('sweep')).toBeGreaterThan(0);
    } finally {
      await loop.stop();
    }
  });
});

describe('what has left', () => {
  it('would stay without the look at what is not on a page', LONG, async () => {
    const { portal, client, pull, state, tools } = await setupPull();
    const [first = ''] = portal.insert('contacts', people(150));
    await pull('all');
    await client.records.archive('contacts', first);
    await pull('sweep', {}, tools({ guards: { ...ALL_PULL_GUARDS, suspects: false } }));
    expect(await state(first)).toBe('live');
    await pull('sweep');
    expect(await state(first)).toBe('archived');
  });

  it(
    'is erased here once it is erased there, also out of the recycle bin and behind a merge',
    LONG,
    async () => {
      const { db, portal, client, pull, state } = await setupPull();
      const [binned = '', loser = '', winner = ''] = portal.insert('contacts', people(3));
      await pull('all');
      await client.records.archive('contacts', binned);
      await client.records.merge('contacts', { primaryId: winner, mergedId: loser });
      await pull('sweep');
      const survivor = portal.records('contacts').find(({ archived }) => !archived)?.id ?? '';
      await client.records.gdprDelete('contacts', { id: binned });
      await client.records.gdprDelete('contacts', { id: survivor });
      await pull('sweep');
      await pull('sweep');
      expect(await Promise.all([binned, loser, survivor].map((id) => state(id)))).toEqual([
        'gone',
        'gone',
        'gone',
      ]);
      const kept = await db.query(`select 1 from {schema}.mirror_records where properties <> '{}'`);
      expect(kept).toEqual([]);
    },
  );
});

describe('hints', () => {
  it('stay when the record was hinted at again while it was read', async () => {
    const { db } = await setupPull();
    await addHints(db, 'contacts', ['1', '2']);
    const taken = await takeHints(db, 'contacts', 10);
    expect(taken).toHaveLength(2);
    expect(await takeHints(db, 'contacts', 10)).toEqual([]);
    await addHints(db, 'contacts', ['2']);
    await dropHints(db, 'contacts', taken);
    expect(await takeHints(db, 'contacts', 10)).toMatchObject([{ id: '2' }]);
  });

  it('about a record that cannot be read hold up no other and are kept', LONG, async () => {
    const { db, portal, pull, live } = await setupPull();
    const ids = portal.insert('contacts', people(8));
    await addHints(db, 'contacts', ids);
    portal.addFaults([
      { id: 'bad', match: { path: 'batch/read', contains: `"${ids[3]}"` }, do: 'status', status: 500 },
    ]);
    const report = await pull('incremental', { maxRecords: 1 });
    expect(report).toMatchObject({ state: 'incomplete', errors: [{ code: 'HUBSPOT_UNREACHABLE' }] });
    expect(Object.keys(await live()).sort()).toEqual(ids.filter((_, place) => place !== 3));
    portal.removeFaults('bad');
    expect(await db.query('select id from {schema}.pull_hints')).toEqual([{ id: Number(ids[3]) }]);
  });
});

describePostgres('two processes', () => {
  it('that both keep the mirror up to date fill it once, and follow hints at once', LONG, async () => {
    const bundle = await setupPull();
    const { db, portal, tools, live, atPortal, client, state } = bundle;
    const [first = ''] = portal.insert('contacts', people(450));
    const hour = 3_600_000;
    const times = { intervalMs: 1_000, sweepMs: hour, refreshMs: hour, reconcileMs: hour };
    const loops = [startPullLoop({ tools: tools(), ...times }), startPullLoop({ tools: tools(), ...times })];
    try {
      await waitFor(async () => Object.keys(await live()).length === 450, {
        timeout: 60_000,
        what: 'the first reading',
      });
      await patch(bundle, first, 'Ada');
      await waitFor(async () => (await live())[first]?.firstname === 'Ada', {
        timeout: 60_000,
        what: 'the change',
      });
      await client.records.archive('contacts', first);
      await addHints(db, 'contacts', [first]);
      await waitFor(async () => (await state(first)) === 'archived', { timeout: 60_000, what: 'the hint' });
      const proven = async () =>
        (await db.query('select 1 from {schema}.mirror_objects where proven_at is not null')).length === 1;
      await waitFor(proven, { what: 'the proof', timeout: 30_000 });
    } finally {
      await Promise.all(loops.map((loop) => loop.stop()));
    }
    expect(await live()).toEqual(atPortal());
    expect(await db.query(`select kind, state, report ->> 'state' as ended from {schema}.pull_runs`)).toEqual(
      [{ kind: 'all', state: 'done', ended: 'done' }],
    );
  });

  it.each([
    { name: 'lose nothing when one dies, wherever that is', guards: ALL_PULL_GUARDS, whole: true },
    {
      name: 'would lose a page that was not written with its cursor',
      guards: { ...ALL_PULL_GUARDS, cursor: false },
      whole: false,
    },
  ])('$name', { timeout: 240_000 }, async ({ guards, whole }) => {
    const { portal, tools, pull, live, atPortal, db } = await setupPull();
    portal.insert('contacts', people(450));
    let ended = false;
    for (let statements = 1; !ended && statements < 400; statements += 1) {
      const dying = tools({ db: dyingDatabase(db, statements), guards });
      ended = await pull('all', { pageSize: 40 }, dying).then(
        () => true,
        () => false,
      );
      // What a dead process holds is free once its time is over.
      await db.query(`update {schema}.pull_leases set held_until = '-infinity'`);
      await db.query(`update {schema}.pull_runs set alive_at = '-infinity' where state = 'running'`);
    }
    expect(ended).toBe(true);
    if (whole) expect(await live()).toEqual(atPortal());
    else expect(Object.keys(await live()).length).toBeLessThan(450);
  });

  it.each([
    { name: 'keep what is newer when one has slept with a page in its hands', newest: true },
    { name: 'would go back to what is older without the order of states', newest: false },
  ])('$name', LONG, async ({ newest }) => {
    const { portal, client, tools, pull, live, atPortal, db } = await setupPull();
    const [id = ''] = portal.insert('contacts', people(50));
    await pull('all');
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let asleep: () => void = () => undefined;
    const fallen = new Promise<void>((resolve) => {
      asleep = resolve;
    });
    const sleepy = instead(db, {
      transaction: (work) =>
        db.transaction((tx) =>
          work({
            async query(text, values) {
              if (text.includes('insert into {schema}.mirror_records')) {
                asleep();
                await woken;
              }
              return tx.query(text, values);
            },
          }),
        ),
    });
    const guards = { ...ALL_PULL_GUARDS, newest };
    const slow = pull('all', {}, tools({ db: sleepy, guards }));
    await fallen;
    await client.records.update('contacts', id, { firstname: 'Newer' });
    await pull('incremental');
    expect((await live())[id]?.firstname).toBe('Newer');
    wake();
    await slow;
    if (newest) expect(await live()).toEqual(atPortal());
    else expect((await live())[id]?.firstname).toBe('P0');
  });

  it('take a scan up where a process that died has left it', LONG, async () => {
    const { portal, tools, pull, live, atPortal, db } = await setupPull();
    const ids = portal.insert('contacts', people(650));
    const dying = tools();
    const stopping = new AbortController();
    const { runPull } = await import('../../src/pull/run-pull.ts');
    const stopped = await runPull(
      dying,
      { kind: 'all', requestedBy: 'test' },
      stopping.signal,
      ({ records }) => {
        if (records >= 200) stopping.abort(new Error('killed'));
      },
    );
    expect(stopped.state).toBe('stopped');
    const before = portal.journal().length;
    expect(await pull('all')).toMatchObject({ state: 'done' });
    expect(await live()).toEqual(atPortal());
    const asked = portal
      .journal({ after: before })
      .flatMap(({ path }) => /contacts\?.*after=(\d+)/.exec(path)?.[1] ?? []);
    // At most the page that was under way is read again.
    expect(Number(asked[0])).toBeGreaterThanOrEqual(Number(ids[200]) - 1);
    expect(await db.query('select 1 from {schema}.mirror_streams')).toEqual([]);
  });
});

/** A database that a process has for so many statements, and from then on for none: what it would still tidy up stays. */
function dyingDatabase(db: Database, statements: number): Database {
  let left = statements;
  const limited = (queryable: Queryable): Queryable => ({
    query: (text, values) => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('killed')) : queryable.query(text, values);
    },
  });
  return instead(db, {
    ...limited(db),
    transaction: (work) => db.transaction((tx) => work(limited(tx))),
    session: (work) => db.session((session) => work(limited(session))),
  });
}

/** The database with some of it in another way. */
function instead(db: Database, own: Partial<Database>): Database {
  return {
    kind: db.kind,
    schema: db.schema,
    serverVersion: db.serverVersion,
    query: (text, values) => db.query(text, values),
    transaction: (work) => db.transaction(work),
    session: (work) => db.session(work),
    listen: (channel, onNotify) => db.listen(channel, onNotify),
    notify: (channel, payload) => db.notify(channel, payload),
    close: async () => undefined,
    ...own,
  };
}
