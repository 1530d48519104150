import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { defineConfig, type OpenMirrorOptions, openMirror } from '../../src/index.ts';
import { silentLogger } from '../../src/log.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { people } from '../support/pull.ts';

const CONFIG = defineConfig({
  events: {},
  mirror: {
    objects: { contacts: { properties: ['email', 'firstname'] } },
    lists: 'all',
    segments: { ada: { rule: { property: 'firstname', is: 'Ada' } } },
  },
});

async function open(options: Partial<OpenMirrorOptions> = {}) {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none', behaviour: { searchLag: 0 } });
  onTestFinished(() => simulator.stop());
  const mirror = await openMirror({
    config: CONFIG,
    log: silentLogger,
    env: {
      DATABASE_URL: database.url,
      SPOKE_SCHEMA: database.schema,
      HUBSPOT_API_URL: simulator.url,
      HUBSPOT_PORTAL_ID: String(simulator.portalId),
      HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
      HUBSPOT_RATE_LIMIT: '1000',
    },
    ...options,
  });
  onTestFinished(() => mirror.close());
  return { mirror, simulator };
}

/** Made as anybody would: by two calls to the portal's API. */
async function makeList(portal: Simulator, name: string, members: readonly string[]): Promise<string> {
  const call = async (method: 'POST' | 'PUT', path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${portal.url}/crm/lists/2026-09${path}`, {
      method,
      headers: { authorization: `Bearer ${portal.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  };
  const made = await call('POST', '', { name, objectTypeId: '0-1', processingType: 'MANUAL' });
  const { listId } = z.object({ list: z.object({ listId: z.string() }) }).parse(made).list;
  await call('PUT', `/${listId}/memberships/add`, members);
  return listId;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describePostgres('a mirror in a program', () => {
  it('reads all contacts, with progress, and then what has changed', async () => {
    const { mirror, simulator } = await open();
    simulator.insert('contacts', people(250));
    const pages: number[] = [];
    const report = await mirror.syncAllContacts({
      pageSize: 50,
      onProgress: ({ records }) => pages.push(records),
    });
    expect(report).toMatchObject({ state: 'done', total: { records: 250, inserted: 250 } });
    expect(pages.length).toBeGreaterThanOrEqual(5);
    simulator.insert('contacts', [{ email: 'late@example.com', firstname: 'Ada' }]);
    expect(await mirror.syncChanges()).toMatchObject({ state: 'done', total: { inserted: 1 } });
    expect((await mirror.getContacts({ limit: 1, total: true })).total).toBe(251);
  });

  it('stops at a limit, and goes on behind it', async () => {
    const { mirror, simulator } = await open();
    simulator.insert('contacts', people(30));
    expect(await mirror.syncAllContacts({ maxRecords: 10, pageSize: 10 })).toMatchObject({ limited: true });
    expect(await mirror.syncAllContacts()).toMatchObject({ state: 'done', total: { records: 20 } });
  });

  it('keeps segments, and answers by them', async () => {
    const { mirror, simulator } = await open();
    simulator.insert('contacts', [
      { email: 'a@example.com', firstname: 'Ada' },
      { email: 'b@example.com', firstname: 'Bo' },
    ]);
    await mirror.syncAllContacts();
    const { reports } = await mirror.applySegments({ full: true });
    expect(reports).toMatchObject([{ name: 'ada', looked: 'full', size: 1 }]);
    const { records } = await mirror.getContacts({ segment: 'ada' });
    expect(records.map(({ properties }) => properties.email)).toEqual(['a@example.com']);
    expect(await mirror.getStats()).toMatchObject({
      objects: [{ objectType: 'contacts', live: 2 }],
      bySegment: { ada: 1 },
    });
    const lines = (await all(mirror.exportContacts('csv', { properties: ['email'] }))).join('').trim();
    expect(lines.split(/\r?\n/)).toHaveLength(3);
  });

  it('reads the lists of the config with the contacts', async () => {
    const { mirror, simulator } = await open();
    const [first = ''] = simulator.insert('contacts', people(2));
    await makeList(simulator, 'Trial', [first]);
    await mirror.syncAllContacts();
    const { records } = await mirror.getContacts({ list: 'Trial' });
    expect(records).toMatchObject([{ id: first, lists: ['Trial'] }]);
  });

  it('reads one list, and says who is on it', async () => {
    const { mirror, simulator } = await open();
    const ids = simulator.insert('contacts', people(3));
    const id = await makeList(simulator, 'Newsletter', ids.slice(0, 2));
    expect(await mirror.syncList('Newsletter')).toMatchObject({ state: 'done' });
    const members = await all(mirror.getListMemberships(id));
    expect(members.map(({ recordId }) => recordId).sort()).toEqual(ids.slice(0, 2).sort());
    await expect(mirror.syncList('Nobody')).rejects.toMatchObject({ code: 'MIRROR_LIST_UNKNOWN' });
    await expect(all(mirror.getListMemberships('Nobody'))).rejects.toMatchObject({
      code: 'MIRROR_LIST_UNKNOWN',
    });
  });

  it('is emptied here, and not at HubSpot', async () => {
    const { mirror, simulator } = await open();
    simulator.insert('contacts', people(5));
    await mirror.syncAllContacts();
    expect(await mirror.clearContacts()).toBe(5);
    expect((await mirror.getContacts()).records).toEqual([]);
    expect(await mirror.syncAllContacts()).toMatchObject({ total: { inserted: 5 } });
  });

  it('stops a reading when it is closed or told to', async () => {
    const { mirror, simulator } = await open();
    simulator.insert('contacts', people(2_000));
    const stop = new AbortController();
    const told = mirror.syncAllContacts({
      pageSize: 10,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(await told).toMatchObject({ state: 'stopped' });
    let closing: Promise<void> | undefined;
    const closed = mirror.syncAllContacts({
      pageSize: 10,
      onProgress() {
        closing = mirror.close();
      },
    });
    expect(await closed).toMatchObject({ state: 'stopped' });
    await closing;
  });
});

describe('a mirror that cannot be opened', () => {
  it('says that the config has none', async () => {
    await expect(openMirror({ config: { events: {} } })).rejects.toMatchObject({
      code: 'MIRROR_NOT_CONFIGURED',
    });
  });

  it('answers questions without a token, and says what a reading lacks', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.drop());
    const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
    const mirror = await openMirror({ config: CONFIG, env, log: silentLogger });
    onTestFinished(() => mirror.close());
    expect((await mirror.getContacts()).records).toEqual([]);
    await expect(mirror.syncAllContacts()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(mirror.syncAllContacts()).rejects.toThrow('HUBSPOT_PRIVATE_APP_TOKEN');
  });
});
