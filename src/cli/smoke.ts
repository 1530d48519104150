import { previewEvents } from '../delivery/preview.ts';
import { createMapper } from '../mapping/mapper.ts';
import { wholeNumber } from './arguments.ts';
import { type ChosenEvent, chooseEvent } from './choose-event.ts';
import { type CommandModule, type Console, EXIT, print } from './command.ts';
import { type Loaded, loadEverything, withMigrated } from './load.ts';

interface SmokeArguments {
  payload?: string;
  timeout: string;
  config?: string;
  json?: boolean;
}

const MAX_TIMEOUT_SECONDS = 3_600;

/** `spoke smoke [TYPE]`: puts a test event through the whole path and says whether it arrived. */
export const smokeCommand: CommandModule = (program, console, finish) => {
  program
    .command('smoke')
    .description('put a test event through the whole path and say whether it arrived')
    .argument('[type]', 'event type (default: the first one with a sample in the config)')
    .option('--payload <json>', "payload instead of the config's sample; use an address of your own")
    .option('--timeout <seconds>', 'how long to wait for it', '60')
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (type: string | undefined, options: SmokeArguments) => {
      const timeoutMs = wholeNumber('--timeout', options.timeout, 1, MAX_TIMEOUT_SECONDS) * 1_000;
      const loaded = await loadEverything(console, options.config);
      const chosen = chooseEvent(loaded.config, type, options.payload, '--payload');
      const { hubspotEnabled, hubspotSendLive } = loaded.settings;
      finish(
        hubspotEnabled && hubspotSendLive
          ? await sendOne(console, loaded, chosen, timeoutMs, options.json)
          : await describeOne(console, loaded, chosen, options.json),
      );
    });
};

/** The mapping alone is checked: there may be no token. */
const noDefinitions = () => Promise.resolve(undefined);

/** Without live delivery: what would be sent. It did not arrive, so this is no success. */
async function describeOne(
  console: Console,
  loaded: Loaded,
  { type, payload }: ChosenEvent,
  json: boolean | undefined,
): Promise<number> {
  const mapper = createMapper(loaded.config, { ownerId: loaded.settings.hubspotOwnerId });
  const event = { id: 'smoke', type, payload, occurredAt: new Date() };
  // The database is part of the path: a smoke test that does not reach it would say nothing.
  const [preview] = await withMigrated(loaded, () =>
    previewEvents([event], new Map(), { mapper, definitions: noDefinitions }),
  );
  const { problems, effects } = preview ?? { problems: [], effects: [] };
  const text = [
    `[DRY-RUN] ${type}`,
    ...problems.map((problem) => `  would be refused: ${problem}`),
    ...effects.map((effect) => `  ${JSON.stringify(effect)}`),
    'Nothing was sent: HUBSPOT_ENABLED and HUBSPOT_SEND_LIVE must both be true for that.',
  ];
  print(console, json, { type, arrived: false, dryRun: { problems, effects } }, text.join('\n'));
  return EXIT.findings;
}

async function sendOne(
  console: Console,
  loaded: Loaded,
  chosen: ChosenEvent,
  timeoutMs: number,
  json: boolean | undefined,
): Promise<number> {
  const { sendSmoke } = await import('./smoke-run.ts');
  const report = await sendSmoke({ ...loaded, ...chosen, timeoutMs, stopping: console.stopping });
  const { event, arrived, hubspotId, seconds, problem, exit } = report;
  const name = event === null ? `The event (${chosen.type})` : `Event ${event} (${chosen.type})`;
  if (json) console.out(JSON.stringify({ type: chosen.type, event, arrived, hubspotId, seconds, problem }));
  else if (arrived)
    console.out(
      `${name} arrived in ${seconds.toFixed(1)} s: contact ${hubspotId} of portal ${loaded.settings.hubspotPortalId}.`,
    );
  else console.err(`${name} did not arrive: ${problem}`);
  return exit;
}
