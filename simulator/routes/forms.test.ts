import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const FORMS = '/marketing/v3/forms';
const NEW = {
  name: 'Sign-up',
  formType: 'hubspot',
  fieldGroups: [{ groupType: 'default_group', fields: [{ name: 'email', required: true }] }],
  configuration: { language: 'de' },
  legalConsentOptions: { type: 'none' },
};

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
  portal.simulator.setClock({ now: Date.parse('2026-11-22T12:00:00Z'), frozen: true });
});
afterEach(() => portal.simulator.stop());

const create = async (more: Record<string, unknown> = {}) =>
  (await portal.call('POST', FORMS, { ...NEW, ...more })).body.id;

it('a form is made with a guid, times and its settings filled in', async () => {
  const answer = await portal.call('POST', FORMS, NEW);
  expect(answer).toMatchObject({
    status: 201,
    body: {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      createdAt: '2026-11-22T12:00:00.000Z',
      archived: false,
      fieldGroups: [{ fields: [{ name: 'email', objectTypeId: '0-1', required: true, hidden: false }] }],
      configuration: { language: 'de', postSubmitAction: { type: 'thank_you' } },
    },
  });
  expect((await portal.call('GET', `${FORMS}/${answer.body.id}`)).body).toEqual(answer.body);
});

it.each([
  [{ name: undefined }, 'name'],
  [{ name: '' }, 'name'],
  [{ fieldGroups: [{ fields: [{ label: 'x' }] }] }, 'fieldGroups'],
  [{ legalConsentOptions: { type: 'some' } }, 'legalConsentOptions'],
  [{ formType: 'captured' }, 'formType'],
])('%j is refused', async (more, message) => {
  expect(await portal.call('POST', FORMS, { ...NEW, ...more })).toMatchObject({
    status: 400,
    body: { category: 'VALIDATION_ERROR', message: expect.stringContaining(message) },
  });
});

it('PATCH changes settings one by one, PUT replaces the form', async () => {
  const id = await create();
  portal.simulator.setClock({ advanceMs: 1_000 });
  const patched = await portal.call('PATCH', `${FORMS}/${id}`, { configuration: { recaptchaEnabled: true } });
  expect(patched.body).toMatchObject({
    id,
    name: 'Sign-up',
    updatedAt: '2026-11-22T12:00:01.000Z',
    configuration: { language: 'de', recaptchaEnabled: true },
  });
  const { body } = await portal.call('PUT', `${FORMS}/${id}`, { name: 'Other' });
  expect(body).toMatchObject({
    id,
    name: 'Other',
    createdAt: '2026-11-22T12:00:00.000Z',
    fieldGroups: [],
    configuration: { language: 'en', recaptchaEnabled: false },
  });
});

it('an archived form takes no submissions and is listed apart', async () => {
  const id = await create();
  expect((await portal.call('DELETE', `${FORMS}/${id}`)).status).toBe(204);
  expect((await portal.call('GET', `${FORMS}/${id}`)).status).toBe(404);
  expect((await portal.call('GET', `${FORMS}/${id}?archived=true`)).body.archived).toBe(true);
  expect((await portal.call('GET', FORMS)).body.results).toEqual([]);
  expect((await portal.call('GET', `${FORMS}?archived=true`)).body.results).toHaveLength(1);
  const submit = `/submissions/v3/integration/submit/12345678/${id}`;
  expect((await portal.call('POST', submit, { fields: [] })).status).toBe(404);
});

it('the list is paged, and shows HubSpot’s own type unless asked', async () => {
  for (const name of ['a', 'b', 'c']) await create({ name });
  portal.simulator.addForm({ name: 'caught', formType: 'captured' });
  const first = await portal.call('GET', `${FORMS}?limit=2`);
  expect(first.body.results.map(({ name }) => name)).toEqual(['a', 'b']);
  const second = await portal.call('GET', `${FORMS}?limit=2&after=${first.body.paging.next.after}`);
  expect(second.body.results.map(({ name }) => name)).toEqual(['c']);
  expect((await portal.call('GET', `${FORMS}?formTypes=all`)).body.results).toHaveLength(4);
  expect((await portal.call('GET', `${FORMS}?formTypes=captured`)).body.results).toHaveLength(1);
  expect((await portal.call('GET', `${FORMS}?formTypes=paper`)).status).toBe(400);
});

it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s of an unknown form is 404', async (method) => {
  const answer = await portal.call(method, `${FORMS}/none`, method === 'GET' ? undefined : NEW);
  expect(answer.status).toBe(404);
});

it('needs the scope forms', async () => {
  portal.simulator.addToken({ token: 'other', scopes: ['oauth'] });
  const answer = await portal.call('GET', FORMS, undefined, { authorization: 'Bearer other' });
  expect(answer).toMatchObject({ status: 403, body: { context: { requiredGranularScopes: ['forms'] } } });
});
