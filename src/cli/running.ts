import { systemClock } from '../clock.ts';
import {
  noRecord,
  type RebuildReport,
  type RebuiltLane,
  rebuildRunning,
} from '../delivery/rebuild-running.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { RunningStates } from '../mapping/running.ts';
import { laneByKey } from '../outbox/running-history.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEverything, withMigrated } from './load.ts';
import { printable } from './printable.ts';

interface ShowArguments {
  config?: string;
  json?: boolean;
}

interface RebuildArguments extends ShowArguments {
  record?: string;
  allowLower?: boolean;
  yes?: boolean;
}

const CONFIG = ['--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)'] as const;
const JSON_OPTION = ['--json', 'print one JSON object'] as const;

/** `spoke running show|rebuild`: the values over all events of a record. */
export const runningCommand: CommandModule = (program, console, finish) => {
  const running = program.command('running').description('look at running values and work them out anew');

  running
    .command('show')
    .description('show the running values of a record as they are kept')
    .argument('<key>', 'record key: contacts:email:ada@example.com')
    .option(...CONFIG)
    .option(...JSON_OPTION)
    .action(async (key: string, options: ShowArguments) => {
      const loaded = await loadEverything(console, options.config);
      const lane = await withMigrated(loaded, (db) => laneByKey(db, key));
      if (lane === undefined) throw noRecord(key);
      const declared = Object.keys(createMapper(loaded.config).running);
      const states = Object.entries(lane.running);
      const values = Object.fromEntries(states.filter(([name]) => declared.includes(name)));
      const undeclared = Object.fromEntries(states.filter(([name]) => !declared.includes(name)));
      const text = [
        ...lines(values),
        ...lines(undeclared).map((line) => `${line} (not in the config any more)`),
      ];
      const shown = text.length > 0 ? text.join('\n') : 'No event of this record has added anything.';
      print(console, options.json, { recordKey: key, values, undeclared }, shown);
      finish(EXIT.done);
    });

  running
    .command('rebuild')
    .description('work running values out anew from the events, and have HubSpot set right where they differ')
    .option('--record <key>', 'one record only: contacts:email:ada@example.com (default: all)')
    .option(
      '--allow-lower',
      'also where a value becomes less or goes, as it does when events have been deleted',
    )
    .option('--yes', 'do it; without it what would change is shown')
    .option(...CONFIG)
    .option(...JSON_OPTION)
    .action(async (options: RebuildArguments) => {
      const loaded = await loadEverything(console, options.config);
      const report = await withMigrated(loaded, (db) =>
        rebuildRunning(db, {
          mapper: createMapper(loaded.config),
          clock: systemClock,
          recordKey: options.record,
          write: options.yes ?? false,
          allowLower: options.allowLower,
          stopping: console.stopping,
          onProgress: (lanes) => console.live(`${lanes} records looked at`),
        }),
      );
      console.live('');
      print(
        console,
        options.json,
        { written: options.yes ?? false, ...report },
        reportText(report, options.yes),
      );
      if (report.refused + report.busy > 0 || console.stopping.aborted) finish(EXIT.failed);
      else if (options.yes || report.changed === 0) finish(EXIT.done);
      else {
        if (!options.json) console.err('Nothing was changed: repeat with --yes.');
        finish(EXIT.needsYes);
      }
    });
};

function reportText(report: RebuildReport, written = false): string {
  const { lanes, changed, events, refused, busy } = report;
  const head = `${lanes} records: ${changed} ${written ? 'changed' : 'would change'}, ${events} delivered events more are counted.`;
  return [
    head,
    ...(refused > 0 ? [`${refused} left as they are, for the reasons below.`] : []),
    ...(busy > 0 ? [`${busy} were in the hands of workers all the time: run it again.`] : []),
    ...report.examples.map(exampleText),
  ].join('\n');
}

function exampleText({ recordKey, kind, before, after, reason }: RebuiltLane): string {
  const what = reason ?? `${inline(before)} → ${inline(after ?? {})}`;
  const why = kind === 'lower' ? ' (lower: only with --allow-lower)' : '';
  return printable(`  ${recordKey}: ${what}${why}`);
}

function inline(states: RunningStates): string {
  return lines(states).join(', ') || 'nothing';
}

/** By name, so that before and after can be compared: the database keeps an order of its own. */
function lines(states: RunningStates): string[] {
  return Object.entries(states)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { value }]) => printable(`${name} ${String(value)}`));
}
