import { systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import { listAlerts } from '../ops/alert-store.ts';
import { createAlertWebhook } from '../ops/alert-webhook.ts';
import { alertObject, alertTable } from './alert-text.ts';
import { wholeNumber } from './arguments.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, withMigrated } from './load.ts';

const MAX_LISTED = 1_000;

/** `spoke alerts [list|test]`: what is wrong now, and whether the webhook works. */
export const alertsCommand: CommandModule = (program, console, finish) => {
  const alerts = program.command('alerts').description('see alerts, and try the webhook');

  alerts
    .command('list', { isDefault: true })
    .description('list the open alerts and the latest resolved ones; `spoke alerts` alone does the same')
    .option('--limit <n>', 'at most so many resolved ones', '20')
    .option('--json', 'print one JSON object')
    .action(async (options: { limit: string; json?: boolean }) => {
      const limit = wholeNumber('--limit', options.limit, 0, MAX_LISTED);
      const found = await withMigrated(loadEnvironment(console), (db) => listAlerts(db, limit));
      print(console, options.json, { alerts: found.map(alertObject) }, alertTable(found));
      finish(EXIT.done);
    });

  alerts
    .command('test')
    .description('send one message to the webhook of SPOKE_ALERT_WEBHOOK_URL')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { settings } = loadEnvironment(console);
      const { alertWebhookUrl: url } = settings;
      if (url === undefined)
        throw new SpokeError(
          'CONFIG_INVALID',
          'SPOKE_ALERT_WEBHOOK_URL is not set: set it to the address of a Slack-compatible webhook.',
        );
      const text = '[TEST] Spoke: alerts arrive here.';
      await createAlertWebhook(url, systemClock).send({ text }, console.stopping);
      print(console, options.json, { sent: true }, 'Sent.');
      finish(EXIT.done);
    });
};
