import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { type RecordSnapshot, startSimulator } from '../../simulator/index.ts';
import { createHubspotClient, tokenFromText } from '../../src/hubspot/index.ts';
import { describePostgres, testDatabase } from '../../test/support/database.ts';
import { cli, folderWith, startCli } from '../../test/support/run-cli.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { fillPortal } from './people.ts';
import { steps } from './steps.ts';

const CONFIG = fileURLToPath(new URL('./spoke.config.ts', import.meta.url));
const CONTACTS = 400;
const DAY_MS = 86_400_000;
const LIMIT_MS = 60_000;

/** Who belongs where, without SQL. */
const RULES: Readonly<Record<string, (record: RecordSnapshot, days: number) => boolean>> = {
  chainge: ({ properties }) => (properties.company ?? '').toLowerCase().includes('chainge'),
  engaged: (_, days) => days <= 30,
  cold: (_, days) => days > 90,
  high_value: ({ properties }) =>
    ['customer', 'evangelist', 'opportunity'].includes(properties.lifecyclestage ?? ''),
  win_back: (record, days) => days > 90 && (RULES.high_value?.(record, days) ?? false),
};

async function setup() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none', behaviour: { searchLag: 0 } });
  onTestFinished(() => simulator.stop());
  fillPortal(simulator, CONTACTS);
  const cwd = await folderWith({});
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    SPOKE_CONFIG: CONFIG,
    SPOKE_LOG_LEVEL: 'error',
    SPOKE_POLL_INTERVAL: '0.2',
    SPOKE_PULL_INTERVAL: '1',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
  };
  const members = (segment: string) => {
    const now = simulator.now();
    return simulator
      .records('contacts')
      .filter(({ archived }) => !archived)
      .filter((record) => RULES[segment]?.(record, (now - Date.parse(String(record.updatedAt))) / DAY_MS))
      .map(({ id }) => id)
      .sort();
  };
  const onList = () => {
    const id = simulator.lists().find(({ name }) => name === 'High value')?.listId ?? '';
    return (simulator.list(id)?.members ?? []).map(({ recordId }) => recordId).sort();
  };
  return { database, simulator, cwd, env, members, onList };
}

describePostgres('contact-mirror', { timeout: 3 * LIMIT_MS }, () => {
  it('has every contact in its segments and in the file, and the list at HubSpot as its segment', async () => {
    const { database, simulator, cwd, env, members, onList } = await setup();
    const csv = join(cwd, 'chainge.csv');
    for (const args of steps(csv))
      expect({ args, ...(await cli([...args], { cwd, env })) }).toMatchObject({ code: 0 });

    const rows = await database.db.query<{ segment: string; ids: string[] }>(
      'select segment, array_agg(hubspot_id::text order by hubspot_id::text) as ids from {schema}.hubspot_segments group by segment',
    );
    const held = Object.fromEntries(rows.map(({ segment, ids }) => [segment, ids.sort()]));
    for (const segment of Object.keys(RULES)) {
      expect(members(segment).length, segment).toBeGreaterThan(0);
      expect(held[segment], segment).toEqual(members(segment));
    }
    const lines = (await readFile(csv, 'utf8')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + members('chainge').length);
    expect(lines[0]).toContain('email,firstname,company,lifecyclestage');
    expect(lines.at(-1)).toContain("'=Chainge()");

    const worker = startCli(['start'], {
      cwd,
      env: { ...env, HUBSPOT_ENABLED: 'true', HUBSPOT_SEND_LIVE: 'true' },
    });
    const agree = (what: string) =>
      waitFor(() => onList().join() === members('high_value').join(), { timeout: LIMIT_MS, what });
    await agree('the list to be the segment');
    const client = createHubspotClient({ baseUrl: simulator.url, token: tokenFromText(simulator.token) });
    onTestFinished(() => client.close());
    const before = members('high_value');
    const newcomer = simulator.records('contacts').find(({ id }) => !before.includes(id))?.id ?? '';
    await client.records.update('contacts', newcomer, { lifecyclestage: 'evangelist' });
    await client.records.archive('contacts', before[0] ?? '');
    expect(onList()).not.toEqual(members('high_value'));
    await agree('the list to follow');
    expect((await worker.stop()).code).toBe(0);
  });
});
