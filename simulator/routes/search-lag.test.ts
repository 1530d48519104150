import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Body, CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const START = Date.parse('2026-11-22T12:00:00.000Z');

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
  portal.simulator.setClock({ now: START, frozen: true });
});
afterEach(() => portal.simulator.stop());

const insert = (...rows: Record<string, string>[]) => portal.simulator.insert('contacts', rows);
const search = (body: unknown, path = `${CONTACTS}/search`) => portal.call('POST', path, body);
const find = async (body: unknown) => (await search(body)).body as Body & { total: number };
const where = (propertyName: string, operator: string, rest: object = {}) => ({
  filterGroups: [{ filters: [{ propertyName, operator, ...rest }] }],
});
const idsOf = (body: Body) => body.results.map(({ id }) => id);
const advance = (ms: number) => portal.simulator.setClock({ advanceMs: ms });
const create = async (properties: Record<string, string>) =>
  (await portal.call('POST', CONTACTS, { properties })).body.id;
const update = (id: string, properties: Record<string, string>) =>
  portal.call('PATCH', `${CONTACTS}/${id}`, { properties });

describe('the delay', () => {
  it('hides a new contact for 5 to 10 s', async () => {
    const id = await create({ email: 'a@example.com' });
    expect((await find({})).total).toBe(0);
    advance(4_999);
    expect((await find({})).total).toBe(0);
    advance(5_001);
    expect(idsOf(await find({}))).toEqual([id]);
  });

  it('is as long as it is switched to, and zero for zero', async () => {
    portal.simulator.setBehaviour({ searchLag: 3_000 });
    await create({ email: 'a@example.com' });
    advance(2_999);
    expect((await find({})).total).toBe(0);
    advance(1);
    expect((await find({})).total).toBe(1);
    portal.simulator.setBehaviour({ searchLag: 0 });
    await create({ email: 'b@example.com' });
    expect((await find({})).total).toBe(2);
  });

  it('shows old values and the old modified date in results, filters and order until then', async () => {
    const [id = '', other = ''] = insert(
      { email: 'a@example.com', city: 'Oslo' },
      { email: 'b@example.com', city: 'Oslo' },
    );
    advance(60_000);
    await update(id, { city: 'Rome' });
    const before = await find({ ...where('city', 'EQ', { value: 'oslo' }), properties: ['city'] });
    expect(idsOf(before)).toEqual([id, other]);
    expect(before.results[0]).toMatchObject({
      updatedAt: new Date(START).toISOString(),
      properties: { city: 'Oslo', lastmodifieddate: new Date(START).toISOString() },
    });
    const recent = where('lastmodifieddate', 'GT', { value: START });
    expect((await find(recent)).total).toBe(0);
    advance(10_000);
    expect(idsOf(await find(recent))).toEqual([id]);
    expect(idsOf(await find(where('city', 'EQ', { value: 'oslo' })))).toEqual([other]);
    expect(idsOf(await find({ sorts: ['-lastmodifieddate'] }))).toEqual([id, other]);
  });

  it('lets later changes show before earlier ones, the same ones for the same seed', async () => {
    const order = async () => {
      const one = await startPortal({ seed: 7, behaviour: { searchLag: { minMs: 0, maxMs: 2_000 } } });
      one.simulator.setClock({ now: START, frozen: true });
      const made: string[] = [];
      for (let place = 0; place < 20; place += 1) {
        const { body } = await one.call('POST', CONTACTS, { properties: { email: `c${place}@example.com` } });
        made.push(body.id);
        one.simulator.setClock({ advanceMs: 10 });
      }
      const seen: string[] = [];
      for (let step = 0; step < 250; step += 1) {
        const { body } = await one.call('POST', `${CONTACTS}/search`, { limit: 200 });
        for (const id of idsOf(body)) if (!seen.includes(id)) seen.push(id);
        one.simulator.setClock({ advanceMs: 10 });
      }
      await one.simulator.stop();
      return { made, seen };
    };
    const { made, seen } = await order();
    expect([...seen].sort()).toEqual(made);
    expect(seen).not.toEqual(made);
    expect((await order()).seen).toEqual(seen);
  });

  it('never brings back an older state of a record once a later one shows', async () => {
    const [id = ''] = insert({ email: 'a@example.com', city: 'A' });
    portal.simulator.setBehaviour({ searchLag: 9_000 });
    await update(id, { city: 'B' });
    portal.simulator.setBehaviour({ searchLag: 1_000 });
    await update(id, { country: 'NO' });
    const shown = async () => (await find({ properties: ['city', 'country'] })).results[0]?.properties;
    expect(await shown()).toMatchObject({ city: 'A', country: null });
    advance(1_000);
    expect(await shown()).toMatchObject({ city: 'B', country: 'NO' });
    await update(id, { city: 'C' });
    advance(1_000);
    expect(await shown()).toMatchObject({ city: 'C' });
    advance(9_000);
    expect(await shown()).toMatchObject({ city: 'C', country: 'NO' });
    const since = where('lastmodifieddate', 'GTE', { value: START + 1_000 });
    expect((await find(since)).total).toBe(1);
  });

  it('shows each state of a record after its own delay', async () => {
    const [id = ''] = insert({ email: 'a@example.com', city: 'A' });
    portal.simulator.setBehaviour({ searchLag: 1_000 });
    for (const city of ['B', 'C']) {
      await update(id, { city });
      advance(500);
    }
    const city = async () => (await find({ properties: ['city'] })).results[0]?.properties.city;
    expect(await city()).toBe('B');
    advance(500);
    expect(await city()).toBe('C');
  });

  it('does not hold for records put there without a request, nor after a reset', async () => {
    insert({ email: 'a@example.com' });
    expect((await find({})).total).toBe(1);
    await create({ email: 'b@example.com' });
    portal.simulator.reset(['records']);
    advance(10_000);
    expect((await find({})).total).toBe(0);
  });
});

describe('records that go', () => {
  it('vanish at once when archived, with or without changes that still wait', async () => {
    const [kept = '', gone = ''] = insert({ email: 'a@example.com' }, { email: 'b@example.com' });
    const fresh = await create({ email: 'c@example.com' });
    await update(gone, { city: 'Rome' });
    for (const id of [gone, fresh]) await portal.call('DELETE', `${CONTACTS}/${id}`);
    expect(idsOf(await find({}))).toEqual([kept]);
    advance(10_000);
    expect(idsOf(await find({}))).toEqual([kept]);
    expect(idsOf(await find({ sorts: ['lastmodifieddate'] }))).toEqual([kept]);
  });

  it('vanish at once when merged; what they became shows later', async () => {
    const [primaryObjectId, objectIdToMerge] = insert({ email: 'a@example.com' }, { email: 'b@example.com' });
    const merged = await portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId, objectIdToMerge });
    expect((await find({})).total).toBe(0);
    advance(10_000);
    expect(idsOf(await find({}))).toEqual([merged.body.id]);
  });
});
