import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { describePostgres, testDatabase } from '../../test/support/database.ts';
import { cli, folderWith, startCli } from '../../test/support/run-cli.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { type MadeLead, makeLeads } from './leads.ts';

const CONFIG = fileURLToPath(new URL('./spoke.config.ts', import.meta.url));
const LEADS = 600;
const PEOPLE = 80;
const SEED = 20_261;
const LIMIT_MS = 120_000;

/** Through the command line as a user would: the file into the outbox, then a worker. */
async function run(leads: readonly MadeLead[], faults: Parameters<Simulator['setFaults']>[0] = []) {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const simulator = await startSimulator({ limits: 'none', faults });
  onTestFinished(() => simulator.stop());
  const cwd = await folderWith({ 'leads.ndjson': leads.map(({ line }) => JSON.stringify(line)).join('\n') });
  const env = {
    DATABASE_URL: database.url,
    SPOKE_SCHEMA: database.schema,
    SPOKE_CONFIG: CONFIG,
    SPOKE_LOG_LEVEL: 'error',
    SPOKE_POLL_INTERVAL: '0.2',
    SPOKE_LEASE: '4',
    SPOKE_SETTLE: '0.6',
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
    HUBSPOT_TIMEOUT: '1',
    HUBSPOT_RETRY_DELAY: '20',
    HUBSPOT_RATE_LIMIT: '1000',
    HUBSPOT_CB_THRESHOLD: '1000',
    // Small claims make many calls, and faults something to hit.
    SPOKE_CLAIM_LANES: '10',
    SPOKE_CLAIM_EVENTS: '3',
  };
  const imported = await cli(['track', '--file', 'leads.ndjson', '--json'], { cwd, env });
  const worker = startCli(['start'], { cwd, env });
  const waiting = `select e.id, e.attempt_count, e.last_error_code, l.ready_at, l.leased_by, l.failures
    from {schema}.outbox_events e left join {schema}.lanes l on l.id = e.lane_id where e.processed_at is null limit 5`;
  await waitFor(async () => (await database.db.query(waiting)).length === 0, {
    timeout: LIMIT_MS,
    interval: 50,
    what: 'every event to be delivered',
  }).catch(async (error: unknown) => {
    const rows = JSON.stringify(await database.db.query(waiting));
    throw new Error(`still waiting: ${rows}; worker: ${(await worker.stop()).stderr.slice(-2_000)}`, {
      cause: error,
    });
  });
  expect((await worker.stop()).code).toBe(0);
  const states = await database.db.query(
    'select state, count(*) as events from {schema}.outbox_events group by state',
  );
  return { simulator, states, imported: { code: imported.code, ...JSON.parse(imported.stdout) } };
}

const isNew = ({ repeated }: MadeLead) => !repeated;
const isUsable = ({ address }: MadeLead) => address !== null;

/** What each contact has to hold: the last value that was not empty. */
function expectedContacts(leads: readonly MadeLead[]) {
  const contacts = new Map<string, Record<string, string>>();
  for (const { address, line } of leads.filter(isNew)) {
    if (address === null) continue;
    const { firstname, phone, country, company } = line.payload;
    const given = Object.entries({ firstname, phone, country, company }).flatMap(([name, value]) =>
      value ? [[name, value] as const] : [],
    );
    contacts.set(address, { ...contacts.get(address), ...Object.fromEntries(given) });
  }
  return contacts;
}

function expectPortal(simulator: Simulator, leads: readonly MadeLead[]): void {
  const held = simulator.records('contacts').map(({ properties }) => {
    const names = ['firstname', 'phone', 'country', 'company'];
    const values = names.flatMap((name) => (properties[name] ? [[name, properties[name]]] : []));
    return [properties.email, Object.fromEntries(values)] as const;
  });
  expect(held).toHaveLength(new Set(held.map(([email]) => email)).size);
  expect(new Map(held)).toEqual(expectedContacts(leads));
  const emails = new Map(simulator.records('contacts').map(({ id, properties }) => [id, properties.email]));
  const noted = simulator.records('notes').map(({ properties, associations }) => {
    const owners = (associations.contacts ?? []).map(({ id }) => emails.get(id));
    return `${/Lead (L-\d+)</.exec(properties.hs_note_body ?? '')?.[1]} of ${owners.join()}`;
  });
  const wanted = leads
    .filter(isNew)
    .filter(isUsable)
    .map(({ address, line }) => `${line.payload.lead_id} of ${address}`);
  expect(noted.sort()).toEqual(wanted.sort());
}

describePostgres('lead-import', { timeout: 2 * LIMIT_MS }, () => {
  it('brings every usable lead to the portal and names each line that it cannot use', async () => {
    const leads = makeLeads(LEADS, PEOPLE, SEED);
    const { simulator, states, imported } = await run(leads);
    const unusable = leads.flatMap(({ address }, index) => (address === null ? [index + 1] : []));
    const recorded = leads.filter(isNew).filter(isUsable).length;
    expect(unusable.length).toBeGreaterThan(5);
    expect(imported).toMatchObject({
      code: 1,
      lines: LEADS,
      recorded,
      repeated: LEADS - recorded - unusable.length,
      refused: unusable.length,
      complete: true,
    });
    expect(
      imported.refusals.map(({ line }: { line: number }) => line).sort((a: number, b: number) => a - b),
    ).toEqual(unusable);
    expect(new Set(imported.refusals.map(({ code }: { code: string }) => code))).toEqual(
      new Set(['EMAIL_UNUSABLE']),
    );
    expect(states).toEqual([{ state: 'delivered', events: recorded }]);
    expectPortal(simulator, leads);
  });

  it('leaves the same portal when every fifth answer is lost after its write', async () => {
    const leads = makeLeads(LEADS, PEOPLE, SEED + 1);
    const { simulator } = await run(leads, [
      { at: 'after-apply', do: 'reset', probability: 0.1 },
      { at: 'after-apply', do: 'status', status: 502, probability: 0.1 },
    ]);
    expect(simulator.faults().reduce((hits, fault) => hits + fault.hits, 0)).toBeGreaterThan(5);
    expectPortal(simulator, leads);
  });
});
