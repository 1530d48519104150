import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const PAIR = '/crm/associations/2026-09/contacts/companies';

let portal: TestPortal;

beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const define = (body: object) => portal.call('POST', `${PAIR}/labels`, body);

async function linkWith(associationTypeId: unknown) {
  const [contact = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com' }]);
  const [company = ''] = portal.simulator.insert('companies', [{ name: 'One' }]);
  const path = `/crm/objects/2026-09/contacts/${contact}/associations/companies/${company}`;
  const spec = { associationCategory: 'USER_DEFINED', associationTypeId };
  return { answer: await portal.call('PUT', path, [spec]), contact, company, path };
}

describe('labels', () => {
  it('are listed after HubSpot’s own', async () => {
    await define({ label: 'Billing', name: 'billing' });
    expect((await portal.call('GET', `${PAIR}/labels`)).body.results).toEqual([
      { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
      { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
      { category: 'USER_DEFINED', typeId: 1, label: 'Billing' },
    ]);
  });

  it('have a word for each direction', async () => {
    const answer = await define({ label: 'Manager', inverseLabel: 'Managed by', name: 'manager' });
    expect(answer.body.results).toMatchObject([{ label: 'Manager' }, { label: 'Managed by' }]);
    const back = await portal.call('GET', '/crm/associations/2026-09/companies/contacts/labels');
    expect(back.body.results.at(-1)).toMatchObject({ category: 'USER_DEFINED', label: 'Managed by' });
  });

  it('link, and read back with the word of that side', async () => {
    const defined = await define({ label: 'Manager', inverseLabel: 'Managed by', name: 'manager' });
    const { answer, company } = await linkWith(defined.body.results[0]?.typeId);
    expect(answer).toMatchObject({ status: 201, body: { labels: ['Manager'] } });
    const back = await portal.call('GET', `/crm/v4/objects/companies/${company}/associations/contacts`);
    expect(back.body.results[0]?.associationTypes).toMatchObject([
      { category: 'HUBSPOT_DEFINED', typeId: 280, label: null },
      { category: 'USER_DEFINED', label: 'Managed by' },
    ]);
  });

  it('are renamed in place', async () => {
    const defined = await define({ label: 'Manager', name: 'manager' });
    const typeId = defined.body.results[0]?.typeId;
    const body = { associationTypeId: typeId, label: 'Chief' };
    expect((await portal.call('PUT', `${PAIR}/labels`, body)).status).toBe(204);
    expect((await linkWith(typeId)).answer.body.labels).toEqual(['Chief']);
  });

  it('are deleted once no link has them', async () => {
    const defined = await define({ label: 'Manager', name: 'manager' });
    const typeId = defined.body.results[0]?.typeId;
    const { path } = await linkWith(typeId);
    const refused = await portal.call('DELETE', `${PAIR}/labels/${typeId}`);
    expect(refused).toMatchObject({
      status: 400,
      body: {
        category: 'VALIDATION_ERROR',
        message: 'The association label "Manager" is in use; remove it from all records before deleting it',
      },
    });
    await portal.call('DELETE', path);
    expect((await portal.call('DELETE', `${PAIR}/labels/${typeId}`)).status).toBe(204);
    expect((await portal.call('GET', `${PAIR}/labels`)).body.results).toHaveLength(2);
  });

  it('are ten at most between two types of record', async () => {
    for (let place = 0; place < 10; place += 1)
      expect((await define({ label: `Label ${place}`, name: `label_${place}` })).status).toBe(200);
    expect(await define({ label: 'One more', name: 'one_more' })).toMatchObject({
      status: 400,
      body: { message: 'The limit of 10 association labels between these object types is reached' },
    });
  });
});

describe('a label that cannot be', () => {
  it.each([
    [{ name: 'x' }, 'label must be a text of up to 50 characters'],
    [{ label: ' ', name: 'x' }, 'label must be a text of up to 50 characters'],
    [{ label: 'x'.repeat(51), name: 'x' }, 'label is 51 characters long, over the limit of 50'],
    [{ label: 'x', name: 'x', inverseLabel: 7 }, 'inverseLabel must be a text of up to 50 characters'],
    [{ label: 'x', name: '9 x' }, 'name must begin with a letter'],
    [{ label: 'primary', name: 'x' }, 'An association label "primary" already exists'],
  ])('%j: %s', async (body, sentence) => {
    const answer = await define(body);
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toContain(sentence);
  });
});

it.each([
  ['PUT', 'labels', { associationTypeId: 279, label: 'Mine' }, 400, 'is defined by HubSpot'],
  ['PUT', 'labels', { associationTypeId: 77, label: 'Mine' }, 404, 'does not exist'],
  ['DELETE', 'labels/279', undefined, 400, 'is defined by HubSpot'],
  ['DELETE', 'labels/77', undefined, 404, 'does not exist'],
])('%s %s %j is a %i: %s', async (method, path, body, status, sentence) => {
  const answer = await portal.call(method, `${PAIR}/${path}`, body);
  expect(answer.status).toBe(status);
  expect(answer.body.message).toContain(sentence);
});
