import { expect, it } from 'vitest';
import type { Pipeline } from '../hubspot/pipelines.ts';
import { namesStage, withStageIds } from './stage-names.ts';

const stage = (id: string, label: string, archived = false) => ({
  id,
  label,
  displayOrder: 0,
  metadata: {},
  archived,
});

const pipelines: Pipeline[] = [
  {
    id: '77',
    label: 'Redemptions',
    displayOrder: 1,
    archived: false,
    stages: [stage('701', 'Open'), stage('702', 'Redeemed'), stage('703', 'Old', true)],
  },
  {
    id: 'default',
    label: 'Sales',
    displayOrder: 0,
    archived: false,
    stages: [stage('open', 'Open'), stage('closedwon', 'Won')],
  },
];

it.each([
  ['ids', { pipeline: '77', dealstage: '702' }, { pipeline: '77', dealstage: '702' }],
  ['labels', { pipeline: 'redemptions', dealstage: ' Redeemed ' }, { pipeline: '77', dealstage: '702' }],
  [
    'a stage of the named pipeline',
    { pipeline: 'Redemptions', dealstage: 'Open' },
    { pipeline: '77', dealstage: '701' },
  ],
  ['a stage of the first pipeline', { dealstage: 'Open' }, { dealstage: 'open' }],
  ['a stage that only another pipeline has', { dealstage: 'Redeemed' }, { pipeline: '77', dealstage: '702' }],
  ['what clears', { dealstage: '' }, { dealstage: '' }],
  ['neither', { amount: '3' }, { amount: '3' }],
])('takes %s', (_, properties, ids) => {
  expect(withStageIds('deals', properties, pipelines)).toEqual({ ok: true, properties: ids });
});

it.each([
  [{ pipeline: 'Redemption' }, 'Did you mean Redemptions?'],
  [{ pipeline: '77', dealstage: 'Won' }, 'It has: Open, Redeemed.'],
  [{ dealstage: 'Old' }, 'no stage "Old"'],
])('says what the portal has where it has no %j', (properties, message) => {
  expect(withStageIds('deals', properties, pipelines)).toMatchObject({
    ok: false,
    message: expect.stringContaining(message),
  });
});

it('asks for nothing where no stage is named', () => {
  expect(namesStage('deals', { amount: '1', dealstage: '' })).toBe(false);
  expect(namesStage('contacts', { pipeline: 'x' })).toBe(false);
  expect(namesStage('tickets', { hs_pipeline_stage: 'New' })).toBe(true);
});
