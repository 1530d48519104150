import { expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { createHubspotClient } from '../../src/hubspot/client.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import { silentLogger } from '../../src/log.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { people } from '../support/pull.ts';
import { cli, folderWith, startCli } from '../support/run-cli.ts';
import { waitFor } from '../support/wait-for.ts';

const CONFIG = `
import { defineConfig } from 'spoke';
export default defineConfig({
  events: {},
  mirror: { objects: { contacts: { properties: ['email', 'firstname'] }, deals: {} } },
});
`;

const WITHOUT = `
import { contactByEmail, defineConfig, defineEvent, upsertContact } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  events: {
    signed_up: defineEvent({
      payload: z.object({ email: z.string() }),
      record: ({ email }) => contactByEmail(email),
      effects: ({ email }) => [upsertContact(contactByEmail(email), {})],
    }),
  },
});
`;

async function place(config = CONFIG) {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none', behaviour: { searchLag: 0 } });
  onTestFinished(() => simulator.stop());
  const cwd = await folderWith({ 'spoke.config.ts': config });
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
    HUBSPOT_RATE_LIMIT: '1000',
    SPOKE_PULL_INTERVAL: '1',
  };
  return {
    db: database.db,
    simulator,
    run: (...args: string[]) => cli(args, { cwd, env }),
    start: () => startCli(['start'], { cwd, env }),
    held: async (objectType: string) =>
      (await database.db.query('select 1 from {schema}.mirror_records where object_type = $1', [objectType]))
        .length,
  };
}

describePostgres('spoke pull', () => {
  it('reads every object type of the config at first, and what has changed later', async () => {
    const { run, simulator, held } = await place();
    simulator.insert('contacts', people(120));
    simulator.insert('deals', [{ dealname: 'Boat', pipeline: 'default', dealstage: 'appointmentscheduled' }]);
    const first = await run('pull', '--json');
    expect(first).toMatchObject({ code: 0 });
    expect(JSON.parse(first.stdout)).toMatchObject({
      state: 'done',
      objects: { contacts: { inserted: 120 }, deals: { inserted: 1 } },
    });
    simulator.insert('contacts', people(1, 500));
    const second = await run('pull', '--objects', 'contacts');
    expect(second.stdout).toContain('1 new, 0 changed');
    expect(await held('contacts')).toBe(121);
  });

  it('reads the members of a list by its name', async () => {
    const { run, simulator, held } = await place();
    const ids = simulator.insert('contacts', people(5));
    const client = createHubspotClient({
      baseUrl: simulator.url,
      token: tokenFromText(simulator.token),
      log: silentLogger,
    });
    onTestFinished(() => client.close());
    await client.lists.create({ name: 'Sailors', objectTypeId: '0-1', processingType: 'MANUAL' });
    const listId = simulator.lists().find(({ name }) => name === 'Sailors')?.listId ?? '';
    await client.lists.add(listId, ids.slice(0, 2));
    expect(await run('pull', 'list', '--list', 'Sailors')).toMatchObject({ code: 0 });
    expect(await held('contacts')).toBe(2);
    const unknown = await run('pull', 'list', '--list', 'Sailor');
    expect(unknown.stderr).toContain('no list with the name or id "Sailor". Did you mean Sailors?');
    expect(unknown.code).not.toBe(0);
  });

  it('exits with 3 when something could not be read, and says what', { timeout: 60_000 }, async () => {
    const { run, simulator } = await place();
    const ids = simulator.insert('contacts', people(250));
    simulator.addFaults([
      { id: 'page', match: { path: `contacts.*after=${ids[100]}(&|$)` }, do: 'status', status: 500 },
    ]);
    const incomplete = await run('pull', 'all', '--objects', 'contacts');
    expect(incomplete).toMatchObject({ code: 3 });
    expect(incomplete.stdout).toContain(`not read: contacts with ids from ${ids[100]}`);
    simulator.removeFaults();
    expect(await run('pull', 'all', '--objects', 'contacts')).toMatchObject({ code: 0 });
  });

  it('says what is kept of a reading that a refused token has ended', { timeout: 60_000 }, async () => {
    const { run, simulator } = await place();
    simulator.insert('contacts', people(250));
    simulator.addFaults([{ id: 'token', match: { path: 'contacts.*after=' }, do: 'status', status: 401 }]);
    const ended = await run('pull', 'all', '--objects', 'contacts');
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('HUBSPOT_UNAUTHORIZED') });
    expect(ended.stderr).toContain(
      '100 records were read before and are kept: the next pull goes on behind them.',
    );
    simulator.removeFaults();
    expect((await run('pull', 'all', '--objects', 'contacts')).stdout).toContain('150 records in');
  });

  it('refuses what makes no sense before anything is asked', async () => {
    const { run, simulator } = await place();
    for (const args of [['list'], ['all', '--list', 'X'], ['everything'], ['all', '--page-size', '101']])
      expect(await run('pull', ...args)).toMatchObject({ code: 2 });
    expect(simulator.journal()).toEqual([]);
  });

  it.each([
    [['all', '--objects', 'contact'], 'Did you mean contacts?'],
    [['list', '--list', ''], 'a list has to be named, by name or id'],
  ])('refuses %j', async (args, message) => {
    const { run } = await place();
    expect(await run('pull', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('needs a mirror in the config', async () => {
    const { run } = await place(WITHOUT);
    const refused = await run('pull');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('The config has no mirror');
  });
});

describePostgres('spoke start', () => {
  it('fills the mirror of the config and keeps it up to date', { timeout: 60_000 }, async () => {
    const { start, simulator, held } = await place();
    simulator.insert('contacts', people(120));
    const worker = start();
    await waitFor(async () => (await held('contacts')) === 120, {
      timeout: 30_000,
      what: 'the first reading',
    });
    simulator.insert('contacts', people(2, 500));
    await waitFor(async () => (await held('contacts')) === 122, { timeout: 30_000, what: 'what is new' });
    expect(await worker.stop()).toMatchObject({ code: 0 });
  });
});

describePostgres('spoke reconcile', () => {
  it('says what is missing, extra and stale, repairs it, and keeps the proof', async () => {
    const { run, simulator, db } = await place();
    expect((await run('reconcile', '--last')).stdout).toBe('Nothing has been proven yet.\n');
    expect(await run('reconcile', '--objects', 'contacts')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('contacts have not been read to the end yet'),
    });
    const [first = 0] = simulator.insert('contacts', people(3));
    await run('pull', 'all');
    expect(await run('reconcile', '--objects', 'contacts')).toEqual({
      code: 0,
      stdout: 'contacts: proven. 3 are at HubSpot, and all are here as they are there.\n',
      stderr: '',
    });
    await db.query('delete from {schema}.mirror_records where id = $1', [first]);
    // Older than what may be on its way.
    simulator.setClock({ advanceMs: -3_600_000 });
    simulator.insert('contacts', people(1, 50));
    const found = await run('reconcile', '--objects', 'contacts', '--repair');
    expect(found).toMatchObject({ code: 3 });
    expect(found.stdout).toMatch(
      /^contacts: different\. 4 are at HubSpot: 1 missing here, 0 here that are not there any more, 0 with other values\.\n {2}1 have changed [^\n]*\n {2}2 were read anew\.\n {2}\d+: missing\n$/,
    );
    const { stdout } = await run('reconcile', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      proofs: [
        { objectType: 'contacts', state: 'proven', compared: 4 },
        { objectType: 'deals', state: 'proven', compared: 0 },
      ],
      busy: [],
      failed: [],
    });
    expect((await run('reconcile', '--last')).stdout).toMatch(/^contacts: proven, 4 compared, 0\.0 h ago/);
  });
});
