import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Database } from '../db/database.ts';
import { type Definitions, type Preview, previewEvents, readRunningStates } from '../delivery/preview.ts';
import { createProperties } from '../hubspot/properties.ts';
import { createRecords } from '../hubspot/records.ts';
import type { Transport } from '../hubspot/transport.ts';
import { createMapper } from '../mapping/mapper.ts';
import { type ChosenEvent, chooseEvent } from './choose-event.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import { type Loaded, loadEverything, withMigrated } from './load.ts';
import { previewText } from './plan-text.ts';
import { withPortal } from './portal-calls.ts';

interface PlanArguments {
  file?: string;
  portal: boolean;
  config?: string;
  json?: boolean;
}

/** `spoke plan [TYPE] [JSON]`: what one event would do, compared with what the portal holds. */
export const planCommand: CommandModule = (program, console, finish) => {
  program
    .command('plan')
    .description('show what one event would do at HubSpot, property by property; sends and records nothing')
    .argument('[type]', 'event type (default: the first one with a sample in the config)')
    .argument('[json]', "payload (default: the config's sample)")
    .option('--file <file>', 'read the payload from a file')
    .option('--no-portal', 'do not compare with the portal; the default without a token')
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (type: string | undefined, payload: string | undefined, options: PlanArguments) => {
      const loaded = await loadEverything(console, options.config);
      const given = options.file === undefined ? payload : readPayload(console, options.file, payload);
      const chosen = chooseEvent(loaded.config, type, given, 'JSON');
      const { hubspotToken, hubspotTokenFile } = loaded.settings;
      const asks = options.portal && (hubspotToken !== undefined || hubspotTokenFile !== undefined);
      const preview = asks
        ? await withPortal(loaded, console.stopping, (transport, _, db) =>
            planOne(loaded, chosen, db, transport),
          )
        : await withMigrated(loaded, (db) => planOne(loaded, chosen, db));
      print(console, options.json, preview, previewText(preview));
      finish(preview.problems.length > 0 ? EXIT.failed : EXIT.done);
    });
};

function readPayload(console: Console, file: string, payload: string | undefined): string {
  if (payload !== undefined) throw usageError('Give the payload once: as JSON or with --file.');
  try {
    return readFileSync(resolve(console.cwd, file), 'utf8');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function planOne(
  loaded: Loaded,
  { type, payload }: ChosenEvent,
  db: Database,
  transport?: Transport,
): Promise<Preview> {
  const mapper = createMapper(loaded.config, { ownerId: loaded.settings.hubspotOwnerId });
  const event = { id: 'new', type, payload, occurredAt: new Date() };
  const route = mapper.route(event);
  // What the record's earlier events have added up to is in the database.
  const running = await readRunningStates(db, route.ok ? [route.recordKey] : []);
  const [preview] = await previewEvents([event], running, {
    mapper,
    definitions: definitionsOf(transport),
    ...(transport ? { records: createRecords(transport) } : {}),
  });
  if (preview === undefined) throw new Error('one event has one preview');
  return preview;
}

function definitionsOf(transport: Transport | undefined): Definitions {
  const properties = transport && createProperties(transport);
  return async (objectType) => properties?.expectList(objectType);
}
