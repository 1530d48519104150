import type { Figure, Figures, Goal } from './figures.ts';
import { type Machine, machineLine } from './machine.ts';

/** What a run gives: the bench's figures with where and how they were taken. */
export interface Report extends Figures {
  readonly rounds: number;
  readonly scale: number;
  readonly machine: Machine;
}

const HEADINGS = ['case', 'contender', 'measure', 'median', 'min–max', 'ratio'];

/** For a terminal. */
export function toText(report: Report): string {
  const rows = [HEADINGS, ...report.figures.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    `${report.bench}: ${report.what}`,
    '',
    ...table,
    '',
    ...report.goals.map(goalLine),
    ...report.notes.map((note) => `note: ${note}`),
    settingsLine(report),
    machineLine(report.machine),
  ].join('\n');
}

/** For a page. */
export function toMarkdown(report: Report): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### \`${report.bench}\``,
    '',
    report.what,
    '',
    row(HEADINGS),
    row(HEADINGS.map(() => '---')),
    ...report.figures.map((figure) => row(cellsOf(figure))),
    '',
    ...report.goals.map((goal) => `- ${goalLine(goal)}`),
    ...report.notes.map((note) => `- ${note}`),
    `- ${settingsLine(report)}`,
    `- ${machineLine(report.machine)}`,
    '',
  ].join('\n');
}

function cellsOf(figure: Figure): string[] {
  const { ratio } = figure;
  return [
    figure.case,
    figure.contender,
    figure.measure,
    `${short(figure.median)} ${figure.unit}`,
    `${short(figure.min)}–${short(figure.max)}`,
    ratio ? `${short(ratio.median)} of ${ratio.to} (${short(ratio.min)}–${short(ratio.max)})` : '',
  ];
}

function goalLine(goal: Goal): string {
  const verdict = goal.met === null ? 'not judged, the run was scaled down' : goal.met ? 'met' : 'MISSED';
  return `goal: ${goal.text} ${goal.direction} ${short(goal.limit)}: ${short(goal.value)} (${verdict})`;
}

function settingsLine(report: Report): string {
  const settings = Object.entries(report.settings).map(([name, value]) => `${name} ${value}`);
  return [`rounds ${report.rounds}`, `scale ${report.scale}`, ...settings].join(', ');
}

/** Three digits that matter, or all digits before the point. */
function short(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
