import { SpokeError } from '../errors.ts';
import type { SegmentReport } from '../mirror/evaluate-segments.ts';
import {
  listSegmentChanges,
  listSegments,
  type SegmentChange,
  type SegmentState,
} from '../mirror/list-segments.ts';
import { applySegments } from '../records/apply-segments.ts';
import type { SegmentPush } from '../records/push-segments.ts';
import { wholeNumber } from './arguments.ts';
import { type CommandModule, EXIT, print } from './command.ts';
import { loadEnvironment, loadEverything, withMigrated } from './load.ts';
import { printable } from './printable.ts';

const MAX_LISTED = 10_000;
const JSON_OPTION = ['--json', 'print one JSON object'] as const;

/** `spoke segments list|evaluate|changes`: the rules of the config over the mirror. */
export const segmentsCommand: CommandModule = (program, console, finish) => {
  const segments = program.command('segments').description('see and evaluate the segments of the mirror');

  segments
    .command('list', { isDefault: true })
    .description('list the segments with their sizes; `spoke segments` alone does the same')
    .option(...JSON_OPTION)
    .action(async (options: { json?: boolean }) => {
      const found = await withMigrated(loadEnvironment(console), listSegments);
      print(console, options.json, { segments: found }, segmentTable(found));
      finish(EXIT.done);
    });

  segments
    .command('evaluate')
    .description(
      'bring the members of all segments, or of these, up to date with the mirror, and their lists',
    )
    .argument('[names...]', 'segments of the config')
    .option('--full', 'look at every record, not only at those that have changed')
    .option('--config <file>', 'config file (default: spoke.config.ts, or SPOKE_CONFIG)')
    .option(...JSON_OPTION)
    .action(async (names: string[], options: { full?: boolean; config?: string; json?: boolean }) => {
      const loaded = await loadEverything(console, options.config);
      const known = loaded.config.mirror?.segments ?? {};
      const unknown = names.find((name) => !Object.hasOwn(known, name));
      if (unknown !== undefined)
        throw new SpokeError(
          'USAGE_INVALID',
          `The config has no segment ${unknown}: it has ${Object.keys(known).join(', ') || 'none'}.`,
        );
      const applied = await withMigrated(loaded, (db) =>
        applySegments(db, {
          segments: known,
          full: options.full ?? false,
          signal: console.stopping,
          ...(names.length > 0 ? { names } : {}),
        }),
      );
      if (applied === undefined) {
        console.err('Another process is evaluating the segments: try again in a moment.');
        return finish(EXIT.failed);
      }
      const { reports, pushes } = applied;
      print(
        console,
        options.json,
        { segments: reports, lists: pushes },
        [reportText(reports), ...pushes.map(pushText)].join('\n'),
      );
      finish(reports.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.done);
    });

  segments
    .command('changes')
    .description('list who joined and left, the latest first')
    .argument('[name]', 'one segment only')
    .option('--limit <n>', 'at most so many', '50')
    .option(...JSON_OPTION)
    .action(async (segment: string | undefined, options: { limit: string; json?: boolean }) => {
      const limit = wholeNumber('--limit', options.limit, 1, MAX_LISTED);
      const changes = await withMigrated(loadEnvironment(console), (db) =>
        listSegmentChanges(db, { limit, ...(segment === undefined ? {} : { segment }) }),
      );
      print(console, options.json, { changes }, changeText(changes));
      finish(EXIT.done);
    });
};

function segmentTable(segments: readonly SegmentState[]): string {
  if (segments.length === 0)
    return 'There is no segment: name one under `mirror.segments` in spoke.config.ts, then `spoke segments evaluate`.';
  return segments
    .map(({ name, objectType, size, evaluatedAt, error }) =>
      printable(
        `${name}: ${size} ${objectType}, ${evaluatedAt === null ? 'not evaluated yet' : `as of ${evaluatedAt.toISOString()}`}${
          error === null ? '' : ` (not up to date: ${error})`
        }`,
      ),
    )
    .join('\n');
}

function reportText(reports: readonly SegmentReport[]): string {
  if (reports.length === 0) return 'The config has no segments.';
  return reports
    .map(({ name, looked, joined, left, size, error }) =>
      printable(
        error === undefined
          ? `${name}: ${size} (${joined} joined, ${left} left; ${looked === 'full' ? 'all records' : 'changed records'} looked at)`
          : `${name}: not evaluated, still ${size}: ${error}`,
      ),
    )
    .join('\n');
}

function pushText({ segment, list, added, removed, held }: SegmentPush): string {
  return printable(
    held === undefined
      ? `${segment} -> list ${list}: ${added} to be added, ${removed} to be removed`
      : `${segment} -> list ${list}: nothing is sent yet: ${held}`,
  );
}

function changeText(changes: readonly SegmentChange[]): string {
  if (changes.length === 0) return 'Nobody has joined or left.';
  return changes
    .map(({ at, segment, recordId, joined }) =>
      printable(`${at.toISOString()} ${recordId} ${joined ? 'joined' : 'left'} ${segment}`),
    )
    .join('\n');
}
