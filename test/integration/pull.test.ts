import { describe, expect, it } from 'vitest';
import { SpokeError } from '../../src/errors.ts';
import type { PullProgress } from '../../src/pull/pull-report.ts';
import { runPull } from '../../src/pull/run-pull.ts';
import { listRuns, showRun } from '../../src/pull/runs.ts';
import { databaseKinds } from '../support/database.ts';
import { people, setupPull } from '../support/pull.ts';

const LONG = { timeout: 120_000 };

describe.each(databaseKinds)('a full pull on %s', (kind) => {
  it('brings every record with the properties that the config names', LONG, async () => {
    const { portal, pull, live, atPortal } = await setupPull({ kind });
    portal.insert('contacts', people(350));
    const report = await pull('all');
    expect(report).toMatchObject({
      state: 'done',
      limited: false,
      missing: [],
      errors: [],
      total: { pages: 4, records: 350, inserted: 350, changed: 0 },
    });
    expect(await live()).toEqual(atPortal());
  });

  it('finds what was archived, merged, erased and restored since', LONG, async () => {
    const { portal, client, pull, live, atPortal, state } = await setupPull({ kind });
    const [archived = '', loser = '', winner = '', erased = '', back = ''] = portal.insert(
      'contacts',
      people(5),
    );
    await client.records.archive('contacts', back);
    await pull('all');
    await client.records.archive('contacts', archived);
    await client.records.merge('contacts', { primaryId: winner, mergedId: loser });
    await client.records.gdprDelete('contacts', { id: erased });
    portal.restore('contacts', back);
    const report = await pull('sweep');
    expect(report.state).toBe('done');
    expect(await state(archived)).toBe('archived');
    expect(await state(loser)).toBe('merged');
    expect(await state(erased)).toBe('gone');
    expect(await live()).toEqual(atPortal());
  });
});

describe('a full pull', () => {
  it('brings all properties that the portal defines, however long the list', LONG, async () => {
    const { portal, pull, live } = await setupPull({ mirror: { objects: { contacts: {} } } });
    const [id = ''] = portal.insert('contacts', people(250));
    await pull('all');
    const values = (await live())[id];
    const defined = Object.entries(portal.record('contacts', id)?.properties ?? {}).filter(
      ([, value]) => value,
    );
    expect(defined.length).toBeGreaterThan(3);
    for (const [name, value] of defined) expect([name, values?.[name]]).toEqual([name, value]);
  });

  it('goes on where one with a limit has ended', LONG, async () => {
    const { portal, pull, live, atPortal } = await setupPull();
    portal.insert('contacts', people(250));
    const first = await pull('all', { maxRecords: 130, pageSize: 50 });
    expect(first).toMatchObject({ state: 'done', limited: true, total: { records: 130, inserted: 130 } });
    const second = await pull('all');
    expect(second).toMatchObject({ limited: false, total: { records: 120, inserted: 120 } });
    expect(await live()).toEqual(atPortal());
  });

  it(
    'goes around a page that HubSpot does not give, says which, and the next one reads it',
    LONG,
    async () => {
      const { portal, pull, live, atPortal, db } = await setupPull();
      const ids = portal.insert('contacts', people(450));
      portal.addFaults([
        { id: 'page', match: { path: `after=${ids[200]}(&|$)` }, do: 'status', status: 500 },
      ]);
      const first = await pull('all');
      expect(first).toMatchObject({
        state: 'incomplete',
        missing: [{ objectType: 'contacts', fromId: ids[200], code: 'HUBSPOT_UNREACHABLE' }],
        total: { records: 350 },
      });
      expect(await showRun(db, first.run)).toMatchObject({
        state: 'incomplete',
        report: { missing: first.missing },
      });
      portal.removeFaults('page');
      expect(await pull('all')).toMatchObject({ state: 'done', total: { records: 100, inserted: 100 } });
      expect(await live()).toEqual(atPortal());
    },
  );

  it('stops at a refused token with the reason, keeps what it got, and goes on later', LONG, async () => {
    const { portal, pull, live, atPortal, db } = await setupPull();
    const ids = portal.insert('contacts', people(450));
    portal.addFaults([{ id: 'token', match: { path: `after=${ids[200]}(&|$)` }, do: 'status', status: 401 }]);
    await expect(pull('all')).rejects.toMatchObject({ code: 'HUBSPOT_UNAUTHORIZED' });
    const [failed] = await listRuns(db, 1);
    expect(failed).toMatchObject({ state: 'failed', report: { error: { code: 'HUBSPOT_UNAUTHORIZED' } } });
    expect(Object.keys(await live())).toHaveLength(200);
    portal.removeFaults('token');
    expect(await pull('all')).toMatchObject({ state: 'done', total: { inserted: 250 } });
    expect(await live()).toEqual(atPortal());
  });

  it.each([
    { what: 'half an answer', fault: { do: 'truncate' as const } },
    { what: 'an empty page', fault: { do: 'empty' as const } },
    { what: 'a lost connection', fault: { do: 'reset' as const } },
    { what: 'a limit', fault: { do: 'status' as const, status: 429 } },
  ])('is never silent about $what', LONG, async ({ fault }) => {
    const { portal, pull, live, atPortal } = await setupPull();
    const ids = portal.insert('contacts', people(450));
    portal.addFaults([{ id: 'once', match: { path: `after=${ids[200]}(&|$)` }, ...fault }]);
    const first = await pull('all');
    expect(first.state).toBe('incomplete');
    expect(first.missing[0]).toMatchObject({ fromId: ids[200] });
    portal.removeFaults('once');
    expect(await pull('all')).toMatchObject({ state: 'done' });
    expect(await live()).toEqual(atPortal());
  });

  it('waits when HubSpot says so, and brings everything', LONG, async () => {
    const { portal, pull, live, atPortal, tools } = await setupPull();
    const ids = portal.insert('contacts', people(250));
    portal.addFaults([
      {
        id: 'once',
        match: { path: `after=${ids[100]}(&|$)` },
        do: 'status',
        status: 429,
        headers: { 'retry-after': '1' },
        times: 1,
      },
    ]);
    const report = await pull('all', {}, tools({ maxWaitMs: 5_000 }));
    expect(report).toMatchObject({ state: 'done', total: { inserted: 250 } });
    expect(report.durationMs).toBeGreaterThanOrEqual(1_000);
    expect(await live()).toEqual(atPortal());
  });

  it('reads a large portal in several streams, each once', LONG, async () => {
    const { portal, pull, live, atPortal } = await setupPull();
    portal.insert('contacts', people(2_500));
    expect(await pull('all')).toMatchObject({ state: 'done', total: { records: 2_500, inserted: 2_500 } });
    expect(await live()).toEqual(atPortal());
  });

  it.each([
    { what: 'one page of each stream', records: 2_500, streams: 3, most: 3 },
    {
      what: 'two pages of a single stream, so that it need not wait for its writes',
      records: 900,
      streams: 3,
      most: 2,
    },
  ])(
    'has at most $what under way, which one that takes over reads again',
    LONG,
    async ({ records, streams, most }) => {
      const { portal, tools, live, atPortal } = await setupPull();
      portal.insert('contacts', people(records));
      const { transport } = tools();
      const pages = { asked: 0, written: 0, underWay: 0 };
      const watched = tools({
        streams,
        transport: {
          ...transport,
          request: (request) => {
            if (request.method === 'GET' && request.path.includes('contacts?')) {
              pages.asked += 1;
              pages.underWay = Math.max(pages.underWay, pages.asked - pages.written);
            }
            return transport.request(request);
          },
        },
      });
      await runPull(
        watched,
        { kind: 'all', requestedBy: 'test' },
        new AbortController().signal,
        (progress) => {
          pages.written = progress.pages;
        },
      );
      expect(pages.underWay).toBe(most);
      expect(await live()).toEqual(atPortal());
    },
  );

  it('warns of a property that the portal does not define, with the nearest name', LONG, async () => {
    const { portal, pull } = await setupPull({
      mirror: { objects: { contacts: { properties: ['emial'] } } },
    });
    portal.insert('contacts', people(1));
    const { state, warnings } = await pull('all');
    expect(state).toBe('done');
    expect(warnings).toEqual([
      {
        what: 'the property emial of contacts',
        code: 'MIRROR_PROPERTY_UNKNOWN',
        message: 'The portal does not define it: it stays empty. Did you mean email?',
      },
    ]);
  });

  it('tells how far it is, also when it goes on with one that was broken off', LONG, async () => {
    const { portal, tools, pull } = await setupPull();
    portal.insert('contacts', people(350));
    await pull('all', { maxRecords: 100 });
    const told: PullProgress[] = [];
    const { signal } = new AbortController();
    await runPull(tools(), { kind: 'all', requestedBy: 'test' }, signal, (progress) => told.push(progress));
    expect(told.map(({ expected }) => expected)).toEqual([250, 250, 250, 250]);
    expect(told.at(-1)?.records).toBe(250);
    expect(told[0]?.etaMs).toBeGreaterThan(0);
  });

  it('refuses an object type that the config does not name', async () => {
    const { pull } = await setupPull();
    await expect(pull('all', { objects: ['deals'] })).rejects.toThrow(SpokeError);
  });
});
