import { expect, it, onTestFinished } from 'vitest';
import { startAlertReceiver } from '../support/alert-receiver.ts';
import { describePostgres, testDatabase } from '../support/database.ts';
import { cli } from '../support/run-cli.ts';

const URL_NAME = 'SPOKE_ALERT_WEBHOOK_URL';

describePostgres('spoke alerts', () => {
  async function withAlerts() {
    const { db, url, schema, drop } = await testDatabase();
    onTestFinished(drop);
    await db.query(
      `insert into {schema}.alerts (rule, subject, state, summary, opened_at, resolved_at, notified_at, notice) values
         ('error-rate', '', 'resolved', '9 % of 100 calls failed.', '2026-11-24T10:00:00Z', '2026-11-24T11:00:00Z', '2026-11-24T11:00:00Z', null),
         ('schema-drift', 'contacts.plan', 'open', 'It is gone.', '2026-11-25T10:00:00Z', null, null, 'opened'),
         ('queue-long', '', 'pending', '60 events wait.', null, null, null, null)`,
    );
    return { DATABASE_URL: url, SPOKE_SCHEMA: schema };
  }

  it('lists what is open and what was lately', async () => {
    const env = await withAlerts();
    const { code, stdout } = await cli(['alerts'], { env });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'state     rule                        opened                resolved              told                  what',
      'open      schema-drift contacts.plan  2026-11-25 10:00:00Z                        not yet               It is gone.',
      'resolved  error-rate                  2026-11-24 10:00:00Z  2026-11-24 11:00:00Z  2026-11-24 11:00:00Z  9 % of 100 calls failed.',
    ]);
  });

  it('prints one JSON object, with as many resolved ones as are asked for', async () => {
    const env = await withAlerts();
    const { stdout } = await cli(['alerts', 'list', '--json', '--limit', '0'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      alerts: [
        { rule: 'schema-drift', subject: 'contacts.plan', state: 'open', untold: 'opened', resolvedAt: null },
      ],
    });
  });
});

it('spoke alerts test sends one message', async () => {
  const receiver = await startAlertReceiver();
  const { code, stdout } = await cli(['alerts', 'test', '--json'], { env: { [URL_NAME]: receiver.url } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '{"sent":true}\n' });
  expect(receiver.messages).toEqual([{ text: '[TEST] Spoke: alerts arrive here.' }]);
});

it('spoke alerts test says that the receiver does not take it', async () => {
  const receiver = await startAlertReceiver([404]);
  const { code, stderr } = await cli(['alerts', 'test'], { env: { [URL_NAME]: receiver.url } });
  expect(code).toBe(1);
  expect(stderr).toContain(
    'ALERT_NOT_SENT: The webhook of SPOKE_ALERT_WEBHOOK_URL did not take the message: status 404',
  );
});

it.each([
  ['nothing', {}, 'SPOKE_ALERT_WEBHOOK_URL is not set'],
  [
    'plain http to another machine',
    { [URL_NAME]: 'http://hooks.example.com/services/SECRET' },
    'https:// address',
  ],
  ['a user in the address', { [URL_NAME]: 'https://me:SECRET@hooks.example.com/' }, 'https:// address'],
])('spoke alerts test refuses %s as webhook', async (_, env, says) => {
  const { code, stderr } = await cli(['alerts', 'test'], { env });
  expect(code).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('SECRET');
});
