import { expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli, folderWith, startCli } from '../support/run-cli.ts';
import { waitFor } from '../support/wait-for.ts';

const config = (running: string) => `
import { contactByEmail, defineConfig, defineEvent, upsertContact } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  running: ${running},
  events: {
    redeemed: defineEvent({
      payload: z.object({ email: z.string(), amount: z.string() }),
      record: ({ email }) => contactByEmail(email),
      adds: ({ amount }) => ({ redemptions: 1, spent: amount }),
      effects: ({ email }, { running }) => [
        upsertContact(contactByEmail(email), { firstname: String(running.redemptions), lastname: String(running.spent) }),
      ],
    }),
  },
});
`;
const BOTH = config("{ redemptions: 'count', spent: 'sum' }");
const KEY = 'contacts:email:ada@example.com';

/** Two events of one record, delivered by a worker of the command line. */
async function place() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none' });
  onTestFinished(() => simulator.stop());
  const cwd = await folderWith({ 'spoke.config.ts': BOTH });
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
    SPOKE_POLL_INTERVAL: '0.2',
  };
  const run = (...args: string[]) => cli(args, { cwd, env });
  for (const amount of ['10.50', '4'])
    expect((await run('track', 'redeemed', JSON.stringify({ email: 'ada@example.com', amount }))).code).toBe(
      0,
    );
  const worker = startCli(['start'], { cwd, env });
  await waitFor(
    async () =>
      (await database.db.query(`select 1 from {schema}.outbox_events where state = 'delivered'`)).length ===
      2,
    { what: 'both events to be delivered' },
  );
  expect((await worker.stop()).code).toBe(0);
  return { run, env, db: database.db, simulator };
}

describePostgres('spoke running', () => {
  it('shows the values of a record, and which of them the config does not have any more', async () => {
    const { run, env } = await place();
    expect(await run('running', 'show', KEY)).toMatchObject({
      code: 0,
      stdout: 'redemptions 2\nspent 14.5\n',
    });
    const cwd = await folderWith({
      'spoke.config.ts': config("{ redemptions: 'count' }").replace(', spent: amount', ''),
    });
    expect(await cli(['running', 'show', KEY], { cwd, env })).toMatchObject({
      code: 0,
      stdout: 'redemptions 2\nspent 14.5 (not in the config any more)\n',
    });
    const { stdout } = await run('running', 'show', KEY, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      recordKey: KEY,
      values: { redemptions: { value: '2' }, spent: { value: '14.5' } },
      undeclared: {},
    });
  });

  it('says that there is no such record', async () => {
    const { run } = await place();
    const { code, stderr } = await run('running', 'show', 'contacts:email:bob@example.com');
    expect(code).toBe(1);
    expect(stderr).toContain('contacts:email:bob@example.com');
  });

  it('rebuilds only with --yes, and shows first what it would do', async () => {
    const { run, db } = await place();
    expect(await run('running', 'rebuild')).toMatchObject({
      code: 0,
      stdout: '1 records: 0 would change, 0 delivered events more are counted.\n',
    });
    await db.query(`update {schema}.lanes set running = jsonb_set(running, '{redemptions,value}', '"1"')`);
    const change = `  ${KEY}: redemptions 1, spent 14.5 → redemptions 2, spent 14.5\n`;
    expect(await run('running', 'rebuild')).toEqual({
      code: 5,
      stdout: `1 records: 1 would change, 0 delivered events more are counted.\n${change}`,
      stderr: 'Nothing was changed: repeat with --yes.\n',
    });
    expect((await run('running', 'show', KEY)).stdout).toContain('redemptions 1\n');
    expect(await run('running', 'rebuild', '--yes')).toMatchObject({
      code: 0,
      stdout: `1 records: 1 changed, 0 delivered events more are counted.\n${change}`,
    });
    expect((await run('running', 'show', KEY)).stdout).toContain('redemptions 2\n');
  });

  it('refuses to make a value less unless it is told to', async () => {
    const { run, db } = await place();
    await db.query(`update {schema}.lanes set running = jsonb_set(running, '{redemptions,value}', '"9"')`);
    const refused = await run('running', 'rebuild', '--yes', '--record', KEY);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toContain('1 left as they are, for the reasons below.');
    expect(refused.stdout).toContain('(lower: only with --allow-lower)');
    expect((await run('running', 'rebuild', '--yes', '--allow-lower')).code).toBe(0);
    expect((await run('running', 'show', KEY)).stdout).toContain('redemptions 2\n');
  });
});
