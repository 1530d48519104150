import { expect, it } from 'vitest';
import { connected } from './connect.ts';

const portal = connected();
const crm = () => portal.client.crm;

it('creates, reads, changes and archives properties and groups', async () => {
  const { coreApi, groupsApi, batchApi } = crm().properties;
  await groupsApi.create('contacts', { name: 'my_app', label: 'My app', displayOrder: -1 });
  expect((await groupsApi.getAll('contacts')).results.map(({ name }) => name)).toContain('my_app');
  const made = await coreApi.create('contacts', {
    name: 'app_plan',
    label: 'Plan',
    groupName: 'my_app',
    type: 'enumeration' as never,
    fieldType: 'select' as never,
    options: [{ label: 'Free', value: 'free', displayOrder: 0, hidden: false }],
  });
  expect(made.options).toHaveLength(1);
  const changed = await coreApi.update('contacts', 'app_plan', { label: 'Plan of the app' });
  expect(changed.label).toBe('Plan of the app');
  expect((await coreApi.getByName('contacts', 'app_plan')).name).toBe('app_plan');
  expect((await coreApi.getAll('contacts')).results.length).toBeGreaterThan(10);
  const read = await batchApi.read('contacts', { inputs: [{ name: 'app_plan' }], archived: false } as never);
  expect(read.results).toHaveLength(1);
  await coreApi.archive('contacts', 'app_plan');
  await groupsApi.archive('contacts', 'my_app');
});

it('creates, reads, changes and archives pipelines and stages', async () => {
  const { pipelinesApi, pipelineStagesApi } = crm().pipelines;
  expect((await pipelinesApi.getAll('deals')).results.map(({ id }) => id)).toContain('default');
  const stage = (label: string, displayOrder: number) => ({
    label,
    displayOrder,
    metadata: { probability: '0.5' },
  });
  const made = await pipelinesApi.create('deals', {
    label: 'Partners',
    displayOrder: 1,
    stages: [stage('New', 0), stage('Won', 1)],
  });
  expect(made.stages).toHaveLength(2);
  const added = await pipelineStagesApi.create('deals', made.id, stage('Talking', 2));
  expect((await pipelineStagesApi.getAll('deals', made.id)).results).toHaveLength(3);
  await pipelineStagesApi.update('deals', made.id, added.id, {
    label: 'In talks',
    metadata: { probability: '0.6' },
  });
  await pipelinesApi.update('deals', made.id, { label: 'Partner deals' });
  expect((await pipelinesApi.getById('deals', made.id)).label).toBe('Partner deals');
  await pipelinesApi.archive('deals', made.id);
});

it('lists owners', async () => {
  const page = await crm().owners.ownersApi.getPage();
  expect(page.results.length).toBeGreaterThan(0);
  const [first] = page.results;
  expect(await crm().owners.ownersApi.getById(Number(first?.id))).toMatchObject({ id: first?.id });
});

it('defines custom objects and keeps their records', async () => {
  const { coreApi } = crm().schemas;
  const schema = await coreApi.create({
    name: 'car',
    labels: { singular: 'Car', plural: 'Cars' },
    primaryDisplayProperty: 'model',
    requiredProperties: ['model'],
    searchableProperties: [],
    secondaryDisplayProperties: [],
    properties: [{ name: 'model', label: 'Model', type: 'string' as never, fieldType: 'text' }],
    associatedObjects: ['CONTACT'],
  } as never);
  const typeId = schema.objectTypeId ?? '';
  const made = await crm().objects.basicApi.create(typeId, {
    properties: { model: 'One' },
    associations: [],
  });
  expect((await crm().objects.basicApi.getById(typeId, made.id, ['model'])).properties.model).toBe('One');
  expect((await coreApi.getAll()).results).toHaveLength(1);
});
