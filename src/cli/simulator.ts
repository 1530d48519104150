import { startSimulator } from '../../simulator/index.ts';
import { SpokeError } from '../errors.ts';
import { type CommandModule, EXIT } from './command.ts';

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
      if (options.limits !== 'default' && options.limits !== 'none')
        throw new SpokeError('CONFIG_INVALID', `--limits must be default or none, was ${options.limits}.`);
      const simulator = await startSimulator({
        port: wholeNumber('--port', options.port, 65_535),
        portalId: wholeNumber('--portal-id', options.portalId, Number.MAX_SAFE_INTEGER),
        limits: options.limits,
        ...(options.token === undefined ? {} : { token: options.token }),
        ...(options.journal === undefined ? {} : { journalFile: options.journal }),
        ...(options.seed === undefined
          ? {}
          : { seed: wholeNumber('--seed', options.seed, Number.MAX_SAFE_INTEGER) }),
      });
      const { url, portalId, token } = simulator;
      if (options.json) console.out(JSON.stringify({ url, portalId, token }));
      else {
        console.out(`A HubSpot portal stands at ${url}

  HUBSPOT_API_URL=${url}
  HUBSPOT_PORTAL_ID=${portalId}
  HUBSPOT_PRIVATE_APP_TOKEN=${token}

What it holds:     curl -s ${url}/_simulator/state
Its contacts:      curl -s '${url}/_simulator/records/contacts?limit=5'
Requests received: curl -s '${url}/_simulator/journal?limit=5'`);
      }
      if (!console.stopping.aborted)
        await new Promise((resolve) => console.stopping.addEventListener('abort', resolve, { once: true }));
      await simulator.stop();
      finish(EXIT.done);
    });
};

function wholeNumber(option: string, text: string, to: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > to)
    throw new SpokeError(
      'CONFIG_INVALID',
      `${option} must be a whole number up to ${to}, was ${JSON.stringify(text)}.`,
    );
  return number;
}
