import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { beginWriting, insertUpload, markStored } from '../../src/uploads/upload-rows.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli, folderWith } from '../support/run-cli.ts';

const PROFILE = {
  kind: 'csv',
  rows: 3,
  columns: [
    { name: 'age', type: 'integer', missingRate: 0.25, oddRate: 0, distinct: 2, distinctIsExact: true },
  ],
  duplicateRate: 0,
  raggedRows: 0,
  score: 0.9,
  parts: { completeness: 1, consistency: 1, uniqueness: 1, structure: 1 },
  summary: 'CSV with 3 rows.',
};

/** Two files: the older one is ready, the newer one refused. */
async function place() {
  const { db, url, schema, drop } = await testDatabase();
  onTestFinished(drop);
  const [ready, refused] = [randomUUID(), randomUUID()];
  for (const [id, name] of [
    [ready, 'people.csv'],
    [refused, 'page.csv\u001b[31m'],
  ] as const) {
    await insertUpload(db, { id, token: 'token', name, kind: 'csv', size: 8, seconds: 60 });
    await markStored(db, id, (await beginWriting(db, id, 60)) ?? '');
  }
  await db.query(
    `update {schema}.uploads set state = 'ready', profile = $2::jsonb where id = $1::text::uuid`,
    [ready, JSON.stringify(PROFILE)],
  );
  await db.query(
    `update {schema}.uploads set state = 'refused', reason = 'No rows.' where id = $1::text::uuid`,
    [refused],
  );
  const env = { DATABASE_URL: url, SPOKE_SCHEMA: schema };
  const cwd = await folderWith({});
  return { db, ready, refused, run: (...args: string[]) => cli(args, { cwd, env }) };
}

describePostgres('spoke uploads', () => {
  it('lists the newest first, and those of one state', async () => {
    const { ready, refused, run } = await place();
    expect((await run('uploads', 'list')).stdout.split('\n')).toEqual([
      expect.stringMatching(/^id +state +asked for +kind +bytes +score +submission +event +name$/),
      expect.stringMatching(new RegExp(`^${refused} +refused .* csv +8 +page.csv`)),
      expect.stringMatching(new RegExp(`^${ready} +ready .* csv +8 +0.90 +people.csv$`)),
      '',
    ]);
    expect((await run('uploads', 'list')).stdout).not.toContain('\u001b');
    const { stdout } = await run('uploads', 'list', '--state', 'ready', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ uploads: [{ id: ready, score: 0.9 }], more: false });
    expect((await run('uploads', 'list', '--limit', '1')).stdout).toContain('(the newest 1;');
    expect((await run('uploads', 'list', '--state', 'waiting')).stdout).toBe('No uploads.\n');
  });

  it('shows what one holds, and why one was refused', async () => {
    const { ready, refused, run } = await place();
    const { stdout } = await run('uploads', 'show', ready);
    for (const part of [`Upload ${ready}`, 'CSV with 3 rows.', 'age', 'integer', '25.0 %'])
      expect(stdout).toContain(part);
    expect((await run('uploads', 'show', refused)).stdout).toMatch(/reason +No rows\./);
    expect(JSON.parse((await run('uploads', 'show', ready, '--json')).stdout)).toMatchObject({
      id: ready,
      profile: { rows: 3 },
    });
  });

  it('deletes one with --yes, and leaves its bytes to a running process', async () => {
    const { db, ready, run } = await place();
    expect((await run('uploads', 'delete', ready)).code).toBe(5);
    expect(await run('uploads', 'delete', ready, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Deleted\./),
    });
    expect((await run('uploads', 'show', ready)).code).toBe(1);
    expect(await db.query('select id from {schema}.upload_removals')).toEqual([{ id: ready }]);
  });

  it.each([
    [['uploads', 'show', 'x'], 'UPLOAD_NOT_FOUND'],
    [['uploads', 'delete', 'x', '--yes'], 'UPLOAD_NOT_FOUND'],
    [['uploads', 'list', '--state', 'read'], 'Did you mean ready?'],
  ])('refuses %j', async (args, message) => {
    const { run } = await place();
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
  });
});
