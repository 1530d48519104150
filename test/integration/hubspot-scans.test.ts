import { afterEach, describe, expect, it } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import {
  associationOutcomes,
  createHubspotClient,
  type Exchange,
  type HubspotClient,
  parseRecord,
  type ScanPage,
  tokenFromText,
} from '../../src/hubspot/index.ts';
import { silentLogger } from '../../src/log.ts';
import { createRandom } from '../chaos/random.ts';
import { readPortalChanges } from '../support/read-portal-changes.ts';

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
    timeoutMs: 20_000,
  });
  closers.push(() => client.close());
  return { portal, client };
}

function contacts(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    email: `c${index}@example.com`,
    firstname: `N${index}`,
  }));
}

async function all(pages: AsyncIterable<ScanPage>) {
  const records = [];
  for await (const page of pages) records.push(...page.records);
  return records;
}

function bodyOf(exchange: Exchange, status: number): unknown {
  expect(exchange).toMatchObject({ kind: 'reply', status });
  return exchange.kind === 'reply' ? exchange.body : undefined;
}

describe('listing a portal', () => {
  it('gives every record, with the properties in the URL or read by id', async () => {
    const { portal, client } = await setup();
    const ids = portal.insert('contacts', contacts(250));
    const names = [
      'firstname',
      ...Array.from({ length: 300 }, (_, index) => `not_defined_property_${index}`),
    ];
    const few = await all(client.scans.listAll('contacts', { properties: ['firstname'] }));
    const many = await all(client.scans.listAll('contacts', { properties: names }));
    expect(few.map(({ id }) => id)).toEqual(ids);
    expect(many.map(({ id }) => id)).toEqual(ids);
    expect(many.map(({ properties }) => properties.firstname)).toEqual(
      few.map(({ properties }) => properties.firstname),
    );
    const longest = Math.max(...portal.journal().map(({ path }) => path.length));
    expect(longest).toBeLessThan(5000);
  });

  it('gives the recycle bin apart, and says when a record came there', async () => {
    const { portal, client } = await setup();
    const [first = ''] = portal.insert('contacts', contacts(2));
    bodyOf(await client.records.archive('contacts', first), 204);
    expect(await all(client.scans.listAll('contacts'))).toHaveLength(1);
    expect(await all(client.scans.listAll('contacts', { archived: true }))).toMatchObject([
      { id: first, archived: true, archivedAt: expect.any(String) },
    ]);
  });
});

describe('searching a portal', () => {
  it('finds more than 10,000 records, also when all share one ms', { timeout: 120_000 }, async () => {
    const { portal, client } = await setup({ behaviour: { searchLag: 0 } });
    const now = portal.setClock({ now: Date.UTC(2026, 9, 1), frozen: true });
    const ids = portal.insert('contacts', contacts(10_500));
    const found = await all(client.scans.searchAll('contacts', {}));
    const modified = await all(client.scans.searchModified('contacts', { since: now, upTo: now }));
    const sorted = (records: typeof found) => records.map(({ id }) => id).sort();
    expect(sorted(found)).toEqual([...ids].sort());
    expect(sorted(modified)).toEqual([...ids].sort());
  });

  it('misses no change behind an index that lags up to a minute', { timeout: 120_000 }, async () => {
    const { portal, client } = await setup({ behaviour: { searchLag: { minMs: 0, maxMs: 60_000 } } });
    const outcome = await readPortalChanges(portal, client, {
      records: 800,
      changes: 2_000,
      overMs: 120_000,
      sharedMs: 600,
      settleMs: 61_000,
      random: createRandom(7).next,
    });
    expect(outcome.changes).toBeGreaterThan(2_000);
    expect(outcome.missed).toBe(0);
  });
});

describe('one record and its links', () => {
  it('is created, changed, merged and read as a record', async () => {
    const { client } = await setup();
    const create = async (email: string) => {
      const record = parseRecord(
        bodyOf(await client.records.create('contacts', { properties: { email } }), 201),
      );
      if (!record.ok) throw new Error(record.problem);
      return record.value.id;
    };
    const primaryId = await create('ada@example.com');
    const mergedId = await create('ada.byron@example.com');
    const update = await client.records.update(
      'contacts',
      'ada@example.com',
      { city: 'Bern' },
      { idProperty: 'email' },
    );
    expect(parseRecord(bodyOf(update, 200))).toMatchObject({ ok: true, value: { id: primaryId } });
    bodyOf(await client.records.merge('contacts', { primaryId, mergedId }), 200);
    const read = await client.records.get('contacts', mergedId, { properties: ['city'] });
    expect(parseRecord(bodyOf(read, 200))).toMatchObject({
      ok: true,
      value: { properties: { city: 'Bern' } },
    });
  });

  it('has links made in batches, with an outcome for each', async () => {
    const { portal, client } = await setup();
    const ids = portal.insert('contacts', contacts(3));
    const [company = ''] = portal.insert('companies', [{ name: 'Acme' }]);
    const pairs = [...ids, '999999'].map((id) => ({ from: { id }, to: { id: company } }));
    const chunks = await client.associations.linkAll('contacts', 'companies', pairs);
    const outcomes = chunks.flatMap((chunk) => associationOutcomes(chunk).map(({ end }) => end));
    expect(outcomes.slice(0, 3)).toEqual(['applied', 'applied', 'applied']);
    expect(outcomes[3]).not.toBe('applied');
    const links = [];
    for await (const page of client.associations.listAll('companies', company, 'contacts'))
      links.push(...page.results.map(({ toId }) => toId));
    expect(links.sort()).toEqual([...ids].sort());
    await client.associations.archiveAll('contacts', 'companies', [
      { from: { id: ids[0] ?? '' }, to: [{ id: company }] },
    ]);
    const read = await client.associations.readAssociations('contacts', 'companies', ids);
    expect(read.kind === 'links' && read.links.get(ids[0] ?? '')).toEqual([]);
  });

  it('has labels of the portal', async () => {
    const { client } = await setup();
    const label = { name: 'boss', label: 'Boss' };
    bodyOf(await client.associationLabels.create('contacts', 'companies', label), 200);
    expect(await client.associationLabels.expectList('contacts', 'companies')).toContainEqual(
      expect.objectContaining({ label: 'Boss', category: 'USER_DEFINED' }),
    );
  });
});

describe('the definitions of a portal', () => {
  it('take groups and properties, and say what they are', async () => {
    const { client } = await setup();
    bodyOf(await client.properties.createGroup('contacts', { name: 'mine', label: 'Mine' }), 201);
    const property = {
      name: 'app_rank',
      label: 'Rank',
      groupName: 'mine',
      type: 'number',
      fieldType: 'number',
    } as const;
    const chunks = await client.properties.createAll('contacts', [property]);
    expect(chunks).toMatchObject([{ exchange: { status: 201 } }]);
    bodyOf(await client.properties.patch('contacts', 'app_rank', { label: 'The rank' }), 200);
    expect(await client.properties.expectList('contacts')).toContainEqual(
      expect.objectContaining({ name: 'app_rank', label: 'The rank', type: 'number', groupName: 'mine' }),
    );
    expect(await client.properties.expectGroups('contacts')).toContainEqual(
      expect.objectContaining({ name: 'mine', label: 'Mine' }),
    );
    expect(await client.account.expectUsage()).toMatchObject([
      { limit: expect.any(Number), used: expect.any(Number) },
    ]);
  });
});
