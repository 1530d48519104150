import { describe, expect, it } from 'vitest';
import { lastProofs, reconcile } from '../../src/pull/reconcile.ts';
import { databaseKinds } from '../support/database.ts';
import { type PullBundle, people, setupPull } from '../support/pull.ts';

const LONG = { timeout: 120_000 };

const prove = (
  bundle: PullBundle,
  options: { repair?: boolean; youngMs?: number } = {},
  tools = bundle.tools(),
) => reconcile(tools, 'contacts', { signal: new AbortController().signal, youngMs: 0, ...options });

describe.each(databaseKinds)('a reconcile on %s', (kind) => {
  it('proves a mirror that is complete', LONG, async () => {
    const bundle = await setupPull({ kind });
    bundle.portal.insert('contacts', people(250));
    await bundle.pull('all');
    expect(await prove(bundle)).toMatchObject({
      state: 'proven',
      compared: 250,
      missing: 0,
      extra: 0,
      stale: 0,
      calculated: 0,
      young: 0,
      examples: [],
      unread: [],
    });
    const [row] = await bundle.db.query(
      'select proven_at is not null as proven from {schema}.mirror_objects',
    );
    expect(row).toEqual({ proven: true });
    expect(await lastProofs(bundle.db)).toMatchObject([{ objectType: 'contacts', state: 'proven' }]);
  });

  it('names what is missing, extra and stale, and repairs it when it is asked to', LONG, async () => {
    const bundle = await setupPull({ kind });
    const { portal, client, db, live, atPortal } = bundle;
    const [stale = '', archived = '', lost = ''] = portal.insert('contacts', people(120));
    await bundle.pull('all');
    await client.records.update('contacts', stale, { firstname: 'Changed' });
    await client.records.archive('contacts', archived);
    await db.query('delete from {schema}.mirror_records where id = $1', [lost]);
    const [added = ''] = portal.insert('contacts', people(1, 500));
    expect(await prove(bundle)).toMatchObject({
      state: 'different',
      compared: 120,
      missing: 2,
      extra: 1,
      stale: 1,
      repaired: 0,
      examples: [
        { id: stale, kind: 'stale', properties: ['firstname'] },
        { id: archived, kind: 'extra' },
        { id: lost, kind: 'missing' },
        { id: added, kind: 'missing' },
      ],
    });
    expect(await db.query('select proven_at from {schema}.mirror_objects')).toEqual([{ proven_at: null }]);
    expect(await prove(bundle, { repair: true })).toMatchObject({ state: 'different', repaired: 4 });
    expect(await live()).toEqual(atPortal());
    expect(await bundle.state(archived)).toBe('archived');
    expect(await prove(bundle)).toMatchObject({ state: 'proven', compared: 120 });
  });
});

describe('a reconcile', () => {
  it('takes what has changed a moment ago for young, and not for wrong', LONG, async () => {
    const bundle = await setupPull();
    const [id = ''] = bundle.portal.insert('contacts', people(3));
    await bundle.pull('all');
    await bundle.client.records.update('contacts', id, { firstname: 'Now' });
    expect(await prove(bundle, { youngMs: 60_000 })).toMatchObject({ state: 'proven', young: 1, stale: 0 });
    expect(await prove(bundle)).toMatchObject({ state: 'different', young: 0, stale: 1 });
  });

  it(
    'is no proof while a part of the portal cannot be read, and goes on with that part the next time',
    LONG,
    async () => {
      const bundle = await setupPull();
      const ids = bundle.portal.insert('contacts', people(450));
      await bundle.pull('all');
      bundle.portal.addFaults([
        { id: 'page', match: { path: `after=${ids[200]}(&|$)` }, do: 'status', status: 500 },
      ]);
      const first = await prove(bundle);
      expect(first).toMatchObject({ state: 'incomplete' });
      expect(first?.unread.length).toBeGreaterThan(0);
      expect(await bundle.db.query('select proven_at from {schema}.mirror_objects')).toEqual([
        { proven_at: null },
      ]);
      bundle.portal.removeFaults('page');
      expect(await prove(bundle)).toMatchObject({ state: 'proven', compared: 450, unread: [] });
    },
  );

  it('keeps what it has found when it is broken off', LONG, async () => {
    const bundle = await setupPull();
    const [first = ''] = bundle.portal.insert('contacts', people(400));
    await bundle.pull('all');
    await bundle.client.records.update('contacts', first, { firstname: 'Changed' });
    const stopping = new AbortController();
    await expect(
      reconcile(bundle.tools({ streams: 1 }), 'contacts', {
        signal: stopping.signal,
        youngMs: 0,
        onProgress: () => stopping.abort(new Error('enough')),
      }),
    ).rejects.toThrow('enough');
    expect(await prove(bundle)).toMatchObject({ state: 'different', compared: 400, stale: 1 });
  });

  it('has nothing to prove before the first full reading is through', LONG, async () => {
    const bundle = await setupPull();
    await expect(prove(bundle)).rejects.toMatchObject({ code: 'MIRROR_NOT_READ' });
  });

  it('is made by one process at a time', LONG, async () => {
    const bundle = await setupPull();
    await bundle.pull('all');
    await bundle.db.query(
      `update {schema}.pull_leases set holder = 'another', held_until = clock_timestamp() + interval '1 minute'`,
    );
    expect(await prove(bundle)).toBeUndefined();
  });
});
