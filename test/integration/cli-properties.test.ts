import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli, folderWith } from '../support/run-cli.ts';

const config = (portal: string, properties: string) => `
import { contactByEmail, defineConfig, defineEvent, upsertContact } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  portal: ${portal},
  events: {
    signed_up: defineEvent({
      payload: z.object({ email: z.string() }),
      record: ({ email }) => contactByEmail(email),
      effects: ({ email }) => [upsertContact(contactByEmail(email), ${properties})],
      sample: { email: 'ada@example.com' },
    }),
  },
});
`;
const PORTAL = "{ properties: { contacts: ['driver_id', { name: 'plan', options: ['free', 'pro'] }] } }";

/** A portal of its own, and a folder with a config that wants something of it. Nothing is sent live. */
async function place(portal = PORTAL, properties = "{ driver_id: 'd-1' }") {
  const [simulator, database] = [await startSimulator({ limits: 'none' }), await testDatabase()];
  onTestFinished(async () => {
    await simulator.stop();
    await database.drop();
  });
  const cwd = await folderWith({ 'spoke.config.ts': config(portal, properties) });
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
  };
  const run = (...args: string[]) => cli(['properties', ...args], { cwd, env });
  return { simulator, database, env, cwd, run };
}

describePostgres('spoke properties', () => {
  it('shows what is missing, wants --yes, creates it, and then finds nothing', async () => {
    const { run, simulator } = await place();
    const plan = [
      `Portal ${simulator.portalId} lacks 3 things that the config wants:`,
      '  +  contacts  group     spoke "Spoke"',
      '  +  contacts  property  driver_id "Driver id" (string, in spoke)',
      '  +  contacts  property  plan "Plan" (enumeration, in spoke): free, pro',
      '',
    ].join('\n');
    expect(await run('plan')).toEqual({
      code: 3,
      stdout: `${plan}\`spoke properties apply --yes\` creates what is missing; nothing is ever deleted or renamed.\n`,
      stderr: '',
    });
    expect(await run('apply')).toEqual({
      code: 5,
      stdout: plan,
      stderr: 'Nothing was changed: repeat with --yes.\n',
    });
    const applied = await run('apply', '--yes');
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout).toMatch(/: 3 of 3 changes made\.\n {2}\+ {2}contacts {2}group .* made\n/);
    const done = {
      code: 0,
      stdout: `Portal ${simulator.portalId} has all that the config wants.\n`,
      stderr: '',
    };
    expect(await run('plan')).toEqual(done);
    expect(await run('apply')).toEqual(done);
  });

  it('prints one object with --json', async () => {
    const { run, simulator } = await place();
    const portalId = String(simulator.portalId);
    const plan = await run('plan', '--json');
    expect(plan).toMatchObject({ code: 3, stderr: '' });
    expect(JSON.parse(plan.stdout)).toMatchObject({
      portalId,
      changes: [{ kind: 'group.create' }, { kind: 'property.create' }, { kind: 'property.create' }],
      findings: [],
    });
    expect(await run('apply', '--json')).toEqual({ ...plan, code: 5 });
    const applied = await run('apply', '--yes', '--json');
    expect(JSON.parse(applied.stdout)).toMatchObject({
      portalId,
      steps: [{ outcome: 'applied' }, { outcome: 'applied' }, { outcome: 'applied' }],
      findings: [],
    });
  });

  it('ends with 3 for a sample that the portal would refuse, and names its event', async () => {
    const { run } = await place(PORTAL, "{ drivr_id: 'd-1', plan: 'gold' }");
    const { code, stdout } = await run('apply', '--yes');
    expect(code).toBe(3);
    expect(stdout).toContain('drivr_id is neither in the portal nor in the config. Did you mean driver_id?');
    expect(stdout).toContain('plan has no option "gold". Allowed: free, pro. (sample of signed_up)');
  });

  it('ends with 1 when HubSpot refuses a change', async () => {
    const { run, simulator } = await place();
    const refusal = { message: 'No such luck', category: 'VALIDATION_ERROR' };
    simulator.setFaults([
      {
        match: { method: 'POST', path: '/contacts(/batch/create)?$' },
        do: 'status',
        status: 400,
        body: refusal,
      },
    ]);
    const { code, stdout } = await run('apply', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('1 of 3 changes made.');
    expect(stdout).toContain('failed: HubSpot answered 400: No such luck');
  });

  it('ends with 2 and names the scope that the token lacks', async () => {
    const { run, simulator, env } = await place();
    simulator.addToken({ token: 'pat-reader', scopes: ['crm.objects.contacts.read'] });
    env.HUBSPOT_PRIVATE_APP_TOKEN = 'pat-reader';
    const { code, stdout } = await run('apply', '--yes');
    expect(code).toBe(2);
    expect(stdout).toContain('Stopped: HUBSPOT_FORBIDDEN: ');
    expect(stdout).toContain('grant it the scope crm.schemas.contacts.write.');
  });

  it('changes no other portal than the one that is meant', async () => {
    const { run, env, simulator, database } = await place();
    const { HUBSPOT_PORTAL_ID, ...without } = env;
    const anonymous = await cli(['properties', 'apply', '--yes'], {
      cwd: await folderWith({ 'spoke.config.ts': config(PORTAL, '{}') }),
      env: without,
    });
    expect(anonymous).toMatchObject({ code: 2, stderr: expect.stringContaining('Set HUBSPOT_PORTAL_ID') });
    env.HUBSPOT_PORTAL_ID = '7';
    expect(await run('apply', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PORTAL_MISMATCH: '),
    });
    env.HUBSPOT_PORTAL_ID = HUBSPOT_PORTAL_ID;
    await database.db.query('update {schema}.installation set portal_id = 7');
    expect(await run('apply', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PORTAL_CHANGED: '),
    });
    expect(simulator.journal().filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('leaves the schema free for whichever portal delivery is started with', async () => {
    const { run, database } = await place();
    await run('apply', '--yes');
    expect(await database.db.query('select portal_id from {schema}.installation')).toEqual([
      { portal_id: null },
    ]);
  });

  it('makes no call while the budget that it shares with workers is on hold', async () => {
    const { run, database, simulator } = await place();
    expect(await run('plan')).toMatchObject({ code: 3 });
    await database.db.query("update {schema}.gates set paused_until = clock_timestamp() + interval '1 hour'");
    const before = simulator.journal().length;
    expect(await run('apply', '--yes')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('not sent, held by paused'),
    });
    expect(simulator.journal()).toHaveLength(before);
  });

  it('says which variable is missing without a token', async () => {
    const { run, env } = await place();
    env.HUBSPOT_PRIVATE_APP_TOKEN = '';
    expect(await run('plan')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('set HUBSPOT_PRIVATE_APP_TOKEN'),
    });
  });
});

describe('a config', () => {
  it('with a wrong portal is refused before anything is asked', async () => {
    const cwd = await folderWith({ 'spoke.config.ts': config("{ properties: { contcats: ['a'] } }", '{}') });
    const { code, stderr } = await cli(['properties', 'plan'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('portal.properties.contcats: ');
    expect(stderr).toContain('Did you mean contacts?');
  });
});
