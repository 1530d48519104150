import { cpus, totalmem } from 'node:os';
import type { TrialResult } from './mutants.ts';
import type { Outcome } from './outcome.ts';
import type { Settings } from './settings.ts';

/** Findings of one kind that are shown in full; the JSON holds all. */
const SHOWN_PER_KIND = 5;

/** An outcome as lines for a person. */
export function describeOutcome(outcome: Outcome): string {
  const lines = [
    `${outcome.scenario}: ${outcome.status.toUpperCase()} in ${outcome.seconds} s`,
    ...table('hit', outcome.hits),
    ...table('', outcome.figures),
    ...findingLines(outcome),
    ...outcome.gaps.map((gap) => `  void: ${gap}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A trial as lines for a person. */
export function describeTrial(result: TrialResult): string {
  const lines = [
    `${result.caught ? 'caught' : 'NOT CAUGHT'} ${result.mutant} in ${result.seconds} s · ${result.what}`,
    ...(result.failure === undefined ? [] : [`  not shown, ${result.failure}`]),
    ...result.withGuard
      .slice(0, SHOWN_PER_KIND)
      .map(({ kind, message }) => `  with the guard: ${kind}: ${message}`),
    ...result.withoutGuard.slice(0, 1).map(({ kind, message }) => `  without: ${kind}: ${message}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What the run was: enough to repeat it. */
export function describeRun(settings: Settings): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `chaos · seed ${settings.seed} · ${settings.workers} workers · limit ${settings.limit} calls per 10 s · lease ${settings.leaseSeconds} s`,
    `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GB, Node ${process.versions.node}, ${process.platform}`,
    '',
  ].join('\n');
}

function table(title: string, values: Readonly<Record<string, number | string | null>>): string[] {
  return Object.entries(values).map(
    ([name, value]) => `  ${title ? `${title} ` : ''}${name}: ${value ?? '–'}`,
  );
}

function findingLines(outcome: Outcome): string[] {
  const byKind = new Map<string, string[]>();
  for (const { kind, message } of outcome.findings) byKind.set(kind, [...(byKind.get(kind) ?? []), message]);
  return [...byKind].flatMap(([kind, messages]) => [
    `  ${kind}: ${messages.length}`,
    ...messages.slice(0, SHOWN_PER_KIND).map((message) => `    ${message}`),
  ]);
}
