import { systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import type { Proof } from '../pull/reconcile.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, loadEverything, withMigrated } from './load.ts';
import { printable } from './printable.ts';
import { namesOf, withPullTools } from './with-pull-tools.ts';

interface ReconcileArguments {
  objects?: string;
  repair?: boolean;
  last?: boolean;
  config?: string;
  json?: boolean;
}

const SHOWN = 20;
/** What keeps one object type from being proven and says nothing of the others. */
const OF_ONE_TYPE = new Set(['MIRROR_NOT_READ', 'HUBSPOT_FORBIDDEN']);

/** `spoke reconcile`: whether the mirror is as the portal is. */
export const reconcileCommand: CommandModule = (program, console, finish) => {
  program
    .command('reconcile')
    .description('hold the mirror against the portal, record by record and value by value')
    .option('--objects <types>', 'object types, with commas between (default: all of the config)')
    .option('--repair', 'read anew what differs')
    .option('--last', 'only show the last proofs and their age')
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option('--json', 'print one JSON object')
    .action(async (options: ReconcileArguments) => {
      // All that reads: not for `spoke --help` to load.
      const { lastProofs, reconcile } = await import('../pull/reconcile.ts');
      if (options.last) {
        const proofs = await withMigrated(loadEnvironment(console), lastProofs);
        print(
          console,
          options.json,
          { proofs },
          proofs.map(lastText).join('\n') || 'Nothing has been proven yet.',
        );
        return finish(proofs.every(isProven) ? EXIT.done : EXIT.findings);
      }
      const loaded = await loadEverything(console, options.config);
      const proofs: Proof[] = [];
      const busy: string[] = [];
      const failed: { objectType: string; code: string; message: string }[] = [];
      await withPullTools(loaded, console, async (tools) => {
        const { chosenObjects } = await import('../pull/pull-tools.ts');
        for (const objectType of chosenObjects(
          tools,
          options.objects === undefined ? undefined : namesOf(options.objects),
        )) {
          try {
            const proof = await reconcile(tools, objectType, {
              signal: console.stopping,
              repair: options.repair ?? false,
              onProgress: (records, expected) =>
                console.live(
                  `${objectType}: ${records}${expected === undefined ? '' : ` of ${expected}`} compared`,
                ),
            });
            if (proof === undefined) busy.push(objectType);
            else proofs.push(proof);
          } catch (error) {
            if (!(error instanceof SpokeError) || !OF_ONE_TYPE.has(error.code)) throw error;
            failed.push({ objectType, code: error.code, message: error.message });
          }
        }
      });
      console.live('');
      print(
        console,
        options.json,
        { proofs, busy, failed },
        [...proofs.map(proofText), ...busy.map(busyText), ...failed.map(failedText)].join('\n'),
      );
      if (busy.length + failed.length > 0) finish(EXIT.failed);
      else finish(proofs.every(isProven) ? EXIT.done : EXIT.findings);
    });
};

const isProven = ({ state }: Proof) => state === 'proven';

function proofText(proof: Proof): string {
  const {
    objectType,
    state,
    compared,
    missing,
    extra,
    stale,
    calculated,
    young,
    repaired,
    examples,
    unread,
  } = proof;
  const verdict = {
    proven: `${compared} are at HubSpot, and all are here as they are there.`,
    different: `${compared} are at HubSpot: ${missing} missing here, ${extra} here that are not there any more, ${stale} with other values.`,
    incomplete: `${compared} were compared and are as at HubSpot, but not all could be read.`,
  }[state];
  const more = [
    ...(young > 0 ? [`${young} have changed within the last minutes and are on their way.`] : []),
    ...(calculated > 0
      ? [`${calculated} differ in calculated properties only, which a full reading brings.`]
      : []),
    ...(repaired > 0 ? [`${repaired} were read anew.`] : []),
    ...examples
      .slice(0, SHOWN)
      .map(({ id, kind, properties }) => `${id}: ${[kind, ...properties].join(' ')}`),
    ...unread.map(
      ({ fromId, toId, message }) =>
        `not read: ids from ${fromId} ${toId === null ? 'on' : `up to ${toId}`}: ${message}`,
    ),
  ];
  return [`${objectType}: ${state}. ${verdict}`, ...more.map((line) => `  ${line}`)]
    .map(printable)
    .join('\n');
}

function lastText({ objectType, state, compared, begunAt }: Proof): string {
  const hours = (systemClock.now() - Date.parse(begunAt)) / 3_600_000;
  return printable(`${objectType}: ${state}, ${compared} compared, ${hours.toFixed(1)} h ago (${begunAt})`);
}

function failedText({
  objectType,
  code,
  message,
}: {
  objectType: string;
  code: string;
  message: string;
}): string {
  return printable(`${objectType}: nothing is proven. ${code}: ${message}`);
}

function busyText(objectType: string): string {
  return `${objectType}: another process reads them just now: try again later.`;
}
