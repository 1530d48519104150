import { expect, it } from 'vitest';
import { cli, folderWith } from '../support/run-cli.ts';

const CONFIG = `
import { contactByEmail, defineConfig, defineEvent } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  writeBack: {
    leads: { table: 'app.leads', columns: { hubspotId: 'crm_id', error: false } },
    silent: { table: 'silent', columns: { hubspotId: false, status: false, syncedAt: false, error: false, attempts: false, lastAttemptAt: false } },
  },
  events: {
    lead: defineEvent({
      payload: z.object({ email: z.string() }),
      record: ({ email }) => contactByEmail(email),
      effects: () => [],
    }),
  },
});
`;

const USUAL = `alter table "leads"
  add column if not exists "hubspot_id" text,
  add column if not exists "hubspot_sync_status" text,
  add column if not exists "hubspot_synced_at" timestamptz,
  add column if not exists "hubspot_error" text,
  add column if not exists "hubspot_sync_attempts" integer,
  add column if not exists "last_hubspot_attempt_at" timestamptz;
`;
const OWN = `alter table "app"."leads"
  add column if not exists "crm_id" text,
  add column if not exists "hubspot_sync_status" text,
  add column if not exists "hubspot_synced_at" timestamptz,
  add column if not exists "hubspot_sync_attempts" integer,
  add column if not exists "last_hubspot_attempt_at" timestamptz;
`;

const run = async (args: readonly string[], config?: string) =>
  cli(['write-back', 'sql', ...args], {
    cwd: await folderWith(config === undefined ? {} : { 'spoke.config.ts': config }),
  });

it.each<[string, string[], string | undefined, string]>([
  ['the usual columns without a config', ['leads'], undefined, USUAL],
  ['the usual columns of a table that the config does not name', ['leads'], CONFIG, USUAL],
  ['the columns of the config for its table', ['app.leads'], CONFIG, OWN],
  ['the columns of the entry that is named', ['leads', '--name', 'leads'], CONFIG, OWN.replace('"app".', '')],
])('write-back sql prints %s', async (_, args, config, stdout) => {
  expect(await run(args, config)).toEqual({ code: 0, stdout, stderr: '' });
});

it('write-back sql --json prints one object', async () => {
  const { stdout } = await run(['app.leads', '--json'], CONFIG);
  expect(JSON.parse(stdout)).toEqual({
    table: 'app.leads',
    columns: {
      hubspotId: 'crm_id',
      status: 'hubspot_sync_status',
      syncedAt: 'hubspot_synced_at',
      attempts: 'hubspot_sync_attempts',
      lastAttemptAt: 'last_hubspot_attempt_at',
    },
    sql: OWN.trimEnd(),
  });
});

it.each<[string[], number, string]>([
  [['a.b.c'], 2, 'Name a table'],
  [['leads', '--name', 'leadz'], 2, 'no "leadz" under writeBack. Did you mean leads?'],
  [['silent'], 2, 'leaves out every column'],
  [['leads', '--config', 'nowhere.ts'], 2, 'nowhere.ts'],
])('write-back sql %j says what is wrong', async (args, code, message) => {
  const finished = await run(args, CONFIG);
  expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code, stdout: '' });
  expect(finished.stderr).toContain(message);
});

it('write-back sql --name needs a config', async () => {
  const { code, stderr } = await run(['leads', '--name', 'leads']);
  expect(code).toBe(2);
  expect(stderr).toContain('CONFIG_NOT_FOUND');
});
