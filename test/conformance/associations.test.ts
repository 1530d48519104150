import { describe, expect, it } from 'vitest';
import { LINK_VERSIONS, links, objects, type Version } from './paths.ts';
import { make, makeContact, UNKNOWN_ID, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();

interface Link {
  toObjectId: number;
  associationTypes: { category: string; typeId: number; label: string | null }[];
}

const company = () => make(portal, 'companies', { name: portal.name('company') });
const deal = () =>
  make(portal, 'deals', { dealname: portal.name('deal'), dealstage: 'closedwon', pipeline: 'default' });
const ticket = () =>
  make(portal, 'tickets', { subject: portal.name('ticket'), hs_pipeline: '0', hs_pipeline_stage: '1' });
const note = () => make(portal, 'notes', { hs_timestamp: '2026-11-20T10:00:00.000Z', hs_note_body: 'Hello' });
const task = () =>
  make(portal, 'tasks', { hs_timestamp: '2026-11-20T10:00:00.000Z', hs_task_subject: 'Call' });
const phone = () =>
  make(portal, 'calls', { hs_timestamp: '2026-11-20T10:00:00.000Z', hs_call_title: 'Call' });
const meeting = () =>
  make(portal, 'meetings', {
    hs_timestamp: '2026-11-20T10:00:00.000Z',
    hs_meeting_title: 'Talk',
  });
const MAKERS: Record<string, () => Promise<{ id: string }>> = {
  contacts: () => makeContact(portal),
  companies: company,
  deals: deal,
  tickets: ticket,
  notes: note,
  tasks: task,
  calls: phone,
  meetings: meeting,
};
const makeOf = (type: string) => (MAKERS[type] as () => Promise<{ id: string }>)();

const linksOf = async (version: Version, type: string, id: string, to: string): Promise<Link[]> => {
  const answer = await portal.call('GET', `${objects(version, type)}/${id}/associations/${to}`);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body.results as unknown as Link[];
};
const typeIds = (found: Link[]) => found.flatMap((link) => link.associationTypes.map(({ typeId }) => typeId));
const linkByDefault = (version: Version, from: [string, string], to: [string, string]) =>
  portal.call('PUT', `${objects(version, from[0])}/${from[1]}/associations/default/${to[0]}/${to[1]}`);
const defined = (associationTypeId: number) => ({
  associationCategory: 'HUBSPOT_DEFINED',
  associationTypeId,
});

describe('the kind of a default link', () => {
  it.each([
    ['contacts', 'companies', 279, 280],
    ['contacts', 'deals', 4, 3],
    ['deals', 'companies', 341, 342],
    ['contacts', 'tickets', 15, 16],
    ['companies', 'tickets', 340, 339],
    ['deals', 'tickets', 27, 28],
    ['contacts', 'contacts', 449, 449],
    ['companies', 'companies', 450, 450],
    ['deals', 'deals', 451, 451],
    ['notes', 'contacts', 202, 201],
    ['notes', 'companies', 190, 189],
    ['notes', 'deals', 214, 213],
    ['notes', 'tickets', 228, 227],
    ['tasks', 'contacts', 204, 203],
    ['tasks', 'companies', 192, 191],
    ['tasks', 'deals', 216, 215],
    ['tasks', 'tickets', 230, 229],
    ['calls', 'contacts', 194, 193],
    ['calls', 'companies', 182, 181],
    ['calls', 'deals', 206, 205],
    ['meetings', 'contacts', 200, 199],
    ['meetings', 'companies', 188, 187],
    ['meetings', 'deals', 212, 211],
  ])('from %s to %s is %i, and back %i', async (from, to, there, back) => {
    const [one, other] = [await makeOf(from), await makeOf(to)];
    expect((await linkByDefault('2026-09', [from, one.id], [to, other.id])).status).toBe(200);
    expect(typeIds(await linksOf('2026-09', from, one.id, to))).toContain(there);
    expect(typeIds(await linksOf('2026-09', to, other.id, from))).toContain(back);
  });
});

describe.each(LINK_VERSIONS)('with %s', (version) => {
  const PAIR = links(version, 'contacts', 'companies');
  const pair = async () => ({ contact: await makeContact(portal), company: await company() });

  it('a default link is told from both sides, and the second time as well', async () => {
    const { contact, company } = await pair();
    for (const _ of [1, 2]) {
      const answer = await linkByDefault(version, ['contacts', contact.id], ['companies', company.id]);
      expect(answer).toMatchObject({ status: 200, body: { status: 'COMPLETE' } });
      expect(answer.body.results).toHaveLength(2);
    }
    const found = await linksOf(version, 'contacts', contact.id, 'companies');
    expect(found.map((link) => link.toObjectId)).toEqual([Number(company.id)]);
  });

  it('a link of a kind is 201 with ids as numbers', async () => {
    const { contact, company } = await pair();
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies/${company.id}`;
    expect(await portal.call('PUT', path, [defined(279)])).toMatchObject({
      status: 201,
      body: {
        fromObjectTypeId: '0-1',
        fromObjectId: Number(contact.id),
        toObjectTypeId: '0-2',
        toObjectId: Number(company.id),
        labels: [],
      },
    });
  });

  it('a link of a kind needs a body', async () => {
    const { contact, company } = await pair();
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies/${company.id}`;
    expect((await portal.call('PUT', path)).status).toBe(400);
  });

  it('links are read with category, kind and label', async () => {
    const { contact, company } = await pair();
    await linkByDefault(version, ['contacts', contact.id], ['companies', company.id]);
    const [link] = await linksOf(version, 'contacts', contact.id, 'companies');
    expect(link).toMatchObject({ toObjectId: Number(company.id) });
    expect(link?.associationTypes).toContainEqual({ category: 'HUBSPOT_DEFINED', typeId: 279, label: null });
  });

  it('links are read a page at a time', async () => {
    const contact = await makeContact(portal);
    const companies = [await company(), await company(), await company()];
    for (const { id } of companies) await linkByDefault(version, ['contacts', contact.id], ['companies', id]);
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies?limit=2`;
    const first = await portal.call('GET', path);
    expect(first.body.results).toHaveLength(2);
    const second = await portal.call(
      'GET',
      `${path}&after=${encodeURIComponent(first.body.paging.next.after)}`,
    );
    expect(second.body.results).toHaveLength(1);
    expect(second.body).not.toHaveProperty('paging');
  });

  it('all links of a pair are removed with 204', async () => {
    const { contact, company } = await pair();
    await linkByDefault(version, ['contacts', contact.id], ['companies', company.id]);
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies/${company.id}`;
    expect((await portal.call('DELETE', path)).status).toBe(204);
    expect(await linksOf(version, 'contacts', contact.id, 'companies')).toEqual([]);
    expect(await linksOf(version, 'companies', company.id, 'contacts')).toEqual([]);
  });

  it('a batch creates links with 201', async () => {
    const { contact, company } = await pair();
    const inputs = [{ from: { id: contact.id }, to: { id: company.id }, types: [defined(279)] }];
    expect(await portal.call('POST', `${PAIR}/batch/create`, { inputs })).toMatchObject({ status: 201 });
    expect(typeIds(await linksOf(version, 'contacts', contact.id, 'companies'))).toContain(279);
  });

  it('a batch creates default links with 200', async () => {
    const { contact, company } = await pair();
    const inputs = [{ from: { id: contact.id }, to: { id: company.id } }];
    expect(await portal.call('POST', `${PAIR}/batch/associate/default`, { inputs })).toMatchObject({
      status: 200,
    });
    expect(typeIds(await linksOf(version, 'contacts', contact.id, 'companies'))).toContain(279);
  });

  it('a batch reads links, and leaves out records without any', async () => {
    const { contact, company } = await pair();
    const lonely = await makeContact(portal);
    await linkByDefault(version, ['contacts', contact.id], ['companies', company.id]);
    const { status, body } = await portal.call('POST', `${PAIR}/batch/read`, {
      inputs: [{ id: contact.id }, { id: lonely.id }],
    });
    // A portal may name the records without links among the errors of a 207.
    expect([200, 207]).toContain(status);
    expect(body.results).toMatchObject([
      { from: { id: contact.id }, to: [{ toObjectId: Number(company.id) }] },
    ]);
  });

  it('a batch removes links', async () => {
    const { contact, company } = await pair();
    await linkByDefault(version, ['contacts', contact.id], ['companies', company.id]);
    const inputs = [{ from: { id: contact.id }, to: [{ id: company.id }] }];
    const answer = await portal.call('POST', `${PAIR}/batch/archive`, { inputs });
    expect(answer.status).toBe(version === 'v4' ? 204 : 200);
    expect(await linksOf(version, 'contacts', contact.id, 'companies')).toEqual([]);
  });

  it('an id that is none is told in a 207 with its sub-category', async () => {
    const { contact, company } = await pair();
    const link = (to: string) => ({ from: { id: contact.id }, to: { id: to }, types: [defined(279)] });
    const { status, body } = await portal.call('POST', `${PAIR}/batch/create`, {
      inputs: [link(company.id), link('butterfly')],
    });
    expect({ status, body }).toMatchObject({ status: 207, body: { numErrors: 1 } });
    expect(body.errors).toMatchObject([
      {
        subCategory: 'crm.associations.INVALID_IDENTIFIER',
        message: 'butterfly is not a valid ID',
        context: { id: ['butterfly'] },
      },
    ]);
  });

  it('a record is not linked to itself', async () => {
    const { id } = await makeContact(portal);
    const inputs = [{ from: { id }, to: { id }, types: [defined(449)] }];
    const { status, body } = await portal.call(
      'POST',
      `${links(version, 'contacts', 'contacts')}/batch/create`,
      { inputs },
    );
    expect({ status, body }).toMatchObject({ status: 207, body: { numErrors: 1 } });
    expect(body.errors[0]).not.toHaveProperty('context');
  });

  it.each([
    ['create', 2_001, () => ({ from: { id: '1' }, to: { id: '2' }, types: [defined(279)] })],
    ['read', 1_001, (number: number) => ({ id: String(number) })],
    ['archive', 101, (number: number) => ({ from: { id: String(number) }, to: [{ id: '2' }] })],
  ])('batch %s is refused with %i inputs', async (operation, count, input) => {
    const inputs = Array.from({ length: count }, (_, number) => input(number + 1));
    expect((await portal.call('POST', `${PAIR}/batch/${operation}`, { inputs })).status).toBe(400);
  });

  it('a label is made with a kind for each direction, listed, used, and removed', async () => {
    const name = portal.name('partner');
    const made = await portal.call('POST', `${PAIR}/labels`, {
      name,
      label: name,
      inverseLabel: `${name}_back`,
    });
    expect([200, 201]).toContain(made.status);
    const kinds = made.body.results as unknown as { typeId: number; label: string; category: string }[];
    expect(kinds).toHaveLength(2);
    const listed = await portal.call('GET', `${PAIR}/labels`);
    const ours = (listed.body.results as unknown as { typeId: number; label: string }[]).find(
      ({ label }) => label === name,
    );
    expect(ours).toMatchObject({ category: 'USER_DEFINED' });
    const { contact, company } = await pair();
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies/${company.id}`;
    const linked = await portal.call('PUT', path, [
      { associationCategory: 'USER_DEFINED', associationTypeId: ours?.typeId },
    ]);
    expect(linked).toMatchObject({ status: 201, body: { labels: [name] } });
    await portal.call('DELETE', path);
    expect((await portal.call('DELETE', `${PAIR}/labels/${kinds[0]?.typeId}`)).status).toBe(204);
  });

  it('labels of a pair are removed by batch, and the unlabelled link stays', async () => {
    const { contact, company } = await pair();
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies/${company.id}`;
    await portal.call('PUT', path, [defined(1)]);
    const answer = await portal.call('POST', `${PAIR}/batch/labels/archive`, {
      inputs: [{ from: { id: contact.id }, to: { id: company.id }, types: [defined(1)] }],
    });
    expect(answer.status).toBe(version === 'v4' ? 204 : 200);
    expect(typeIds(await linksOf(version, 'contacts', contact.id, 'companies'))).toEqual([279]);
  });

  it('kind 1 sets the primary company, which the contact mirrors', async () => {
    const { contact, company } = await pair();
    const path = `${objects(version, 'contacts')}/${contact.id}/associations/companies/${company.id}`;
    await portal.call('PUT', path, [defined(1)]);
    const found = await linksOf(version, 'contacts', contact.id, 'companies');
    expect(typeIds(found).sort()).toEqual([1, 279]);
    expect(await valuesOf(portal, 'contacts', contact.id, ['associatedcompanyid'])).toMatchObject({
      associatedcompanyid: company.id,
    });
  });
});

describe('associations on create', () => {
  const withLink = (to: string, typeId: number) => ({
    properties: { dealname: portal.name('linked'), dealstage: 'closedwon', pipeline: 'default' },
    associations: [{ to: { id: to }, types: [defined(typeId)] }],
  });
  const DEALS = objects('2026-09', 'deals');

  it('link the new record', async () => {
    const contact = await makeContact(portal);
    const { status, body } = await portal.call('POST', DEALS, withLink(contact.id, 3));
    expect(status).toBe(201);
    expect(typeIds(await linksOf('2026-09', 'deals', body.id, 'contacts'))).toEqual([3]);
  });

  it('link the new records of a batch', async () => {
    const contact = await makeContact(portal);
    const { status, body } = await portal.call('POST', `${DEALS}/batch/create`, {
      inputs: [withLink(contact.id, 3), withLink(contact.id, 3)],
    });
    expect(status).toBe(201);
    const linked = await linksOf('2026-09', 'contacts', contact.id, 'deals');
    expect(linked.map((link) => String(link.toObjectId)).sort()).toEqual(
      body.results.map(({ id }) => id).sort(),
    );
  });

  it('with an unknown target are refused, and the record with them', async () => {
    const answer = await portal.call('POST', DEALS, withLink(UNKNOWN_ID, 3));
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body.message).toMatch(/one or more associations are not valid/i);
  });

  it('are shown inline with their kind by name', async () => {
    const contact = await makeContact(portal);
    const company = await makeOf('companies');
    await linkByDefault('2026-09', ['contacts', contact.id], ['companies', company.id]);
    const { body } = await portal.call(
      'GET',
      `${objects('2026-09', 'contacts')}/${contact.id}?associations=companies,deals`,
    );
    const { associations } = body as unknown as { associations: Record<string, { results: unknown[] }> };
    expect(associations.companies?.results).toContainEqual({ id: company.id, type: 'contact_to_company' });
    expect(associations).not.toHaveProperty('deals');
  });
});

simulatorOnly('portals are set up differently', () => {
  it.each([
    [false, [279]],
    [true, [1, 279]],
  ])('the first linked company becomes primary by itself: %s', async (firstLinkIsPrimary, kinds) => {
    await portal.admin('POST', 'options', { behaviour: { firstLinkIsPrimary } });
    const [contact, company] = [await makeOf('contacts'), await makeOf('companies')];
    await linkByDefault('2026-09', ['contacts', contact.id], ['companies', company.id]);
    expect(typeIds(await linksOf('2026-09', 'contacts', contact.id, 'companies')).sort()).toEqual(kinds);
    await portal.admin('POST', 'options', { behaviour: { firstLinkIsPrimary: false } });
  });
});
