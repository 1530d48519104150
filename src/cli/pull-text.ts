import type { PullCounts, PullProgress, PullReport } from '../pull/pull-report.ts';
import { printable } from './printable.ts';

const SHOWN = 20;

/** One line: how far a pull is. */
export function progressText(progress: PullProgress): string {
  const { objectType, pages, records, expected, rate, etaMs } = progress;
  const of = expected === undefined ? '' : ` of ${expected}`;
  const eta = etaMs === undefined ? '' : `, ${timeText(etaMs)} left`;
  return `${objectType}: page ${pages}, ${records}${of} records, ${rate} records/s${eta}`;
}

/** What a pull has done, and what it could not. */
export function reportText(report: PullReport): string {
  const { run, kind, state, objects, total, missing, errors, limited, durationMs, rate } = report;
  const types = Object.entries(objects);
  return [
    `Run ${run} (${kind}): ${state}, ${total.records} records in ${timeText(durationMs)} (${rate} records/s).`,
    ...types.map(([type, counts]) => printable(`  ${type}: ${countsText(counts)}`)),
    ...(limited ? ['The limit was reached: the next run goes on behind it.'] : []),
    ...missing
      .slice(0, SHOWN)
      .map(({ objectType, fromId, toId, code, message }) =>
        printable(
          `  not read: ${objectType} with ids from ${fromId} ${toId === null ? 'on' : `up to ${toId}`}: ${code}: ${message}`,
        ),
      ),
    ...errors
      .slice(0, SHOWN)
      .map(({ objectType, code, message }) => printable(`  not read: ${objectType}: ${code}: ${message}`)),
    ...(missing.length + errors.length > 2 * SHOWN ? ['  … all of them with --json'] : []),
    ...report.warnings.map(({ what, code, message }) => printable(`  without ${what}: ${code}: ${message}`)),
    ...Object.entries(report.bySegment).map(([name, size]) => `  segment ${name}: ${size}`),
    ...(state === 'incomplete' ? ['What was not read is read by the next run of the same kind.'] : []),
  ].join('\n');
}

function countsText({ pages, records, inserted, changed, unchanged, left }: PullCounts): string {
  return `${records} records in ${pages} ${pages === 1 ? 'page' : 'pages'}: ${inserted} new, ${changed} changed, ${unchanged} as they were, ${left} have left`;
}

function timeText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
