import { oneOf, wholeNumber } from './arguments.ts';
import { type CommandModule, EXIT, print, untilStopped, usageError } from './command.ts';

interface SimulatorArguments {
  port: string;
  portalId: string;
  token?: string;
  limits: string;
  journal?: string;
  seed?: string;
  json?: boolean;
}

/** `spoke simulator`: a HubSpot portal on this machine, until stopped. */
export const simulatorCommand: CommandModule = (program, console, finish) => {
  program
    .command('simulator')
    .description('run a HubSpot portal on this machine, for tests and for trying things out')
    .option('--port <n>', 'port; 0 takes a free one', '8787')
    .option('--portal-id <id>', 'portal id', '12345678')
    .option('--token <token>', 'the token it accepts (default: a made-up one, printed)')
    .option('--limits <limits>', 'default (190 calls in 10 s) or none', 'default')
    .option('--journal <file>', 'append every request to this file as NDJSON')
    .option('--seed <n>', 'seed of what is random')
    .option('--json', 'print one JSON object when ready')
    .action(async (options: SimulatorArguments) => {
      const port = wholeNumber('--port', options.port, 0, 65_535);
      const given = {
        port,
        portalId: wholeNumber('--portal-id', options.portalId, 1),
        limits: oneOf('--limits', options.limits, ['default', 'none']),
        ...(options.token === undefined ? {} : { token: options.token }),
        ...(options.journal === undefined ? {} : { journalFile: options.journal }),
        ...(options.seed === undefined ? {} : { seed: wholeNumber('--seed', options.seed, 0) }),
      };
      const { startSimulator } = await import('../../simulator/index.ts');
      const simulator = await startSimulator(given).catch((error: unknown) => {
        throw isPortTaken(error)
          ? usageError(
              `The port ${port} is taken on this machine: give another with --port, or 0 for a free one.`,
            )
          : error;
      });
      const { url, portalId, token } = simulator;
      print(console, options.json, { url, portalId, token }, welcome(url, portalId, token));
      await untilStopped(console);
      await simulator.stop();
      finish(EXIT.done);
    });
};

function welcome(url: string, portalId: number, token: string): string {
  return `A HubSpot portal stands at ${url} until Ctrl-C. Use it with

  HUBSPOT_API_URL=${url}
  HUBSPOT_PORTAL_ID=${portalId}
  HUBSPOT_PRIVATE_APP_TOKEN=${token}

What it holds      curl -s ${url}/_simulator/state
Its contacts       curl -s '${url}/_simulator/records/contacts?limit=5'
Requests received  curl -s '${url}/_simulator/journal?limit=5'`;
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE';
}
