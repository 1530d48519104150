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
  mirror: { objects: { contacts: { properties: ['email', 'firstname', 'city'] } }, lists: ['VIPs'] },
});
`;
const LONG = { timeout: 120_000 };
const P1 = ['--where', '{"property":"firstname","is":"p1"}'];

/** A portal with contacts p0 to p5 and a list of its own, read into a mirror. */
async function place() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const portal = await startSimulator({ limits: 'none', behaviour: { searchLag: 0 } });
  onTestFinished(() => portal.stop());
  const ids = portal.insert('contacts', people(6));
  const client = createHubspotClient({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    log: silentLogger,
  });
  onTestFinished(() => client.close());
  await client.lists.create({ name: 'VIPs', objectTypeId: '0-1', processingType: 'MANUAL' });
  const cwd = await folderWith({ 'spoke.config.ts': CONFIG });
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: portal.url,
    HUBSPOT_PORTAL_ID: String(portal.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: portal.token,
    HUBSPOT_RATE_LIMIT: '1000',
    SPOKE_PULL_INTERVAL: '1',
    USER: 'ops',
  };
  const run = (...args: string[]) => cli(args, { cwd, env });
  expect(await run('pull', 'all')).toMatchObject({ code: 0 });
  return {
    portal,
    ids,
    run,
    bulk: (...args: string[]) => run('bulk', ...args),
    start: () => startCli(['start'], { cwd, env }),
    async delivered(id: number) {
      const { stdout } = await run('bulk', 'status', String(id), '--json');
      return (JSON.parse(stdout) as { events: { delivered: number } }).events.delivered;
    },
    async events() {
      const rows = await database.db.query<{ events: number }>(
        'select count(*)::integer as events from {schema}.outbox_events',
      );
      return rows[0]?.events;
    },
    state: async (id: string) =>
      (
        await database.db.query<{ state: string; city: string | null }>(
          `select state, properties ->> 'city' as city from {schema}.mirror_records where id = $1`,
          [id],
        )
      )[0],
  };
}

describePostgres('spoke bulk', () => {
  it('shows what it would do, and does nothing without --yes', LONG, async () => {
    const { bulk, events } = await place();
    expect((await bulk('status')).stdout).toBe('No bulk changes.\n');
    const shown = await bulk('update', ...P1, '--set', 'city=Berlin');
    expect(shown).toMatchObject({ code: 5, stderr: 'Nothing was changed: repeat with --yes.\n' });
    expect(shown.stdout).toMatch(
      /^1 record would be given city=Berlin, among them:\n {2}\d+ {2}p1@example\.com {2}P1\nIt costs about 1 call\. At [\d.]+ calls\/s all is sent in 1 s at the earliest\.\n$/,
    );
    const preview = await bulk('archive', '--all', '--limit', '4', '--json');
    expect(preview).toMatchObject({ code: 5, stderr: '' });
    expect(JSON.parse(preview.stdout)).toMatchObject({ total: 4, estimate: { calls: 1 } });
    const none = '{"property":"firstname","is":"nobody"}';
    expect(await bulk('update', '--where', none, '--set', 'city=Berlin', '--yes')).toMatchObject({ code: 0 });
    expect(await bulk('archive', '--where', none)).toEqual({
      code: 0,
      stdout: 'No record of the mirror is found.\n',
      stderr: '',
    });
    expect(await events()).toBe(0);
  });

  it.each([
    [['update', '--all'], "required option '--set <name=value>'"],
    [['update', '--all', '--set', 'city'], '--set must be a property and its value'],
    [['update', '--all', '--set', 'citty=Berlin', '--yes'], 'The portal has no property citty'],
    [['update', '--all', '--set', 'email=a@example.com'], 'an address belongs to one contact'],
    [['archive'], 'nothing says which records are meant'],
    [['archive', '--all', '--text', 'p1'], 'all means every record'],
    [['archive', '--all', '--limit', '0'], '--limit must be a whole number'],
    [['add-to-list', '--all'], "required option '--to <list>'"],
    [['status', 'x'], 'ID must be a whole number'],
    [['status', '7'], 'There is no bulk change 7'],
    [['abort', '7'], 'There is no bulk change 7'],
  ])('refuses %j', LONG, async (args, message) => {
    const { bulk, events } = await place();
    const { code, stderr } = await bulk(...args);
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
    expect(await events()).toBe(0);
  });

  it('changes, archives and puts on a list at HubSpot, and the mirror follows', LONG, async () => {
    const { bulk, run, start, delivered, portal, ids, state } = await place();
    const [first = '', second = '', third = ''] = ids;
    const worker = start();
    const done = async (id: number, events: number) =>
      waitFor(async () => (await delivered(id)) === events, { timeout: 60_000, what: `bulk change ${id}` });

    const update = await bulk('update', ...P1, '--set', 'city=Berlin', '--yes');
    expect(update).toMatchObject({ code: 0 });
    expect(update.stdout).toMatch(/^Bulk change 1\n {2}state +done\n {2}recorded +1 of 1\n/);
    await done(1, 1);
    expect(portal.record('contacts', second)?.properties).toMatchObject({ city: 'Berlin' });
    await waitFor(async () => (await state(second))?.city === 'Berlin', {
      timeout: 60_000,
      what: 'the new value in the mirror',
    });

    expect(await bulk('archive', '--text', 'p0', '--yes')).toMatchObject({ code: 0 });
    await done(2, 1);
    expect(portal.records('contacts').filter(({ archived }) => archived)).toMatchObject([{ id: first }]);
    expect(await run('pull', 'sweep')).toMatchObject({ code: 0 });
    expect(await state(first)).toMatchObject({ state: 'archived' });

    expect(await bulk('add-to-list', '--all', '--limit', '3', '--to', 'VIPs', '--yes')).toMatchObject({
      code: 0,
    });
    await done(3, 3);
    const listId = portal.lists().find(({ name }) => name === 'VIPs')?.listId ?? '';
    expect(await run('pull', 'list', '--list', 'VIPs')).toMatchObject({ code: 0 });
    const { stdout } = await run('lists', '--members', listId);
    const members = stdout.split('\n').filter(Boolean);
    expect(members.map((line) => line.split(' ')[0])).toEqual([second, third, ids[3]]);

    const { stdout: table } = await bulk('status');
    expect(table.split('\n').filter(Boolean)).toHaveLength(4);
    expect(await bulk('abort', '1')).toMatchObject({ code: 1 });
    expect(await worker.stop()).toMatchObject({ code: 0 });
  });
});
