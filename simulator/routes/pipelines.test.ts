import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const DEALS = '/crm/pipelines/2026-09/deals';
const NEW = { label: 'New', displayOrder: 0, metadata: { probability: '0.1' } };
const WON = { label: 'Won', displayOrder: 1, metadata: { probability: '1.0' } };

let portal: TestPortal;

beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const define = (fields: object = {}) =>
  portal.call('POST', DEALS, { label: 'Renewals', displayOrder: 1, stages: [NEW, WON], ...fields });
const addDeal = (properties: Record<string, string>) =>
  portal.simulator.insert('deals', [{ dealname: 'Acme', ...properties }]);

describe('the pipelines of a new portal', () => {
  it('are one of deals, with probabilities as text', async () => {
    const { body } = await portal.call('GET', DEALS);
    expect(body.results).toMatchObject([{ id: 'default', label: 'Sales Pipeline', archived: false }]);
    const stages = body.results[0]?.stages as { id: string; metadata: object }[];
    expect(stages.map(({ id, metadata }) => [id, metadata])).toEqual([
      ['appointmentscheduled', { isClosed: 'false', probability: '0.2' }],
      ['qualifiedtobuy', { isClosed: 'false', probability: '0.4' }],
      ['presentationscheduled', { isClosed: 'false', probability: '0.6' }],
      ['decisionmakerboughtin', { isClosed: 'false', probability: '0.8' }],
      ['contractsent', { isClosed: 'false', probability: '0.9' }],
      ['closedwon', { isClosed: 'true', probability: '1.0' }],
      ['closedlost', { isClosed: 'true', probability: '0.0' }],
    ]);
  });

  it.each(['v3', '2026-09'])('are one of tickets, on %s too', async (version) => {
    const path = version === 'v3' ? '/crm/v3/pipelines/tickets' : `/crm/pipelines/${version}/tickets`;
    const { body } = await portal.call('GET', path);
    expect(body.results).toMatchObject([{ id: '0' }]);
    const stages = body.results[0]?.stages as { id: string; metadata: object }[];
    expect(stages.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    expect(stages[3]?.metadata).toEqual({ isClosed: 'true', ticketState: 'CLOSED' });
  });

  it('are none of contacts', async () => {
    expect(await portal.call('GET', '/crm/pipelines/2026-09/contacts')).toMatchObject({
      status: 400,
      body: { message: 'Object type 0-1 does not have pipelines' },
    });
  });
});

describe('a pipeline', () => {
  it('is created with numeric ids, and its stages become options of deals', async () => {
    const created = await define();
    expect(created).toMatchObject({ status: 201, body: { label: 'Renewals', archived: false } });
    const stages = created.body.stages as { id: string }[];
    for (const id of [created.body.id, ...stages.map((stage) => stage.id)]) expect(id).toMatch(/^\d+$/);
    const property = await portal.call('GET', '/crm/properties/2026-09/deals/dealstage');
    const values = (property.body.options as { value: string }[]).map(({ value }) => value);
    expect(values).toEqual(expect.arrayContaining(['closedwon', ...stages.map((stage) => stage.id)]));
  });

  it('takes ids that the caller chose, once', async () => {
    expect((await define({ pipelineId: 'renewals' })).body.id).toBe('renewals');
    expect(await define({ pipelineId: 'renewals', label: 'Other' })).toMatchObject({
      status: 409,
      body: { category: 'CONFLICT', message: 'Pipeline renewals already exists' },
    });
    const taken = [{ ...NEW, stageId: 'closedwon' }];
    expect(await define({ label: 'Other', stages: taken })).toMatchObject({
      status: 409,
      body: { message: 'Stage closedwon already exists' },
    });
  });

  it('is replaced: stages it does not name go, those it names keep their ids', async () => {
    const created = await define();
    const [first] = created.body.stages as { id: string }[];
    const stages = [
      { ...NEW, label: 'Renamed', stageId: first?.id },
      { ...WON, label: 'Signed' },
    ];
    const { status, body } = await portal.call('PUT', `${DEALS}/${created.body.id}`, {
      label: 'Renewed',
      displayOrder: 2,
      stages,
    });
    expect({ status, ...body }).toMatchObject({ status: 200, label: 'Renewed', displayOrder: 2 });
    expect(body.stages).toMatchObject([{ id: first?.id, label: 'Renamed' }, { label: 'Signed' }]);
  });

  it('is deleted, and comes back', async () => {
    const { id } = (await define()).body;
    expect((await portal.call('DELETE', `${DEALS}/${id}`)).status).toBe(204);
    expect((await portal.call('GET', `${DEALS}/${id}`)).status).toBe(404);
    const restored = await portal.call('PATCH', `${DEALS}/${id}`, { archived: false, label: 'Back' });
    expect(restored).toMatchObject({ status: 200, body: { id, label: 'Back', archived: false } });
    expect((await portal.call('GET', DEALS)).body.results).toHaveLength(2);
  });

  it('has an audit, newest first', async () => {
    const { id } = (await define()).body;
    await portal.call('PATCH', `${DEALS}/${id}`, { label: 'Changed' });
    const { body } = await portal.call('GET', `${DEALS}/${id}/audit`);
    expect(body.results).toMatchObject([
      { identifier: id, action: 'UPDATE', rawObject: { label: 'Changed' }, portalId: 12_345_678 },
      { identifier: id, action: 'CREATE', rawObject: { label: 'Renewals' } },
    ]);
  });
});

describe('a pipeline that cannot be', () => {
  it.each([
    [{ label: '' }, 'label must be a text that is not blank'],
    [{ label: 'Sales Pipeline' }, 'A pipeline with the label "Sales Pipeline" already exists'],
    [{ displayOrder: '1' }, 'displayOrder must be a whole number'],
    [{ pipelineId: 'Big One' }, 'pipelineId may hold lower-case letters'],
    [{ stages: [] }, 'A pipeline needs at least one stage'],
    [{ stages: undefined }, '[stages]'],
    [{ stages: [NEW, NEW] }, 'A stage with the label "New" already exists in this pipeline'],
    [{ stages: [{ ...NEW, metadata: {} }] }, 'metadata.probability must be a number between 0.0 and 1.0'],
    [{ stages: [{ ...NEW, metadata: { probability: '1.5' } }] }, 'metadata.probability must be a number'],
  ])('%j: %s', async (fields, sentence) => {
    const answer = await define(fields);
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toContain(sentence);
    expect((await portal.call('GET', DEALS)).body.results).toHaveLength(1);
  });

  it('a ticket’s stage is open or closed', async () => {
    const stages = [{ label: 'New', displayOrder: 0, metadata: { ticketState: 'HALF' } }];
    const body = { label: 'Other', displayOrder: 1, stages };
    expect(await portal.call('POST', '/crm/pipelines/2026-09/tickets', body)).toMatchObject({
      status: 400,
      body: { message: 'metadata.ticketState must be OPEN or CLOSED, was HALF' },
    });
  });
});

describe('deleting what is in use', () => {
  it.each([
    ['/crm/pipelines/2026-09', '', 400],
    ['/crm/pipelines/2026-09', '?validateReferencesBeforeDelete=false', 400],
    [
      '/crm/pipelines/2026-09',
      '?validateReferencesBeforeDelete=false&validateDealStageUsagesBeforeDelete=false',
      204,
    ],
    ['/crm/v3/pipelines', '', 204],
    ['/crm/pipelines/2026-03', '', 204],
    ['/crm/v3/pipelines', '?validateReferencesBeforeDelete=true', 400],
  ])('on %s%s answers %i', async (path, query, status) => {
    const { body } = await define();
    const [stage] = body.stages as { id: string }[];
    const [deal] = addDeal({ pipeline: body.id, dealstage: stage?.id ?? '' });
    const answer = await portal.call('DELETE', `${path}/deals/${body.id}${query}`);
    expect(answer.status).toBe(status);
    if (status !== 400) return;
    expect(answer.body).toMatchObject({
      category: 'VALIDATION_ERROR',
      message: `Pipeline ${body.id} cannot be deleted because it is in use`,
      context: { objectIds: [deal] },
    });
  });

  it('concerns stages too, also when a replacement leaves them out', async () => {
    const { body } = await define();
    const [stage] = body.stages as { id: string }[];
    addDeal({ pipeline: body.id, dealstage: stage?.id ?? '' });
    const message = `Stage ${stage?.id} of pipeline ${body.id} cannot be deleted because it is in use`;
    expect(await portal.call('DELETE', `${DEALS}/${body.id}/stages/${stage?.id}`)).toMatchObject({
      status: 400,
      body: { message },
    });
    const replacement = { label: 'Renewals', displayOrder: 1, stages: [WON] };
    expect((await portal.call('PUT', `${DEALS}/${body.id}`, replacement)).body.message).toBe(message);
  });

  it('the last pipeline stays', async () => {
    expect(await portal.call('DELETE', `${DEALS}/default`)).toMatchObject({
      status: 400,
      body: { message: 'Pipeline default cannot be deleted because it is the only one' },
    });
  });
});

describe('scopes', () => {
  it.each([
    ['GET', 'crm.objects.deals.read', 200],
    ['POST', 'crm.objects.deals.write', 403],
    ['POST', 'crm.schemas.deals.write', 201],
  ])('%s with %s is a %i', async (method, scope, status) => {
    portal.simulator.addToken({ token: 'some', scopes: [scope] });
    const body = { label: 'Renewals', displayOrder: 1, stages: [NEW] };
    const headers = { authorization: 'Bearer some' };
    const answer = await portal.call(method, DEALS, method === 'GET' ? undefined : body, headers);
    expect(answer.status).toBe(status);
  });
});
