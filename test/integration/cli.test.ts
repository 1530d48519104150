// Over 400 lines: one block a command, all over the same console, database and simulator.

import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../simulator/index.ts';
import { silentLogger } from '../../src/log.ts';
import { createSpoke } from '../../src/spoke.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { cli, folderWith, startCli } from '../support/run-cli.ts';
import { waitFor } from '../support/wait-for.ts';

const CONFIG = `
import { contactByEmail, defineConfig, defineEvent, note, upsertContact } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  events: {
    signed_up: defineEvent({
      payload: z.object({ email: z.string(), firstname: z.string() }),
      record: ({ email }) => contactByEmail(email),
      effects: ({ email, firstname }) => [
        upsertContact(contactByEmail(email), { firstname }),
        note(contactByEmail(email), { text: 'Signed up' }),
      ],
      sample: { email: 'ada@example.com', firstname: 'Ada' },
    }),
  },
});
`;
const ADA = '{"email":"ada@example.com","firstname":"Ada"}';
const line = (email: string, idempotencyKey: string) =>
  JSON.stringify({ type: 'signed_up', payload: { email, firstname: 'Ada' }, idempotencyKey });

/** A migrated database, a folder with a config, and the environment that names them. */
async function place(options: { migrated?: boolean } = {}) {
  const database = await testDatabase(options);
  onTestFinished(() => database.drop());
  const cwd = await folderWith({ 'spoke.config.ts': CONFIG });
  const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
  const rows = (sql: string) => database.db.query(sql);
  return { cwd, env, rows, database };
}

/** The same with a portal and live delivery. */
async function livePlace() {
  const simulator = await startSimulator({ limits: 'none' });
  onTestFinished(() => simulator.stop());
  const there = await place();
  const env = {
    ...there.env,
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_PORTAL_ID: String(simulator.portalId),
    HUBSPOT_PRIVATE_APP_TOKEN: simulator.token,
    SPOKE_POLL_INTERVAL: '0.2',
  };
  return { ...there, env, simulator };
}

describe('the command line', () => {
  it('prints help on stdout when asked and on stderr when nothing was asked', async () => {
    expect(await cli(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: spoke'),
      stderr: '',
    });
    expect(await cli([])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage: spoke'),
    });
  });

  it.each([
    [['nope'], "unknown command 'nope'. See spoke --help."],
    [['migrate', '--prnt'], "unknown option '--prnt'. Did you mean --print? See spoke migrate --help."],
    [['events', 'show'], "missing required argument 'id'. See spoke events show --help."],
    [['events', 'show', 'x'], 'ID must be a whole number of at least 1, was "x".'],
    [['events', 'list', '--limit', '0'], '--limit must be a whole number from 1 to 10000, was "0".'],
    [['events', 'list', '--state', 'ded'], 'was "ded". Did you mean dead?'],
    [['events', 'list', '--since', 'yesterday'], '--since must be an ISO 8601 time'],
    [['keys', 'create', '--name', 'x', '--scope', 'event:read'], 'Did you mean events:read?'],
    [['keys', 'create', '--name', ' ', '--scope', 'events:read'], '--name must have 1 to 90 characters.'],
    [['redrive', 'start'], 'Name ids, give a filter such as --type or --code, or say --all.'],
    [['redrive', 'preview', '--all', '--state', 'pending'], '--all means every event'],
    [['redrive', 'preview', '--state', 'deed'], 'must be one of'],
    [['redrive', 'start', '--all', '--mode', 'new'], '--mode must be one of anew, as-sent, was "new".'],
    [['redrive', 'start', '--all', '--limit', '0'], '--limit must be a whole number'],
    [['events', 'cancel', '--all', '7'], '--all means every event'],
    [['track'], 'Give TYPE and JSON, or --file FILE.'],
    [['track', 'signed_up', ADA, '--file', '-'], 'not both'],
    [['track', 'signed_up', ADA, '--priority', 'bulky'], 'Did you mean bulk?'],
    [['track', '--file', '-', '--idempotency-key', 'k'], 'stand in the lines'],
    [['track', '--file', 'missing.ndjson'], 'cannot be read'],
    [['track', '--file', '/tmp'], 'cannot be read'],
    [['smoke', '--timeout', '0'], '--timeout must be a whole number from 1 to 3600'],
    [['demo', '--events', '5'], '--events goes with --once.'],
    [['demo', '--once', '--events', '0'], '--events must be a whole number from 1 to 100000'],
    [['simulator', '--port', '70000'], '--port must be a whole number from 0 to 65535'],
    [['simulator', '--limits', 'non'], 'Did you mean none?'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('USAGE_INVALID: ');
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('gives errors as one object on stdout with --json', async () => {
    expect(await cli(['nope', '--json'])).toEqual({
      code: 2,
      stdout: '{"error":{"code":"USAGE_INVALID","message":"unknown command \'nope\'. See spoke --help."}}\n',
      stderr: '',
    });
    const env = { HUBSPOT_ENABLD: 'true' };
    const { code, stdout, stderr } = await cli(['events', 'list', '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'CONFIG_INVALID', facts: { problems: [{ name: 'HUBSPOT_ENABLD' }] } },
    });
  });

  it.each(['start', 'smoke', 'track'])('%s names a config that is missing or broken', async (command) => {
    const args = command === 'track' ? ['track', 'signed_up', ADA] : [command];
    const empty = await folderWith({ 'package.json': '{}' });
    expect(await cli(args, { cwd: empty })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CONFIG_NOT_FOUND: '),
    });
    const broken = await folderWith({ 'spoke.config.ts': 'export default {' });
    expect(await cli(args, { cwd: broken })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CONFIG_LOAD_FAILED: '),
    });
  });

  it('ends with 4 when the database cannot be reached', async () => {
    const env = { DATABASE_URL: `postgres://127.0.0.1:${await freePort()}/app` };
    const { code, stderr } = await cli(['events', 'list'], { env });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^DATABASE_UNREACHABLE: /);
  });
});

describePostgres('commands on a database', () => {
  it('migrate creates the tables once', async () => {
    const { env } = await place({ migrated: false });
    expect(await cli(['events', 'list'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('DATABASE_NOT_MIGRATED: '),
    });
    const first = await cli(['migrate'], { env });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(`Applied to the schema "${env.SPOKE_SCHEMA}":\n  0001-outbox\n`);
    expect(await cli(['migrate', '--json'], { env })).toEqual({
      code: 0,
      stdout: `{"schema":"${env.SPOKE_SCHEMA}","applied":[]}\n`,
      stderr: '',
    });
  });

  it('migrate --print prints what psql can run, without a database', async () => {
    const { code, stdout } = await cli(['migrate', '--print'], { env: { SPOKE_SCHEMA: 'crm' } });
    expect(code).toBe(0);
    expect(stdout).toContain('create table "crm".outbox_events');
  });

  it('refuses a database that a newer version has migrated', async () => {
    const { env, rows } = await place();
    await rows(`insert into {schema}.migrations (version, name, checksum) values (9999, 'future', 'x')`);
    expect(await cli(['events', 'list'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('DATABASE_NEWER: '),
    });
  });

  it('track records an event once under its key', async () => {
    const { cwd, env, rows } = await place();
    const args = [
      'track',
      'signed_up',
      ADA,
      '--idempotency-key',
      'k1',
      '--occurred-at',
      '2026-10-01T09:00:00Z',
    ];
    expect(await cli(args, { cwd, env })).toEqual({ code: 0, stdout: 'Event 1 recorded.\n', stderr: '' });
    expect(await cli([...args, '--json'], { cwd, env })).toEqual({
      code: 0,
      stdout: '{"status":"repeated","id":1}\n',
      stderr: '',
    });
    expect(await rows('select type, occurred_at from {schema}.outbox_events')).toEqual([
      { type: 'signed_up', occurred_at: new Date('2026-10-01T09:00:00Z') },
    ]);
  });

  it.each([
    ['signed_upp', ADA, 'EVENT_TYPE_UNKNOWN'],
    ['signed_up', '{"email":1}', 'EVENT_PAYLOAD_INVALID'],
    ['signed_up', '{bad', 'OUTBOX_PAYLOAD_INVALID'],
  ])('track %s %s is refused as %s', async (type, payload, code) => {
    const { cwd, env, rows } = await place();
    expect(await cli(['track', type, payload], { cwd, env })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`${code}: `),
    });
    const json = await cli(['track', type, payload, '--json'], { cwd, env });
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'refused', code });
    expect(await rows('select id from {schema}.outbox_events')).toEqual([]);
  });

  it('track --file tells the number and reason of each refused line, and records the others', async () => {
    const { cwd, env, rows } = await place();
    const input = [line('a@example.com', 'k1'), 'nope', line('nobody', 'k2'), line('b@example.com', 'k3')];
    const result = await cli(['track', '--file', '-'], { cwd, env, input: `${input.join('\n')}\n` });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^4 lines: 2 recorded, 0 repeated, 2 refused, in [\d.]+ s\.\n$/);
    expect(result.stderr).toMatch(/^line 2: IMPORT_LINE_INVALID: .*\nline 3: EMAIL_UNUSABLE: .*\n$/);
    expect(await rows('select count(*) as events from {schema}.outbox_events')).toEqual([{ events: 2 }]);
  });

  it('track --file is done when nothing was refused, and the same again repeats', async () => {
    const { env } = await place();
    const text = `${line('a@example.com', 'k1')}\n${line('b@example.com', 'k2')}\n`;
    const cwd = await folderWith({ 'spoke.config.ts': CONFIG, 'events.ndjson': text });
    const args = ['track', '--file', 'events.ndjson', '--json'];
    expect(JSON.parse((await cli(args, { cwd, env })).stdout)).toMatchObject({ lines: 2, recorded: 2 });
    const again = await cli(args, { cwd, env });
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toEqual({
      lines: 2,
      recorded: 0,
      repeated: 2,
      refused: 0,
      refusals: [],
      complete: true,
    });
  });

  it('events list shows the newest first and says that there is more', async () => {
    const { env, database } = await place();
    await record(database, 3);
    const { code, stdout, stderr } = await cli(['events', 'list', '--limit', '2'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, first, second, more] = stdout.split('\n');
    expect(head).toMatch(/^id {2}type +state +tries {2}recorded +error$/);
    expect([first, second].map((row) => row?.split(/\s+/).slice(0, 4))).toEqual([
      ['3', 'signed_up', 'pending', '0'],
      ['2', 'signed_up', 'pending', '0'],
    ]);
    expect(more).toBe('(the newest 2; --limit shows more)');
    const json = JSON.parse((await cli(['events', 'list', '--limit', '3', '--json'], { env })).stdout);
    expect(json).toMatchObject({ events: [{ id: 3 }, { id: 2 }, { id: 1 }], more: false });
  });

  it('events show prints one event, and nothing that moves the cursor', async () => {
    const { env, database, rows } = await place();
    await record(database, 1);
    await rows(
      `update {schema}.outbox_events set last_error_code = 'X', last_error = 'bad ' || chr(27) || '[2J' || chr(8238) || 'end'`,
    );
    const { code, stdout } = await cli(['events', 'show', '1'], { env });
    expect(code).toBe(0);
    expect(stdout).toContain('last error       X: bad �[2J�end\n');
    expect(await cli(['events', 'show', '2', '--json'], { env })).toEqual({
      code: 1,
      stdout: '{"error":{"code":"EVENT_NOT_FOUND","message":"There is no event 2."}}\n',
      stderr: '',
    });
  });

  it('events cancel says how many, and does it with --yes only', async () => {
    const { env, database, rows } = await place();
    await record(database, 2);
    const states = () => rows('select state from {schema}.outbox_events order by id');
    expect(await cli(['events', 'cancel', '--all'], { env })).toEqual({
      code: 5,
      stdout: '2 events would be cancelled.\n',
      stderr: 'Nothing was changed: repeat with --yes.\n',
    });
    expect(await states()).toEqual([{ state: 'pending' }, { state: 'pending' }]);
    expect(await cli(['events', 'cancel', '--all', '--yes'], { env })).toMatchObject({
      code: 0,
      stdout: '2 events cancelled.\n',
    });
  });

  it('redrive previews, puts back with --yes only, and is followed and ended by its id', async () => {
    const { env, database, rows } = await place();
    await record(database, 3);
    await cli(['events', 'cancel', '--all', '--yes'], { env });
    const preview = await cli(['redrive', 'preview', '--state', 'cancelled'], { env });
    expect(preview).toMatchObject({ code: 0, stderr: '' });
    expect(preview.stdout).toContain('3 events of 3 records would be put back.');
    const asked = await cli(['redrive', 'start', '--state', 'cancelled', '--limit', '2'], { env });
    expect(asked).toMatchObject({ code: 5, stderr: 'Nothing was changed: repeat with --yes.\n' });
    expect(asked.stdout).toContain('2 events of 2 records');
    expect(await rows('select id from {schema}.redrives')).toEqual([]);
    const args = ['redrive', 'start', '--state', 'cancelled', '--limit', '2', '--yes', '--json'];
    const started = await cli(args, { env: { ...env, USER: 'ada' } });
    expect(started.code).toBe(0);
    expect(JSON.parse(started.stdout)).toMatchObject({
      id: 1,
      state: 'done',
      moved: 2,
      priority: 9,
      requestedBy: 'cli (ada)',
      events: { waiting: 2 },
    });
    expect(await rows('select state from {schema}.outbox_events order by id')).toEqual([
      { state: 'pending' },
      { state: 'pending' },
      { state: 'cancelled' },
    ]);
    expect((await cli(['redrive', 'status', '1'], { env })).stdout).toMatch(/put back +2 of 2 \(anew\)/);
    expect((await cli(['redrive', 'status'], { env })).stdout).toMatch(/^id +state .*\n1 +done +2\/2 /);
    // Too late: it has put everything back.
    expect(await cli(['redrive', 'abort', '1', '--json'], { env })).toMatchObject({ code: 1 });
    expect(await cli(['redrive', 'status', '9'], { env })).toMatchObject({
      code: 1,
      stderr: 'REDRIVE_NOT_FOUND: There is no redrive 9.\n',
    });
  });

  it('redrive estimates by the mapping where there is a config', async () => {
    const { cwd, env, database } = await place();
    await record(database, 2);
    await cli(['events', 'cancel', '--all', '--yes'], { env });
    const { stdout } = await cli(['redrive', 'preview', '1', '2', '--json'], { cwd, env });
    // One batch of contacts and one of notes.
    expect(JSON.parse(stdout)).toMatchObject({ total: 2, estimate: { calls: 2, basis: 'mapping' } });
  });

  it('keys are shown once, listed without their secret, and revoked', async () => {
    const { env } = await place();
    const made = await cli(
      ['keys', 'create', '--name', 'support', '--scope', 'events:read', 'redrive:write'],
      {
        env,
      },
    );
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('it is not shown again') });
    const [, id = '', secret = ''] = /^spk_([0-9a-f]{12})_([\w-]{43})\n$/.exec(made.stdout) ?? [];
    const listed = await cli(['keys', 'list'], { env });
    expect(listed.stdout).toMatch(new RegExp(`${id} +support +events:read redrive:write .* never`));
    expect(listed.stdout).not.toContain(secret);
    expect(await cli(['keys', 'revoke', id], { env })).toMatchObject({
      code: 0,
      stdout: `Key ${id} of support is revoked.\n`,
    });
    expect(await cli(['keys', 'revoke', 'nobody'], { env })).toMatchObject({
      code: 1,
      stderr: 'API_KEY_NOT_FOUND: There is no API key "nobody".\n',
    });
  });

  it('redrive of what is not there is done for a filter and failed for an id', async () => {
    const { env } = await place();
    expect(await cli(['redrive', 'start', '--code', 'X', '--yes'], { env })).toMatchObject({ code: 0 });
    expect(await cli(['redrive', 'start', '7', '--yes'], { env })).toMatchObject({ code: 1 });
  });
});

describePostgres('start and smoke', () => {
  it('start serves the HTTP API where it has a port', async () => {
    const { cwd, env } = await place();
    const port = await freePort();
    const running = startCli(['start'], { cwd, env: { ...env, SPOKE_HTTP_PORT: String(port) } });
    await running.says('the HTTP API listens');
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(await running.stop()).toMatchObject({ code: 0 });
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
  });

  it('start delivers until it is stopped', async () => {
    const { cwd, env, simulator, rows } = await livePlace();
    await cli(['track', 'signed_up', ADA], { cwd, env });
    const running = startCli(['start'], { cwd, env });
    await waitFor(
      async () =>
        (await rows('select 1 from {schema}.outbox_events where processed_at is not null')).length === 1,
      {
        timeout: 30_000,
      },
    );
    const { code, stdout, stderr } = await running.stop();
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text).msg),
    ).toEqual(['spoke started (live)', 'spoke is stopping: calls in flight are finished', 'spoke stopped']);
    expect(simulator.records('contacts').map(({ properties }) => properties.email)).toEqual([
      'ada@example.com',
    ]);
  });

  it.each([
    [{}, 'disabled', 'HUBSPOT_ENABLED is false'],
    [{ HUBSPOT_ENABLED: 'true' }, 'dry-run', '[DRY-RUN]'],
  ])('start with %j sends nothing (%s)', async (switches, mode, notice) => {
    const { cwd, env } = await place();
    const running = startCli(['start'], { cwd, env: { ...env, ...switches } });
    await running.says(`spoke started (${mode})`);
    await running.says(notice);
    expect((await running.stop()).code).toBe(0);
  });

  it('start refuses a token of another portal', async () => {
    const { cwd, env } = await livePlace();
    expect(await cli(['start'], { cwd, env: { ...env, HUBSPOT_PORTAL_ID: '1' } })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('PORTAL_MISMATCH: '),
    });
  });

  it('smoke says that its event arrived', async () => {
    const { cwd, env, simulator } = await livePlace();
    const { code, stdout } = await cli(['smoke'], { cwd, env });
    const [contact] = simulator.records('contacts');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^Event 1 \\(signed_up\\) arrived in [\\d.]+ s: contact ${contact?.id} of portal ${simulator.portalId}\\.\\n$`,
      ),
    );
  });

  it('smoke says why its event did not arrive', async () => {
    const { cwd, env, simulator } = await livePlace();
    simulator.setFaults([
      { match: { path: '/contacts/batch/upsert' }, at: 'before', do: 'status', status: 400 },
    ]);
    const { code, stdout } = await cli(['smoke', '--json'], { cwd, env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ event: 1, arrived: false, hubspotId: null });
    expect(JSON.parse(stdout).problem).toMatch(/^HUBSPOT_/);
  });

  it('smoke ends with 4 when HubSpot cannot be reached', async () => {
    const { cwd, env } = await livePlace();
    const away = { ...env, HUBSPOT_API_URL: `http://127.0.0.1:${await freePort()}` };
    const { code, stderr } = await cli(['smoke', '--timeout', '1'], { cwd, env: away });
    expect(code).toBe(4);
    expect(stderr).toContain('did not arrive: it still waits (HubSpot could not be reached)');
  });

  it('smoke without live delivery shows what would be sent and is no success', async () => {
    const { cwd, env, rows } = await place();
    const { code, stdout } = await cli(['smoke', '--json'], { cwd, env });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'signed_up',
      arrived: false,
      dryRun: { problems: [], effects: [{ kind: 'contact.upsert' }, { kind: 'activity.create' }] },
    });
    expect(await rows('select id from {schema}.outbox_events')).toEqual([]);
  });

  it.each([
    [['smoke', 'signed_upp'], 'Did you mean signed_up?'],
    [['smoke', '--payload', '{'], '--payload is not JSON.'],
  ])('%j is a wrong command line', async (args, message) => {
    const cwd = await folderWith({ 'spoke.config.ts': CONFIG });
    expect(await cli(args, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('simulator and demo', () => {
  it('simulator tells its address, answers, and stops', async () => {
    const running = startCli(['simulator', '--port', '0', '--json']);
    await running.says('"url"');
    const again = startCli(['simulator', '--port', '0']);
    await again.says('HUBSPOT_API_URL=');
    const { code, stdout } = await running.stop();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      portalId: 12_345_678,
      url: expect.stringContaining('http://'),
    });
  });

  it('simulator fills a portal, keeps it in a file, and does not fill it again', async () => {
    const file = join(await folderWith({}), 'portal.ndjson');
    const args = ['simulator', '--port', '0', '--json', '--state', file, '--contacts', '20'];
    for (const _ of ['made up', 'read back']) {
      const running = startCli(args);
      await running.says('"url"');
      const { url } = JSON.parse(running.said()) as { url: string };
      const answer = await fetch(`${url}/_simulator/state`);
      expect(await answer.json()).toMatchObject({
        counts: { contacts: { live: 20 }, companies: { live: 3 }, deals: { live: 2 } },
      });
      expect((await running.stop()).code).toBe(0);
    }
  });

  it('simulator takes switches, a lag of search, faults, a tier and webhooks', async () => {
    const file = join(await folderWith({ 'plan.json': '[{"id":"mine","do":"html"}]' }), 'plan.json');
    const running = startCli([
      ...['simulator', '--port', '0', '--json', '--tier', 'addon2', '--search-lag', '7'],
      ...['--switch', 'mergedId=primary', '--switch', 'retryAfterSeconds=3'],
      ...['--faults', file, '--fault-preset', 'outage'],
      ...['--webhook-url', 'https://a.example.com/hooks', '--client-secret', 'shh'],
    ]);
    await running.says('"url"');
    const { url } = JSON.parse(running.said()) as { url: string };
    expect(await (await fetch(`${url}/_simulator/state`)).json()).toMatchObject({
      limits: { daily: 3_000_000 },
      behaviour: { mergedId: 'primary', retryAfterSeconds: 3, searchLag: 7 },
      faults: [{ id: 'mine' }, { id: 'outage' }],
    });
    expect(await (await fetch(`${url}/_simulator/webhooks`)).json()).toMatchObject({
      apps: [{ appId: 1_001, targetUrl: 'https://a.example.com/hooks' }],
    });
    await running.stop();
  });

  it.each([
    [['--switch', 'mergedID=new'], 'Did you mean mergedId?'],
    [['--switch', 'mergedId=old'], 'The switch mergedId does not take "old"'],
    [['--switch', 'mergedId'], 'must be name=value'],
    [['--fault-preset', 'flakey'], 'Did you mean flaky?'],
    [['--faults', 'nowhere.json'], 'nowhere.json cannot be read'],
    [['--tier', 'gold'], '--tier must be one of free'],
    [['--webhook-url', 'ftp://a.example.com'], '--webhook-url must be an http or https address'],
    [['--client-secret', 'shh'], 'give --webhook-url too'],
    [['--contacts', 'many'], '--contacts must be a whole number'],
  ])('simulator %j is refused: %s', async (args, message) => {
    expect(await cli(['simulator', '--port', '0', ...args])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });

  it('simulator says when its port is taken', async () => {
    const simulator = await startSimulator();
    onTestFinished(() => simulator.stop());
    const { port } = new URL(simulator.url);
    expect(await cli(['simulator', '--port', port])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`The port ${port} is taken`),
    });
  });

  it('demo --once --json delivers everything and prints one object', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await cli(['demo', '--once', '--events', '40', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ delivered: report.events, dead: 0, notes: report.events, http_429: 0 });
    // A driver's first redemption is two events in one transaction.
    expect([40, 41]).toContain(report.events);
    expect(report.deals).toBeGreaterThan(0);
    expect(Object.keys(report)).toEqual([
      'events',
      'delivered',
      'dead',
      'contacts',
      'companies',
      'deals',
      'notes',
      'calls',
      'http_429',
      'first_delivered_seconds',
      'seconds',
    ]);
  });

  it('demo ends with a summary when it is stopped', { timeout: 120_000 }, async () => {
    const running = startCli(['demo']);
    await running.says('delivered');
    const { code, stdout } = await running.stop();
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nEvents {3}\d+ recorded, \d+ delivered, 0 dead/);
  });
});

async function record(database: Awaited<ReturnType<typeof testDatabase>>, events: number): Promise<void> {
  const spoke = createSpoke({ schema: inject('testSchema'), log: silentLogger, strict: true });
  for (let n = 1; n <= events; n += 1)
    await spoke.track(database.db, 'signed_up', { email: `user${n}@example.com`, firstname: 'Ada' });
}
