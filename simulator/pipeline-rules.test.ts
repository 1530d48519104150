import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from './test-client.ts';

const DEALS = '/crm/objects/2026-09/deals';
const PIPELINES = '/crm/pipelines/2026-09/deals';

let portal: TestPortal;
let renewals: { id: string; stages: string[] };

beforeEach(async () => {
  portal = await startPortal();
  const { body } = await portal.call('POST', PIPELINES, {
    label: 'Renewals',
    displayOrder: 1,
    stages: [
      { label: 'New', displayOrder: 0, metadata: { probability: '0.10' } },
      { label: 'Won', displayOrder: 1, metadata: { probability: '1.0' } },
    ],
  });
  renewals = { id: body.id, stages: (body.stages as { id: string }[]).map(({ id }) => id) };
});
afterEach(() => portal.simulator.stop());

const create = (properties: Record<string, string>) =>
  portal.call('POST', DEALS, { properties: { dealname: 'Acme', ...properties } });

describe('a new deal', () => {
  it('without a pipeline stands in the default one', async () => {
    const answer = await create({ dealstage: 'qualifiedtobuy' });
    expect(answer).toMatchObject({
      status: 201,
      body: { properties: { pipeline: 'default', dealstage: 'qualifiedtobuy' } },
    });
  });

  it('without a pipeline is refused by a portal with several that is set so', async () => {
    portal.simulator.setBehaviour({ missingPipeline: 'refuse' });
    expect(await create({ dealstage: 'qualifiedtobuy' })).toMatchObject({
      status: 400,
      body: { context: { properties: ['pipeline'] } },
    });
  });

  it('without a stage is refused', async () => {
    expect(await create({ pipeline: 'default' })).toMatchObject({
      status: 400,
      body: { context: { properties: ['dealstage'] } },
    });
  });

  it('at an unknown stage is refused in words that name the pipeline', async () => {
    const message =
      'nope was not one of the allowed options: [appointmentscheduled, qualifiedtobuy, presentationscheduled, decisionmakerboughtin, contractsent, closedwon, closedlost] of pipeline default';
    expect((await create({ dealstage: 'nope' })).body).toMatchObject({
      category: 'VALIDATION_ERROR',
      errors: [{ code: 'INVALID_OPTION', message, context: { propertyName: ['dealstage'] } }],
    });
  });

  it('at a stage of another pipeline is refused', async () => {
    const answer = await create({ pipeline: renewals.id, dealstage: 'closedwon' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'INVALID_OPTION' }] } });
    expect(answer.body.errors[0]?.message).toContain(`of pipeline ${renewals.id}`);
  });

  it('in an unknown pipeline is refused', async () => {
    expect((await create({ pipeline: 'nope', dealstage: 'closedwon' })).body.errors).toMatchObject([
      { code: 'INVALID_OPTION', context: { propertyName: ['pipeline'] } },
    ]);
  });
});

describe('a deal that moves', () => {
  const patch = (id: string, properties: object) => portal.call('PATCH', `${DEALS}/${id}`, { properties });

  it('to another pipeline needs a stage of it', async () => {
    const { id } = (await create({ dealstage: 'qualifiedtobuy' })).body;
    const refused = await patch(id, { pipeline: renewals.id });
    expect(refused.body.errors).toMatchObject([
      { code: 'INVALID_OPTION', context: { propertyName: ['dealstage'] } },
    ]);
    const moved = await patch(id, { pipeline: renewals.id, dealstage: renewals.stages[0] });
    expect(moved).toMatchObject({ status: 200, body: { properties: { pipeline: renewals.id } } });
  });

  it('within its pipeline needs no pipeline', async () => {
    const { id } = (await create({ pipeline: renewals.id, dealstage: renewals.stages[0] ?? '' })).body;
    expect((await patch(id, { dealstage: renewals.stages[1] })).status).toBe(200);
    expect((await patch(id, { dealstage: 'closedwon' })).status).toBe(400);
  });

  it('is refused with the others of its batch', async () => {
    const { id } = (await create({ dealstage: 'qualifiedtobuy' })).body;
    const answer = await portal.call('POST', `${DEALS}/batch/update`, {
      inputs: [{ id, properties: { dealstage: 'nope' } }],
    });
    expect(answer.body.errors).toMatchObject([{ code: 'INVALID_OPTION' }]);
  });
});

describe('what follows from the stage', () => {
  it.each([
    ['qualifiedtobuy', ['0.4', 'false', 'false', 'false']],
    ['closedwon', ['1', 'true', 'true', 'false']],
    ['closedlost', ['0', 'true', 'false', 'true']],
  ])('%s: probability, closed, won, lost are %j', async (dealstage, expected) => {
    const { id } = (await create({ dealstage })).body;
    const properties = portal.simulator.record('deals', id)?.properties ?? {};
    expect([
      properties.hs_deal_stage_probability,
      properties.hs_is_closed,
      properties.hs_is_closed_won,
      properties.hs_is_closed_lost,
    ]).toEqual(expected);
  });

  it('tickets are closed at the last stage, by default in pipeline 0', async () => {
    const [id = ''] = portal.simulator.insert('tickets', [{ subject: 'Help', hs_pipeline_stage: '4' }]);
    expect(portal.simulator.record('tickets', id)?.properties).toMatchObject({
      hs_pipeline: '0',
      hs_is_closed: 'true',
    });
  });
});

it('pipelines are in the state file, and read back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-pipelines-'));
  const stateFile = join(folder, 'portal.ndjson');
  const before = await startPortal({ stateFile });
  const { body } = await before.call('POST', PIPELINES, {
    label: 'Renewals',
    displayOrder: 1,
    stages: [{ label: 'New', displayOrder: 0, metadata: { probability: '0.1' } }],
  });
  const pipelines = (await before.call('GET', PIPELINES)).body.results;
  await before.simulator.stop();
  const after = await startPortal({ stateFile });
  expect((await after.call('GET', PIPELINES)).body.results).toEqual(pipelines);
  expect((await after.call('GET', `${PIPELINES}/${body.id}/audit`)).body.results).toHaveLength(1);
  const [stage] = body.stages as { id: string }[];
  after.simulator.insert('deals', [{ dealname: 'Acme', pipeline: body.id, dealstage: stage?.id ?? '' }]);
  await after.simulator.stop();
  await rm(folder, { recursive: true, force: true });
});
