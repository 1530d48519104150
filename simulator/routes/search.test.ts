import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Body, CONTACTS, NOTES, startPortal, type TestPortal } from '../test-client.ts';

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
const update = (id: string, properties: Record<string, string>) =>
  portal.call('PATCH', `${CONTACTS}/${id}`, { properties });

describe('what is found', () => {
  it('is everything for an empty body, oldest first, ten at a time, with the default properties', async () => {
    const ids = insert(...Array.from({ length: 12 }, (_, place) => ({ email: `c${place}@example.com` })));
    const body = await find({});
    expect(body.total).toBe(12);
    expect(idsOf(body)).toEqual(ids.slice(0, 10));
    expect(body.paging).toEqual({ next: { after: '10' } });
    expect(Object.keys(body.results[0]?.properties ?? {}).sort()).toEqual([
      'createdate',
      'email',
      'firstname',
      'hs_object_id',
      'lastmodifieddate',
      'lastname',
    ]);
    const rest = await find({ after: '10' });
    expect(idsOf(rest)).toEqual(ids.slice(10));
    expect(rest.paging).toBeUndefined();
  });

  it.each(['v3', '2026-03', '2026-09'])('is found on %s, by all names of the type', async (version) => {
    const [id] = insert({ email: 'a@example.com' });
    const paths =
      version === 'v3'
        ? ['/crm/v3/objects/contacts/search', '/crm/v3/objects/0-1/search']
        : [`/crm/objects/${version}/contact/search`, `/crm/objects/${version}/0-1/search`];
    for (const path of paths) expect(idsOf((await search({}, path)).body)).toEqual([id]);
  });

  it('shows the asked properties, and leaves out names that do not exist', async () => {
    insert({ email: 'a@example.com', city: 'Oslo' });
    const { results } = await find({ properties: ['city', 'nope'] });
    expect(results[0]?.properties).toMatchObject({ city: 'Oslo', email: 'a@example.com' });
    expect(results[0]?.properties).not.toHaveProperty('nope');
  });

  it('meets all filters of one of the groups', async () => {
    const ids = insert(
      { email: 'a@example.com', city: 'Oslo', country: 'NO' },
      { email: 'b@example.com', city: 'Oslo', country: 'US' },
      { email: 'c@example.com', city: 'Rome', country: 'IT' },
    );
    const filter = (propertyName: string, value: string) => ({ propertyName, operator: 'EQ', value });
    const body = await find({
      filterGroups: [
        { filters: [filter('city', 'oslo'), filter('country', 'no')] },
        { filters: [filter('city', 'rome')] },
      ],
    });
    expect(idsOf(body)).toEqual([ids[0], ids[2]]);
    const shorthand = await find({ filters: [filter('city', 'oslo'), filter('country', 'us')] });
    expect(idsOf(shorthand)).toEqual([ids[1]]);
  });

  it('holds every word of the query in a searchable property', async () => {
    const ids = insert(
      { email: 'ada@example.com', firstname: 'Ada', lastname: 'Berg' },
      { email: 'bo@example.com', firstname: 'Bo', lastname: 'Adams', city: 'Berg' },
    );
    expect(idsOf(await find({ query: 'ada' }))).toEqual(ids);
    expect(idsOf(await find({ query: 'BERG ada' }))).toEqual([ids[0]]);
    expect(idsOf(await find({ query: 'bo@example.com' }))).toEqual([ids[1]]);
    expect(idsOf(await find({ query: 'berg', ...where('city', 'HAS_PROPERTY') }))).toEqual([]);
  });

  it('is linked to a record', async () => {
    const [one = '', other = ''] = insert({ email: 'a@example.com' }, { email: 'b@example.com' });
    const note = async (to: string) =>
      (
        await portal.call('POST', NOTES, {
          properties: { hs_timestamp: '2026-11-22T10:00:00Z' },
          associations: [
            {
              to: { id: to },
              types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }],
            },
          ],
        })
      ).body.id;
    const notes = [await note(one), await note(other)];
    advance(10_000);
    const linked = (operator: string, rest: object) =>
      search(where('associations.contact', operator, rest), `${NOTES}/search`);
    expect(idsOf((await linked('EQ', { value: one })).body)).toEqual([notes[0]]);
    expect(idsOf((await linked('IN', { values: [one, other] })).body)).toEqual(notes);
    expect(idsOf((await linked('EQ', { value: '1' })).body)).toEqual([]);
    expect((await linked('GT', { value: one })).status).toBe(400);
    expect((await search(where('associations.robots', 'EQ', { value: '1' }))).status).toBe(400);
  });

  it('has an address, also one that search still shows on a record that gave it up', async () => {
    const [id = ''] = insert({ email: 'a@example.com' });
    await update(id, { email: 'b@example.com' });
    expect(idsOf(await find(where('email', 'EQ', { value: 'A@example.com' })))).toEqual([id]);
    expect((await find(where('email', 'EQ', { value: 'b@example.com' }))).total).toBe(0);
    advance(10_000);
    expect((await find(where('email', 'EQ', { value: 'a@example.com' }))).total).toBe(0);
    expect(idsOf(await find(where('email', 'EQ', { value: 'b@example.com' })))).toEqual([id]);
  });
});

describe('order', () => {
  const sorts = (propertyName: string, direction?: string) => ({ sorts: [{ propertyName, direction }] });

  it('is by one property, both ways, records without a value last', async () => {
    const [a, b, c, d] = insert(
      { email: 'a@example.com', city: 'rome' },
      { email: 'b@example.com' },
      { email: 'c@example.com', city: 'Bergen' },
      { email: 'd@example.com', city: 'Rome' },
    );
    expect(idsOf(await find(sorts('city')))).toEqual([c, a, d, b]);
    expect(idsOf(await find(sorts('city', 'DESCENDING')))).toEqual([a, d, c, b]);
    expect(idsOf(await find({ sorts: ['-hs_object_id'] }))).toEqual([d, c, b, a]);
    expect(
      idsOf(await find({ sorts: [{ propertyName: 'hs_object_id' }, { propertyName: 'city' }] })),
    ).toEqual([a, b, c, d]);
  });

  it('is by number for numbers', async () => {
    await portal.call('POST', '/crm/properties/2026-09/contacts', {
      name: 'points',
      label: 'Points',
      groupName: 'contactinformation',
      type: 'number',
      fieldType: 'number',
    });
    const [ten, nine] = insert(
      { email: 'a@example.com', points: '10' },
      { email: 'b@example.com', points: '9' },
    );
    expect(idsOf(await find(sorts('points')))).toEqual([nine, ten]);
  });

  it('by modified date agrees with a plain sort for every span, page and direction', async () => {
    portal.simulator.setBehaviour({ searchLag: 0 });
    const ids: string[] = [];
    for (let place = 0; place < 60; place += 1) {
      ids.push(...insert({ email: `c${place}@example.com`, city: place % 2 ? 'Oslo' : 'Rome' }));
      if (place % 4 === 3) advance(1);
    }
    for (const id of ids.filter((_, place) => place % 5 === 0)) await update(id, { city: 'Bergen' });
    const truth = portal.simulator.records('contacts').map(({ id, updatedAt, properties }) => ({
      id,
      ms: Date.parse(updatedAt),
      city: properties.city,
    }));
    const filters = (low: number, high: number, city?: string) => [
      { propertyName: 'lastmodifieddate', operator: 'GTE', value: START + low },
      { propertyName: 'lastmodifieddate', operator: 'LT', value: START + high },
      ...(city === undefined ? [] : [{ propertyName: 'city', operator: 'EQ', value: city }]),
    ];
    for (const [low, high, city] of [
      [0, 100],
      [3, 9],
      [5, 6],
      [9, 3],
      [2, 20, 'oslo'],
      [15, 16, 'bergen'],
    ] as const) {
      const matching = truth.filter(
        (row) =>
          row.ms >= START + low && row.ms < START + high && (!city || row.city?.toLowerCase() === city),
      );
      const byId = (one: { id: string }, other: { id: string }) => Number(one.id) - Number(other.id);
      const orders = {
        lastmodifieddate: [...matching].sort((one, other) => one.ms - other.ms || byId(one, other)),
        hs_object_id: [...matching].sort(byId),
      };
      for (const [propertyName, expected] of Object.entries(orders)) {
        for (const direction of ['ASCENDING', 'DESCENDING']) {
          const inOrder = expected.map(({ id }) => id);
          if (direction === 'DESCENDING') inOrder.reverse();
          const body = await find({
            filters: filters(low, high, city),
            sorts: [{ propertyName, direction }],
            limit: 7,
            after: 3,
          });
          expect({ total: body.total, ids: idsOf(body) }).toEqual({
            total: matching.length,
            ids: inOrder.slice(3, 10),
          });
        }
      }
    }
  });
});

describe('many records', () => {
  it('of one millisecond are all reached, past the ceiling by their ids', async () => {
    const ids = insert(...Array.from({ length: 12_000 }, (_, place) => ({ email: `c${place}@example.com` })));
    const byTime = {
      filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(START) }],
      sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }],
      limit: 200,
    };
    const last = await find({ ...byTime, after: '9800' });
    expect(last.total).toBe(12_000);
    expect(last.paging).toEqual({ next: { after: '10000' } });
    expect((await search({ ...byTime, after: '10000' })).status).toBe(400);
    const seen: string[] = [];
    for (let lastId = '0'; ; lastId = seen.at(-1) ?? '') {
      const body = await find({
        filters: [
          { propertyName: 'lastmodifieddate', operator: 'EQ', value: String(START) },
          { propertyName: 'hs_object_id', operator: 'GT', value: lastId },
        ],
        sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
        limit: 200,
      });
      expect(body.total).toBe(12_000 - seen.length);
      seen.push(...idsOf(body));
      if (!body.paging) break;
    }
    expect(seen).toEqual(ids);
  });
});

describe('refused', () => {
  const filter = { propertyName: 'city', operator: 'EQ', value: 'x' };
  const groups = (...sizes: number[]) => ({
    filterGroups: sizes.map((size) => ({ filters: Array.from({ length: size }, () => filter) })),
  });

  it.each([
    ['a page above 200', { limit: 201 }, 'limit: must be between 1 and 200, was 201'],
    ['a page of none', { limit: 0 }, 'limit: must be between 1 and 200'],
    ['reaching past 10,000', { after: 9_900, limit: 200 }, 'at most 10000 results'],
    ['an offset that is none', { after: 'abc' }, 'Invalid after'],
    ['a long body', { query: 'x'.repeat(3_000) }, 'over the maximum of 3000'],
    ['six groups', groups(1, 1, 1, 1, 1, 1), 'at most 5 are allowed, 6'],
    ['seven filters in a group', groups(7), 'at most 6 are allowed, 7'],
    ['nineteen filters in all', groups(6, 6, 6, 1), 'at most 18 are allowed in all, 19'],
    ['an unknown property', where('nope', 'EQ', { value: 'x' }), 'property nope does not exist'],
    ['a sort by an unknown property', { sorts: ['nope'] }, 'property nope does not exist'],
    ['an unknown direction', { sorts: [{ propertyName: 'city', direction: 'UP' }] }, 'direction UP'],
    ['a sort without property', { sorts: [{}] }, 'propertyName is required'],
    ['an unknown operator', where('city', 'LIKE', { value: 'x' }), 'Invalid operator LIKE'],
    ['a missing value', where('city', 'EQ'), 'requires a value'],
    ['a value that is no number', where('num_notes', 'GT', { value: 'x' }), 'not a valid value'],
    ['groups that are no list', { filterGroups: {} }, 'filterGroups: a list was expected'],
  ])('with 400: %s', async (_, body, message) => {
    const answer = await search(body);
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toContain(message);
  });

  it('not: the highest of everything that is allowed', async () => {
    expect((await search({ after: '9800', limit: 200 })).status).toBe(200);
    expect((await search(groups(6, 6, 6))).status).toBe(200);
    expect((await search(groups(1, 1, 1, 1, 1))).status).toBe(200);
    expect((await search(`{"query":"${'x'.repeat(3_000 - 12)}"}`)).status).toBe(200);
    expect((await search(`{"query":"${'x'.repeat(3_001 - 12)}"}`)).status).toBe(400);
  });

  it('without a body, for an unknown type, and without the scope', async () => {
    expect((await portal.call('POST', `${CONTACTS}/search`)).status).toBe(400);
    expect((await search({}, '/crm/objects/2026-09/butterflies/search')).status).toBe(400);
    portal.simulator.addToken({ token: 'pat-na1-narrow', scopes: ['crm.objects.companies.read'] });
    const headers = { authorization: 'Bearer pat-na1-narrow' };
    expect((await portal.call('POST', `${CONTACTS}/search`, {}, headers)).status).toBe(403);
  });

  it('with 429 for the sixth call of a second, in a bucket of its own and without budget headers', async () => {
    portal.simulator.setLimits({ perWindow: 1, searchPerSecond: 5 });
    for (let turn = 0; turn < 5; turn += 1) expect((await search({})).status).toBe(200);
    const answer = await search({});
    expect(answer).toMatchObject({
      status: 429,
      body: { message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' },
    });
    expect(answer.headers).not.toHaveProperty('x-hubspot-ratelimit-max');
    advance(1_000);
    expect((await search({})).status).toBe(200);
  });

  it('with 500 for dates at ms 0, in a portal set so', async () => {
    const epoch = where('lastmodifieddate', 'GTE', { value: '0' });
    expect((await search(epoch)).status).toBe(200);
    portal.simulator.setBehaviour({ searchEpochZero: 'fails' });
    expect((await search(epoch)).status).toBe(500);
    expect((await search(where('lastmodifieddate', 'GTE', { value: '1000' }))).status).toBe(200);
  });
});
