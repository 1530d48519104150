import { expect, it, onTestFinished } from 'vitest';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli, folderWith } from '../support/run-cli.ts';
import { testWebsite } from '../support/website.ts';

const SPAM = 'b0c1e0f2-1111-4222-8333-444455556666';
const ADA = 'b0c1e0f2-2222-4222-8333-444455556666';

/** Ada's submission, and one in quarantine that came before. */
async function place() {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  const { forms, intake } = testWebsite(database.db);
  const definition = forms.contact;
  if (definition === undefined) throw new Error('no form contact');
  const visit = {
    form: 'contact',
    definition,
    address: '203.0.113.5',
    origin: 'own',
    language: 'en',
    isPlainPost: false,
  } as const;
  await intake.take({
    ...visit,
    body: { _id: SPAM, email: 'spam@example.com', message: 'Buy', _website: 'x' },
  });
  await intake.take({
    ...visit,
    body: { _id: ADA, email: 'ada@example.com', message: '=1+1', newsletter: true },
  });
  const cwd = await folderWith({});
  const env = { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
  return Object.assign((...args: string[]) => cli(args, { cwd, env }), { db: database.db });
}

describePostgres('spoke submissions', () => {
  it('lists the newest first, and those of one state', async () => {
    const run = await place();
    const { stdout } = await run('submissions', 'list');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^id +form +state +received +e-mail +score +reasons +event$/),
      expect.stringMatching(
        new RegExp(`^${ADA} +contact +accepted .* ada@example.com +20 +token_absent +1$`),
      ),
      expect.stringMatching(new RegExp(`^${SPAM} +contact +quarantined .* 100 +honeypot, token_absent$`)),
      '',
    ]);
    const json = JSON.parse(
      (await run('submissions', 'list', '--state', 'quarantined', '--json')).stdout,
    ) as unknown;
    expect(json).toMatchObject({ submissions: [{ id: SPAM }], more: false });
    expect((await run('submissions', 'list', '--limit', '1')).stdout).toContain(
      '(the newest 1; --limit shows more)',
    );
    expect((await run('submissions', 'list', '--email', 'nobody@example.com')).stdout).toBe(
      'No submissions.\n',
    );
  });

  it('shows one with fields and consents', async () => {
    const run = await place();
    const { stdout } = await run('submissions', 'show', ADA);
    for (const part of [
      `Submission ${ADA}`,
      'As sent',
      '"message": "=1+1"',
      'Consents',
      '"text": "I want news."',
    ])
      expect(stdout).toContain(part);
  });

  it('says why a lead has not arrived', async () => {
    const run = await place();
    const shown = async (id: string) => (await run('submissions', 'show', id)).stdout;
    expect(await shown(SPAM)).toMatch(/event +none: it waits in quarantine/);
    expect(await shown(ADA)).toMatch(/event +1 pending, not tried yet/);
    await run.db.query(
      `update {schema}.outbox_events set state = 'dead', attempt_count = 2, last_error_code = 'HUBSPOT_REFUSED',
         last_error = 'no such property', processed_at = clock_timestamp()`,
    );
    expect(await shown(ADA)).toMatch(
      /event +1 dead at 20.*Z, 2 tries\n +error +HUBSPOT_REFUSED: no such property/,
    );
    await run.db.query('delete from {schema}.outbox_events');
    expect(await shown(ADA)).toMatch(/event +1, which is deleted/);
  });

  it('releases one, once', async () => {
    const run = await place();
    expect(await run('submissions', 'release', SPAM)).toMatchObject({
      code: 0,
      stdout: 'Released: event 2.\n',
    });
    expect((await run('submissions', 'release', SPAM)).stdout).toBe('Released: event 2.\n');
    expect(await run('submissions', 'release', ADA)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SUBMISSION_NOT_HELD'),
    });
  });

  it('deletes one with --yes, and its consents', async () => {
    const run = await place();
    expect((await run('submissions', 'delete', ADA)).code).toBe(5);
    expect((await run('consents', 'ADA@example.com')).stdout).toContain('"given":true');
    expect((await run('submissions', 'delete', ADA, '--yes')).code).toBe(0);
    expect((await run('consents', 'ada@example.com')).stdout).toBe('No consents.\n');
    expect(await run('submissions', 'show', ADA)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SUBMISSION_NOT_FOUND'),
    });
  });

  it('prints consents as CSV', async () => {
    const run = await place();
    const { stdout } = await run('consents', 'ada@example.com', '--csv');
    expect(stdout.split('\r\n')).toEqual([
      'at,given,held,field,purpose,text,version,language,form,source,email,submissionId',
      expect.stringMatching(
        `,true,false,newsletter,Newsletter,I want news.,1,en,contact,,ada@example.com,${ADA}`,
      ),
    ]);
  });

  it.each([
    [['submissions', 'show', 'x'], 'SUBMISSION_NOT_FOUND'],
    [['submissions', 'release', 'x'], 'SUBMISSION_NOT_FOUND'],
    [['submissions', 'delete', 'x', '--yes'], 'SUBMISSION_NOT_FOUND'],
    [['submissions', 'list', '--state', 'quarantine'], 'Did you mean quarantined?'],
    [['consents', 'nobody'], 'EMAIL_UNUSABLE'],
  ])('refuses %j', async (args, message) => {
    const run = await place();
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
  });
});
