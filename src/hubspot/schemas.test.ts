import { describe, expect, it } from 'vitest';
import { answeringTransport } from '../../test/support/answering-transport.ts';
import { createProperties } from './properties.ts';
import { createSchemas } from './schemas.ts';

const unexpected = (message: string) => ({
  code: 'HUBSPOT_UNEXPECTED',
  message: expect.stringContaining(message),
});

describe('what a portal defines', () => {
  it('has object types of its own', async () => {
    const { transport } = answeringTransport({
      results: [
        {
          objectTypeId: '2-345',
          name: 'boat',
          fullyQualifiedName: 'p1_boat',
          labels: { singular: 'Boat', plural: 'Boats' },
          primaryDisplayProperty: 'name',
          requiredProperties: ['name'],
          searchableProperties: ['name'],
          properties: [{ name: 'name', label: 'Name', type: 'string', fieldType: 'text' }],
        },
      ],
    });
    expect(await createSchemas(transport).expectList()).toMatchObject([
      {
        objectTypeId: '2-345',
        fullyQualifiedName: 'p1_boat',
        labels: { singular: 'Boat', plural: 'Boats' },
        requiredProperties: ['name'],
        properties: [{ name: 'name' }],
        archived: false,
      },
    ]);
  });

  it('has rules for values', async () => {
    const { transport } = answeringTransport({
      results: [
        { propertyName: 'zip', propertyValidationRules: [{ ruleType: 'MAX_LENGTH', ruleArguments: [5] }] },
      ],
    });
    expect(await createSchemas(transport).expectRules('0-1')).toEqual([
      { propertyName: 'zip', rules: [{ type: 'MAX_LENGTH', values: ['5'] }] },
    ]);
  });

  it('has limits', async () => {
    const { transport } = answeringTransport({
      overallLimit: 10_000,
      overallUsage: 12,
      byObjectType: [{ objectTypeId: '0-1', limit: 1000, usage: 12, percentage: 1.2 }],
    });
    expect(await createSchemas(transport).expectPropertyLimits()).toEqual({
      limit: 10_000,
      usage: 12,
      byObjectType: [{ objectTypeId: '0-1', limit: 1000, usage: 12 }],
    });
  });

  it('has groups of properties', async () => {
    const { transport } = answeringTransport({
      results: [{ name: 'mine', label: 'Mine', displayOrder: -1 }],
    });
    expect(await createProperties(transport).expectGroups('contacts')).toEqual([
      { name: 'mine', label: 'Mine', displayOrder: -1, archived: false },
    ]);
  });

  it('is not read in part', async () => {
    const schemas = (body: unknown) => createSchemas(answeringTransport(body).transport);
    const type = { objectTypeId: '2-1', name: 'boat', properties: [{}] };
    await expect(schemas({ results: [type] }).expectList()).rejects.toMatchObject(
      unexpected('results[0]: properties[0]: it has no name'),
    );
    await expect(schemas({ results: [{}] }).expectRules('0-1')).rejects.toMatchObject(
      unexpected('results[0]: it has no propertyName'),
    );
    await expect(schemas({ overallLimit: 1 }).expectPropertyLimits()).rejects.toMatchObject(
      unexpected('no overallUsage'),
    );
  });

  it('is created 100 properties at once', async () => {
    const { transport, requests } = answeringTransport({ results: [] });
    const inputs = Array.from({ length: 150 }, (_, index) => ({
      name: `p${index}`,
      label: 'P',
      groupName: 'mine',
      type: 'string' as const,
      fieldType: 'text',
    }));
    await createProperties(transport).createAll('contacts', inputs);
    expect(requests.map(({ body }) => (body as { inputs: readonly unknown[] }).inputs.length)).toEqual([
      100, 50,
    ]);
  });
});
