import { guardsFrom } from '../delivery/guards.ts';
import { type CommandModule, EXIT, untilStopped } from './command.ts';
import { loadEverything } from './load.ts';

/** `spoke start`: one worker process, until SIGTERM or SIGINT. */
export const startCommand: CommandModule = (program, console, finish) => {
  program
    .command('start')
    .description(
      'deliver events until stopped (HUBSPOT_ENABLED and HUBSPOT_SEND_LIVE decide whether anything is sent)',
    )
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .action(async (options: { config?: string }) => {
      const { settings, config, log } = await loadEverything(console, options.config, 'long');
      // The HTTP client and all that delivers: not for `spoke --help` to load.
      const { startApp } = await import('../app.ts');
      const { SPOKE_TEST_MUTANT, SPOKE_TEST_WORKER_NAME: name } = console.env;
      const app = await startApp({
        settings,
        config,
        log,
        env: console.env,
        guards: guardsFrom(SPOKE_TEST_MUTANT),
        ...(name ? { workerHeader: name, worker: name } : {}),
      });
      const events = Object.keys(config.events).length;
      log.info(
        { mode: app.mode, database: app.db.kind, schema: app.db.schema, events },
        `spoke started (${app.mode})`,
      );
      if (app.mode === 'disabled')
        log.warn({}, 'HUBSPOT_ENABLED is false: events are recorded and nothing is delivered');
      if (app.mode === 'dry-run')
        log.warn({}, 'HUBSPOT_SEND_LIVE is false: nothing is sent, [DRY-RUN] lines say what would be');
      const failed = new Promise<never>((_, reject) => app.ready.catch(reject));
      try {
        await Promise.race([untilStopped(console), failed]);
        log.info({}, 'spoke is stopping: calls in flight are finished');
      } finally {
        await app.stop();
      }
      log.info({}, 'spoke stopped');
      finish(EXIT.done);
    });
};
