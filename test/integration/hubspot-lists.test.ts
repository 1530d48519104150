import { afterEach, describe, expect, it } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import {
  createHubspotClient,
  type Exchange,
  type HubspotClient,
  type MemberOrder,
  type Parsed,
  parseList,
  parseMembersChanged,
  parseMemberships,
  parsePipeline,
  parseStage,
  tokenFromText,
} from '../../src/hubspot/index.ts';
import { silentLogger } from '../../src/log.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setup(options: SimulatorOptions = {}): Promise<{ portal: Simulator; client: HubspotClient }> {
  const portal = await startSimulator({ limits: 'none', ...options });
  closers.push(() => portal.stop());
  const client = createHubspotClient({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    log: silentLogger,
  });
  closers.push(() => client.close());
  return { portal, client };
}

/** The content of an accepted answer. */
function read<T>(exchange: Exchange | undefined, parse: (body: unknown) => Parsed<T>): T {
  if (exchange?.kind !== 'reply' || exchange.status >= 300)
    throw new Error(`not accepted: ${JSON.stringify(exchange)}`);
  const parsed = parse(exchange.body);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

describe('the lists of a portal', () => {
  it('take any number of members, give them in two orders, and lose them', async () => {
    const { portal, client } = await setup();
    const ids = portal.insert(
      'contacts',
      Array.from({ length: 1200 }, (_, index) => ({ email: `c${index}@example.com` })),
    );
    const { listId } = read(
      await client.lists.create({ name: 'Trial', objectTypeId: '0-1', processingType: 'MANUAL' }),
      parseList,
    );
    expect(read(await client.lists.getByName('0-1', 'Trial'), parseList).listId).toBe(listId);

    const added = (await client.lists.addAll(listId, [...ids, '999999999'])).map(({ exchange }) =>
      read(exchange, parseMembersChanged),
    );
    expect(added.flatMap((part) => part.added)).toHaveLength(1200);
    expect(added.flatMap((part) => part.missing)).toEqual(['999999999']);

    const members = async (order: MemberOrder) => {
      const found: string[] = [];
      for await (const page of client.lists.membersOf(listId, { order }))
        found.push(...page.results.map(({ recordId }) => recordId));
      return found;
    };
    expect(await members('id')).toEqual(ids);
    expect((await members('join-order')).sort()).toEqual([...ids].sort());

    await client.lists.changeAll(listId, { add: [], remove: ids.slice(1) });
    expect(await members('id')).toEqual(ids.slice(0, 1));
    const of = read(await client.lists.ofRecord('0-1', ids[0] ?? ''), parseMemberships);
    expect(of.map((each) => each.listId)).toEqual([listId]);
  });

  it('are all found, however many', async () => {
    const { client } = await setup();
    for (let index = 0; index < 30; index += 1)
      await client.lists.create({ name: `L${index}`, objectTypeId: '0-1', processingType: 'MANUAL' });
    const names: string[] = [];
    for await (const page of client.lists.listAll()) names.push(...page.results.map(({ name }) => name));
    expect(names).toHaveLength(30);
  });
});

describe('the owners of a portal', () => {
  it('are found over all pages, deactivated ones apart', async () => {
    const owners = Array.from({ length: 620 }, (_, index) => ({
      email: `o${index}@example.com`,
      archived: index % 31 === 0,
    }));
    const { client } = await setup({ owners });
    const count = async (archived: boolean) => {
      let found = 0;
      for await (const page of client.owners.listAll({ archived })) found += page.results.length;
      return found;
    };
    expect(await count(false)).toBe(600);
    expect(await count(true)).toBe(20);
  });
});

describe('the pipelines of a portal', () => {
  it('are read, made and changed with their stages', async () => {
    const { client } = await setup();
    const [first] = await client.pipelines.expectList('deals');
    expect(first).toMatchObject({ id: 'default' });
    expect(first?.stages.map(({ id }) => id)).toContain('closedwon');
    const stage = { label: 'New', displayOrder: 0, metadata: { probability: '0.1' } };
    const made = read(
      await client.pipelines.create('deals', { label: 'Boats', displayOrder: 1, stages: [stage] }),
      parsePipeline,
    );
    const second = read(
      await client.pipelines.createStage('deals', made.id, {
        label: 'Won',
        displayOrder: 1,
        metadata: { probability: '1.0' },
      }),
      parseStage,
    );
    await client.pipelines.patchStage(
      'deals',
      { pipelineId: made.id, id: second.id },
      { label: 'Sold', displayOrder: 1, metadata: { probability: '1.0' } },
    );
    read(await client.pipelines.patch('deals', made.id, { label: 'Ships' }), parsePipeline);
    const after = (await client.pipelines.expectList('deals')).find(({ id }) => id === made.id);
    expect(after).toMatchObject({ label: 'Ships', stages: [{ label: 'New' }, { label: 'Sold' }] });
  });
});

describe('the object types of a portal', () => {
  it('are read with their properties', async () => {
    const { portal, client } = await setup();
    const boat = {
      name: 'boat',
      labels: { singular: 'Boat', plural: 'Boats' },
      primaryDisplayProperty: 'plate',
      requiredProperties: ['plate'],
      searchableProperties: ['plate'],
      properties: [{ name: 'plate', label: 'Plate', type: 'string', fieldType: 'text' }],
      associatedObjects: ['CONTACT'],
    };
    const made = await fetch(`${portal.url}/crm-object-schemas/2026-09/schemas`, {
      method: 'POST',
      headers: { authorization: `Bearer ${portal.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(boat),
    });
    expect(made.status).toBe(201);
    expect(await client.schemas.expectList()).toMatchObject([
      {
        name: 'boat',
        objectTypeId: '2-1',
        properties: expect.arrayContaining([expect.objectContaining({ name: 'plate' })]),
      },
    ]);
  });
});
