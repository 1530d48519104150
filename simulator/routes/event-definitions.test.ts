import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const DEFINITIONS = '/events/custom/2026-09/event-definitions';
const NEW = {
  label: 'Plan changed',
  name: 'plan_changed',
  description: 'Another plan was bought',
  primaryObject: 'CONTACT',
  propertyDefinitions: [{ name: 'plan', label: 'Plan', type: 'string' }],
};
const ONE = `${DEFINITIONS}/pe4242_plan_changed`;

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({ portalId: 4242 });
  portal.simulator.setClock({ now: Date.parse('2026-11-22T12:00:00Z'), frozen: true });
});
afterEach(() => portal.simulator.stop());

const create = (more: Record<string, unknown> = {}) => portal.call('POST', DEFINITIONS, { ...NEW, ...more });
const names = (properties: unknown) => (properties as { name: string }[]).map(({ name }) => name);

it('a definition is made, with HubSpot’s own properties beside those that are named', async () => {
  const answer = await create();
  expect(answer).toMatchObject({
    status: 201,
    body: {
      name: 'plan_changed',
      fullyQualifiedName: 'pe4242_plan_changed',
      labels: { singular: 'Plan changed' },
      createdAt: '2026-11-22T12:00:00.000Z',
      archived: false,
    },
  });
  expect(names(answer.body.properties)).toEqual(expect.arrayContaining(['plan', 'hs_page_url']));
  expect((await portal.call('GET', ONE)).body).toEqual(answer.body);
});

it('a name is made of the label when there is none', async () => {
  expect((await create({ name: undefined, label: 'Signed In!' })).body.name).toBe('signed_in_');
});

it.each([
  [{ label: '' }, 400],
  [{ name: 'Plan Changed' }, 400],
  [{ primaryObject: 'BUTTERFLY' }, 400],
  [{ propertyDefinitions: [{ name: '1' }] }, 400],
])('%j is refused with %i', async (more, status) => {
  expect((await create(more)).status).toBe(status);
});

it('a name is taken once', async () => {
  await create();
  expect(await create()).toMatchObject({ status: 409, body: { category: 'CONFLICT' } });
});

it('an account has 500 definitions at most', async () => {
  for (let place = 0; place < 500; place += 1)
    portal.simulator.defineEvent({ label: 'x', name: `e${place}` });
  expect((await create()).status).toBe(400);
});

it('label and description are changed, and nothing else', async () => {
  await create();
  portal.simulator.setClock({ advanceMs: 1_000 });
  const { body } = await portal.call('PATCH', ONE, { label: 'Other', name: 'other' });
  expect(body).toMatchObject({
    name: 'plan_changed',
    labels: { singular: 'Other' },
    description: NEW.description,
    updatedAt: '2026-11-22T12:00:01.000Z',
  });
});

it('properties are added, changed and removed', async () => {
  await create();
  const added = await portal.call('POST', `${ONE}/property`, { name: 'seats', type: 'number' });
  expect(added).toMatchObject({ status: 201, body: { name: 'seats', label: 'seats', type: 'number' } });
  expect((await portal.call('POST', `${ONE}/property`, { name: 'seats' })).status).toBe(409);
  const path = `${ONE}/property/seats`;
  expect((await portal.call('PATCH', path, { label: 'Seats' })).body.label).toBe('Seats');
  expect((await portal.call('DELETE', path)).status).toBe(204);
  expect((await portal.call('DELETE', path)).status).toBe(404);
  expect(names((await portal.call('GET', ONE)).body.properties)).not.toContain('seats');
});

it('a definition goes with all that came in of it', async () => {
  await create();
  const [objectId] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  await portal.call('POST', '/events/custom/2026-09/send', { eventName: 'pe4242_plan_changed', objectId });
  expect((await portal.call('DELETE', ONE)).status).toBe(204);
  expect((await portal.call('GET', ONE)).status).toBe(404);
  expect(portal.simulator.customEvents()).toEqual([]);
});

it('the list is paged and searched', async () => {
  for (const name of ['alpha', 'beta', 'gamma']) await create({ name, label: name });
  const first = await portal.call('GET', `${DEFINITIONS}?limit=2`);
  expect(first.body).toMatchObject({ total: 3, results: [{ name: 'alpha' }, { name: 'beta' }] });
  const second = await portal.call('GET', `${DEFINITIONS}?limit=2&after=${first.body.paging.next.after}`);
  expect(second.body.results).toMatchObject([{ name: 'gamma' }]);
  expect((await portal.call('GET', `${DEFINITIONS}?searchString=BET`)).body.total).toBe(1);
});

it('needs its scope, and an edition that has custom events', async () => {
  portal.simulator.addToken({ token: 'other', scopes: ['oauth'] });
  expect((await portal.call('GET', DEFINITIONS, undefined, { authorization: 'Bearer other' })).status).toBe(
    403,
  );
  portal.simulator.setBehaviour({ customEventsFrom: 'enterprise' });
  expect((await portal.call('GET', DEFINITIONS)).body.category).toBe('FORBIDDEN');
});
