import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const STAGES = '/crm/pipelines/2026-09/deals/default/stages';

let portal: TestPortal;

beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const add = (fields: object = {}) =>
  portal.call('POST', STAGES, {
    label: 'Legal review',
    displayOrder: 4,
    metadata: { probability: '0.7' },
    ...fields,
  });

describe('a stage', () => {
  it('is created, read, replaced, changed and deleted', async () => {
    const created = await add();
    expect(created).toMatchObject({
      status: 201,
      body: { label: 'Legal review', metadata: { isClosed: 'false', probability: '0.7' }, archived: false },
    });
    const path = `${STAGES}/${created.body.id}`;
    const replaced = await portal.call('PUT', path, {
      label: 'Lost in review',
      displayOrder: 9,
      metadata: { probability: '0' },
    });
    expect(replaced.body).toMatchObject({
      displayOrder: 9,
      metadata: { isClosed: 'true', probability: '0' },
    });
    expect((await portal.call('PATCH', path, { label: 'Gone' })).body).toMatchObject({
      label: 'Gone',
      displayOrder: 9,
    });
    expect((await portal.call('GET', path)).body.label).toBe('Gone');
    expect((await portal.call('DELETE', path)).status).toBe(204);
    expect(await portal.call('GET', path)).toMatchObject({
      status: 404,
      body: { message: `Stage ${created.body.id} does not exist in pipeline default` },
    });
  });

  it('has an audit', async () => {
    const { id } = (await add()).body;
    const { body } = await portal.call('GET', `${STAGES}/${id}/audit`);
    expect(body.results).toMatchObject([{ identifier: id, action: 'CREATE' }]);
  });

  it('stands where its displayOrder says', async () => {
    await add({ displayOrder: -1 });
    const { body } = await portal.call('GET', STAGES);
    expect(body.results).toHaveLength(8);
    expect(body.results[0]?.label).toBe('Legal review');
  });

  it.each([
    [{ label: 'Closed Won' }, 400, 'A stage with the label "Closed Won" already exists in this pipeline'],
    [{ metadata: {} }, 400, 'metadata.probability must be a number between 0.0 and 1.0'],
    [{ stageId: 'closedwon' }, 409, 'Stage closedwon already exists'],
  ])('%j is a %i: %s', async (fields, status, sentence) => {
    const answer = await add(fields);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(sentence);
  });

  it('of an unknown pipeline is a 404', async () => {
    expect(await portal.call('GET', '/crm/pipelines/2026-09/deals/none/stages')).toMatchObject({
      status: 404,
      body: { message: 'Pipeline none does not exist' },
    });
  });

  it('that is the only one stays', async () => {
    const { body } = await portal.call('POST', '/crm/pipelines/2026-09/deals', {
      label: 'Short',
      displayOrder: 1,
      stages: [{ label: 'Only', displayOrder: 0, metadata: { probability: '0.5' } }],
    });
    const [only] = body.stages as { id: string }[];
    const path = `/crm/pipelines/2026-09/deals/${body.id}/stages/${only?.id}`;
    expect(await portal.call('DELETE', path)).toMatchObject({
      status: 400,
      body: {
        message: `Stage ${only?.id} cannot be deleted because it is the only one of pipeline ${body.id}`,
      },
    });
  });
});
