import { type CommandModule, EXIT, print, untilStopped, usageError } from './command.ts';
import { type SimulatorArguments, seedOf, simulatorOptions } from './simulator-options.ts';

/** `spoke simulator`: a HubSpot portal on this machine, until stopped. */
export const simulatorCommand: CommandModule = (program, console, finish) => {
  program
    .command('simulator')
    .description('run a HubSpot portal on this machine, for tests and for trying things out')
    .option('--port <n>', 'port; 0 takes a free one', '8787')
    .option('--host <address>', 'address to listen at; whoever reaches it may do anything', '127.0.0.1')
    .option('--portal-id <id>', 'portal id', '12345678')
    .option('--token <token>', 'the token it accepts (default: a made-up one, printed)')
    .option(
      '--tier <tier>',
      'free, professional, enterprise, addon or addon2: which budgets it has',
      'professional',
    )
    .option('--limits <limits>', "default (the tier's) or none", 'default')
    .option(
      '--state <file>',
      'read what it holds from this file, if it is there, and write it there at the end',
    )
    .option(
      '--contacts <n>',
      'make up so many contacts, with companies and deals, unless it holds some already',
    )
    .option('--companies <n>', 'so many companies (default: one for 8 contacts)')
    .option('--deals <n>', 'so many deals (default: one for 10 contacts)')
    .option('--seed <n>', 'seed of what is random')
    .option('--faults <file>', 'misbehave as this fault plan says')
    .option('--fault-preset <name>', 'misbehave in a known way; may be given again', collect, [])
    .option('--search-lag <ms>', 'how long search does not know of a change')
    .option('--switch <name=value>', 'switch of undocumented behaviour; may be given again', collect, [])
    .option('--webhook-url <url>', 'send webhooks about everything to this address')
    .option('--client-secret <secret>', 'sign them with this (default: client-secret-1001)')
    .option('--journal <file>', 'append every request to this file as NDJSON')
    .option('--json', 'print one JSON object when ready')
    .action(async (given: SimulatorArguments) => {
      const module = await import('../../simulator/index.ts');
      try {
        const seed = seedOf(given);
        const simulator = await module.startSimulator(simulatorOptions(given, console.cwd, module));
        // A portal that was read from a file is not filled again at every start.
        if (seed && simulator.state().counts.contacts?.live === 0) simulator.seed(seed);
        const { url, portalId, token } = simulator;
        print(console, given.json, { url, portalId, token }, welcome(url, portalId, token));
        await untilStopped(console);
        await simulator.stop();
        finish(EXIT.done);
      } catch (error) {
        if (error instanceof module.SetupError) throw usageError(error.message.replaceAll(/\s*\n\s*/g, ' '));
        if (!isPortTaken(error)) throw error;
        throw usageError(
          `The port ${given.port} is taken on this machine: give another with --port, or 0 for a free one.`,
        );
      }
    });
};

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

function welcome(url: string, portalId: number, token: string): string {
  return `A HubSpot portal stands at ${url} until Ctrl-C. Use it with

  HUBSPOT_API_URL=${url}
  HUBSPOT_PORTAL_ID=${portalId}
  HUBSPOT_PRIVATE_APP_TOKEN=${token}

Look at it in a browser  ${url}/_simulator/ui/

What it holds      curl -s ${url}/_simulator/state
Its contacts       curl -s '${url}/_simulator/records/contacts?limit=5'
Requests received  curl -s '${url}/_simulator/journal?limit=5'`;
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'EADDRINUSE';
}
