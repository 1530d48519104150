import { describe, expect, it } from 'vitest';
import { ALL_SCOPES } from '../../simulator/tokens.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import type { Transport } from '../../src/hubspot/transport.ts';
import { createTransport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import { exportCsv } from '../../src/mirror/export-records.ts';
import { findRecords } from '../../src/mirror/find-records.ts';
import { reconcile } from '../../src/pull/reconcile.ts';
import { listRuns } from '../../src/pull/runs.ts';
import { databaseKinds } from '../support/database.ts';
import { type PullBundle, people, setupPull } from '../support/pull.ts';

const LONG = { timeout: 120_000 };
const unstopped = new AbortController().signal;

/** A custom object `boat`, which becomes 2-1, with a number and a time among its properties. */
async function defineBoats({ portal }: PullBundle): Promise<void> {
  const answer = await fetch(`${portal.url}/crm-object-schemas/2026-09/schemas`, {
    method: 'POST',
    headers: { authorization: `Bearer ${portal.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'boat',
      labels: { singular: 'Boat', plural: 'Boats' },
      primaryDisplayProperty: 'hull',
      requiredProperties: ['hull'],
      searchableProperties: ['hull'],
      properties: [
        { name: 'hull', label: 'Hull', type: 'string', fieldType: 'text' },
        { name: 'berths', label: 'Berths', type: 'number', fieldType: 'number' },
        { name: 'launched_at', label: 'Launched', type: 'datetime', fieldType: 'date' },
      ],
      associatedObjects: ['CONTACT'],
    }),
  });
  expect(answer.status).toBe(201);
}

describe.each(databaseKinds)('a custom object on %s', (kind) => {
  it('is read, followed, asked, seen in SQL and proven like any other', LONG, async () => {
    const bundle = await setupPull({
      kind,
      mirror: { objects: { '2-1': { associations: ['contacts'], history: ['berths'] } } },
    });
    const { portal, client, db, pull, state } = bundle;
    await defineBoats(bundle);
    const boat = (n: number) => ({
      hull: `H${n}`,
      berths: String(n % 10),
      launched_at: '2026-03-01T10:00:00.000Z',
    });
    const ids = portal.insert(
      '2-1',
      Array.from({ length: 130 }, (_, n) => boat(n)),
    );
    const [first = '', second = '', third = ''] = ids;
    const [owner = ''] = portal.insert('contacts', people(1));
    const linked = await fetch(
      `${portal.url}/crm/objects/2026-09/2-1/${first}/associations/default/contacts/${owner}`,
      { method: 'PUT', headers: { authorization: `Bearer ${portal.token}` } },
    );
    expect(linked.status).toBe(200);

    expect(await pull('all')).toMatchObject({
      state: 'done',
      objects: { '2-1': { inserted: 130 } },
      // One without pipelines is nothing to warn of.
      warnings: [],
    });
    expect(
      await db.query(
        'select hull, berths::integer as berths, launched_at from {schema}.hubspot_2_1 where hubspot_id = $1',
        [second],
      ),
    ).toEqual([{ hull: 'H1', berths: 1, launched_at: new Date('2026-03-01T10:00:00Z') }]);
    expect(
      await db.query(
        'select from_type, from_id::text, to_id::text from {schema}.hubspot_links group by 1, 2, 3',
      ),
    ).toEqual([{ from_type: '2-1', from_id: first, to_id: owner }]);
    const many = { property: 'berths', atLeast: 8 } as const;
    expect(await findRecords(db, { objectType: '2-1', where: many, total: true })).toMatchObject({
      total: 26,
    });

    let csv = '';
    for await (const block of exportCsv(db, { objectType: '2-1', limit: 1 })) csv += block;
    expect(csv).toMatch(/^hubspot_id,berths,.*hull,/);
    expect(csv).toContain(`\r\n${first},0,`);

    await client.records.update('2-1', second, { berths: '42' });
    await client.records.archive('2-1', third);
    expect(await pull('incremental')).toMatchObject({ state: 'done', total: { changed: 1 } });
    expect(await pull('sweep')).toMatchObject({ state: 'done', total: { left: 1 } });
    expect(await state(third, '2-1')).toBe('archived');
    expect(await db.query('select hubspot_id::text, before, after from {schema}.hubspot_changes')).toEqual([
      { hubspot_id: second, before: '1', after: '42' },
    ]);

    await db.query('delete from {schema}.mirror_records where id = $1', [first]);
    const proof = () => reconcile(bundle.tools(), '2-1', { signal: unstopped, youngMs: 0, repair: true });
    expect(await proof()).toMatchObject({ state: 'different', compared: 129, missing: 1, repaired: 1 });
    expect(await proof()).toMatchObject({ state: 'proven', compared: 129 });
  });
});

/** The portal with a property that HubSpot works out by itself: it changes without a change of its record. */
function withCalculated(inner: Transport, value: () => string): Transport {
  const calculated = (one: Record<string, unknown>) =>
    one.name === 'jobtitle' ? { ...one, calculated: true } : one;
  const scored = (one: Record<string, unknown>) =>
    one.properties === undefined
      ? one
      : { ...one, properties: { ...(one.properties as object), jobtitle: value() } };
  return {
    async request(request) {
      const exchange = await inner.request(request);
      if (exchange.kind === 'fault' || typeof exchange.body !== 'object' || exchange.body === null)
        return exchange;
      const body = exchange.body as { results?: Record<string, unknown>[] };
      const change = request.path.includes('/properties/') ? calculated : scored;
      return body.results === undefined
        ? exchange
        : { ...exchange, body: { ...body, results: body.results.map(change) } };
    },
    close: () => inner.close(),
  };
}

it(
  'a calculated property is brought by a full reading, and nothing else is said to differ',
  LONG,
  async () => {
    const bundle = await setupPull({
      mirror: { objects: { contacts: { properties: ['email', 'jobtitle'] } } },
    });
    const { portal, pull, live } = bundle;
    let score = '10';
    const transport = createTransport({
      baseUrl: portal.url,
      token: tokenFromText(portal.token),
      log: silentLogger,
      timeoutMs: 5_000,
    });
    const tools = bundle.tools({ transport: withCalculated(transport, () => score) });
    portal.setClock({ advanceMs: -3_600_000 });
    const [id = ''] = portal.insert('contacts', people(3));
    portal.setClock({ advanceMs: 3_600_000 });
    portal.insert('contacts', people(1, 10));
    await pull('all', {}, tools);
    expect((await live())[id]).toMatchObject({ jobtitle: '10' });
    score = '20';
    // Search tells of none of the three, which have not changed; the latest change is always read again.
    expect(await pull('incremental', {}, tools)).toMatchObject({ state: 'done', total: { changed: 1 } });
    expect((await live())[id]).toMatchObject({ jobtitle: '10' });
    const proof = () => reconcile(tools, 'contacts', { signal: unstopped, youngMs: 0 });
    expect(await proof()).toMatchObject({ state: 'proven', stale: 0, calculated: 3 });
    expect(await pull('all', {}, tools)).toMatchObject({ state: 'done', total: { changed: 3 } });
    expect((await live())[id]).toMatchObject({ jobtitle: '20' });
    expect(await proof()).toMatchObject({ state: 'proven', calculated: 0 });
    await transport.close();
  },
);

describe('a scope that the token lacks', () => {
  const TYPES = { contacts: {}, deals: { properties: ['dealname'] }, companies: { properties: ['name'] } };
  const without = (bundle: PullBundle, part: RegExp) =>
    bundle.portal.addToken({
      token: bundle.portal.token,
      scopes: ALL_SCOPES.filter((scope) => !part.test(scope)),
    });

  it.each(['all', 'incremental', 'sweep'] as const)(
    'leaves out its object type in a reading of %s, which reads the others and says what is missing',
    LONG,
    async (kind) => {
      const bundle = await setupPull({ mirror: { objects: TYPES } });
      const { portal, pull, live, db } = bundle;
      portal.insert('contacts', people(2));
      portal.insert('deals', [{ dealname: 'Boat', pipeline: 'default', dealstage: 'appointmentscheduled' }]);
      portal.insert('companies', [{ name: 'Acme' }]);
      without(bundle, /objects.deals/);
      const report = await pull(kind);
      expect(report).toMatchObject({
        state: 'incomplete',
        errors: [
          {
            objectType: 'deals',
            code: 'HUBSPOT_FORBIDDEN',
            message: expect.stringContaining('crm.objects.deals.read'),
          },
        ],
      });
      expect(Object.keys(await live('companies'))).toHaveLength(1);
      expect(await listRuns(db, 1)).toMatchObject([{ state: 'incomplete' }]);
      portal.addToken({ token: portal.token });
      expect(await pull(kind)).toMatchObject({ state: 'done', errors: [] });
      expect(Object.values(await live('deals'))).toHaveLength(1);
    },
  );

  it('leaves out the lists, and every record is read', LONG, async () => {
    const bundle = await setupPull({ mirror: { objects: { contacts: {} }, lists: 'all' } });
    bundle.portal.insert('contacts', people(2));
    without(bundle, /lists|segments/);
    expect(await bundle.pull('all')).toMatchObject({
      state: 'incomplete',
      total: { inserted: 2 },
      errors: [{ objectType: 'lists', code: 'HUBSPOT_FORBIDDEN' }],
    });
  });

  it('is none when the token itself is refused: that ends the run', LONG, async () => {
    const bundle = await setupPull({ mirror: { objects: TYPES } });
    bundle.portal.insert('contacts', people(2));
    bundle.portal.revokeToken(bundle.portal.token);
    await expect(bundle.pull('all')).rejects.toMatchObject({ code: 'HUBSPOT_UNAUTHORIZED' });
    expect(await listRuns(bundle.db, 1)).toMatchObject([{ state: 'failed' }]);
    const asked = bundle.portal.journal().filter(({ path }) => path.includes('deals'));
    expect(asked.filter(({ path }) => path.includes('/objects/'))).toEqual([]);
  });
});
