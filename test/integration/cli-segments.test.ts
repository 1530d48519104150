import { expect, it, onTestFinished } from 'vitest';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli, folderWith } from '../support/run-cli.ts';

const CONFIG = `
import { contactByEmail, defineConfig, defineEvent } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  events: {
    seen: defineEvent({ payload: z.object({ email: z.string() }), record: ({ email }) => contactByEmail(email), effects: () => [] }),
  },
  mirror: {
    objects: { contacts: {} },
    segments: {
      customers: { rule: { property: 'lifecyclestage', is: 'customer' } },
      reachable: { rule: { all: [{ segment: 'customers' }, { property: 'email', known: true }] } },
    },
  },
});
`;

async function place() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const cwd = await folderWith({ 'spoke.config.ts': CONFIG });
  const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
  return { db: database.db, run: (...args: string[]) => cli(['segments', ...args], { cwd, env }) };
}

describePostgres('spoke segments', () => {
  it('evaluates, lists, and says who joined and left', async () => {
    const { db, run } = await place();
    expect((await run()).stdout).toBe(
      'There is no segment: name one under `mirror.segments` in spoke.config.ts, then `spoke segments evaluate`.\n',
    );
    expect((await run('changes')).stdout).toBe('Nobody has joined or left.\n');
    await writeRecords(
      db,
      [
        {
          id: '1',
          properties: { lifecyclestage: 'customer', email: 'ada@example.com' },
          updatedAt: '2026-01-01T00:00:00Z',
        },
        { id: '2', properties: { lifecyclestage: 'customer' }, updatedAt: '2026-01-01T00:00:00Z' },
      ],
      { objectType: 'contacts', readAt: new Date() },
    );
    expect(await run('evaluate')).toEqual({
      code: 0,
      stdout:
        'customers: 2 (2 joined, 0 left; all records looked at)\nreachable: 1 (1 joined, 0 left; all records looked at)\n',
      stderr: '',
    });
    expect((await run('evaluate', 'customers')).stdout).toBe(
      'customers: 2 (0 joined, 0 left; changed records looked at)\n',
    );
    const { stdout } = await run('list', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      segments: [
        { name: 'customers', objectType: 'contacts', size: 2, error: null },
        { name: 'reachable', objectType: 'contacts', size: 1, error: null },
      ],
    });
    expect((await run()).stdout).toMatch(
      /^customers: 2 contacts, as of \S+Z\nreachable: 1 contacts, as of \S+Z\n$/,
    );
    expect((await run('changes')).stdout).toBe('Nobody has joined or left.\n');
    await writeRecords(
      db,
      [
        {
          id: '2',
          properties: { lifecyclestage: 'customer', email: 'bo@example.com' },
          updatedAt: '2026-01-02T00:00:00Z',
        },
      ],
      { objectType: 'contacts', readAt: new Date() },
    );
    expect((await run('evaluate')).stdout).toBe(
      'customers: 2 (0 joined, 0 left; changed records looked at)\nreachable: 2 (1 joined, 0 left; all records looked at)\n',
    );
    expect((await run('changes', 'reachable')).stdout).toMatch(/^\S+Z 2 joined reachable\n$/);
    expect(JSON.parse((await run('changes', '--limit', '2', '--json')).stdout)).toMatchObject({
      changes: [{ segment: 'reachable', recordId: '2', joined: true }],
    });
  });

  it('says which segment the config does not have, and what cannot be evaluated', async () => {
    const { db, run } = await place();
    expect(await run('evaluate', 'costumers')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The config has no segment costumers: it has customers, reachable.'),
    });
    expect(await run('changes', 'customer')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no segment "customer": there is none.'),
    });
    await db.query(
      `insert into {schema}.mirror_properties values ('contacts', 'email', 'string', '{}', now())`,
    );
    expect(await run('evaluate')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        'customers: not evaluated, still 0: rule.property: The portal has no property lifecyclestage.',
      ),
    });
    expect((await run()).stdout).toContain(
      '(not up to date: rule.property: The portal has no property lifecyclestage.)',
    );
    expect((await run('changes', 'customer')).stderr).toContain(
      'There is no segment "customer": there is customers, reachable. Did you mean customers?',
    );
  });
});
