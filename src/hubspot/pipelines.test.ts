import { describe, expect, it } from 'vitest';
import { answeringTransport } from '../../test/support/answering-transport.ts';
import { createPipelines, parseStage } from './pipelines.ts';

const STAGE = {
  id: 'closedwon',
  label: 'Closed won',
  displayOrder: 5,
  metadata: { probability: '1.0', isClosed: true },
  archived: false,
};

describe('pipelines', () => {
  it('come with their stages, whose metadata are text', async () => {
    const pipeline = { id: 'default', label: 'Sales', displayOrder: 0, archived: false, stages: [STAGE] };
    const { transport } = answeringTransport({ results: [pipeline] });
    expect(await createPipelines(transport).expectList('deals')).toEqual([
      { ...pipeline, stages: [{ ...STAGE, metadata: { probability: '1.0', isClosed: 'true' } }] },
    ]);
  });

  it('are not read in part', async () => {
    const { transport } = answeringTransport({ results: [{ id: '1', stages: [STAGE, {}] }] });
    await expect(createPipelines(transport).expectList('deals')).rejects.toMatchObject({
      code: 'HUBSPOT_UNEXPECTED',
      message: expect.stringContaining('results[0]: stages[1]: it has no id'),
    });
  });

  it('have stages that may lack everything but an id', () => {
    expect(parseStage({ id: 7 })).toEqual({
      ok: true,
      value: { id: '7', label: '7', displayOrder: 0, metadata: {}, archived: false },
    });
  });
});
