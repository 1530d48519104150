import type { Figures, Finding, Verdict } from './oracle.ts';

/** Fewer events prove nothing. */
export const MIN_EVENTS = 1_000;

/** `void`: nothing was wrong, but the run did not show what it was for. */
export type Status = 'pass' | 'fail' | 'void';

/** What a scenario showed. */
export interface Outcome {
  readonly scenario: string;
  readonly status: Status;
  readonly seconds: number;
  /** What must not be: any makes the run fail. */
  readonly findings: readonly Finding[];
  /** Why the run proves nothing: any makes it void, unless it failed. */
  readonly gaps: readonly string[];
  /** By fault: how often it hit. */
  readonly hits: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number | string | null>>;
}

export interface OutcomeParts {
  readonly scenario: string;
  readonly startedAt: number;
  readonly findings: readonly Finding[];
  readonly hits?: Readonly<Record<string, number>>;
  readonly figures?: Readonly<Record<string, number | string | null>>;
  /** Further reasons for which the run proves nothing. */
  readonly gaps?: readonly string[];
  /** Events moved and events that must at least have moved. */
  readonly moved?: { readonly events: number; readonly atLeast: number };
}

/** Failed beats void: a finding of a run that hit too little is still a finding. */
export function outcomeOf(parts: OutcomeParts): Outcome {
  const hits = parts.hits ?? {};
  const gaps = [
    ...(parts.gaps ?? []),
    ...Object.entries(hits).flatMap(([fault, count]) =>
      count > 0 ? [] : [`the planned fault '${fault}' hit nothing`],
    ),
  ];
  if (parts.moved && parts.moved.events < parts.moved.atLeast) {
    gaps.push(`${parts.moved.events} events moved; fewer than ${parts.moved.atLeast} prove nothing`);
  }
  return {
    scenario: parts.scenario,
    status: parts.findings.length > 0 ? 'fail' : gaps.length > 0 ? 'void' : 'pass',
    seconds: Math.round((performance.now() - parts.startedAt) / 1000),
    findings: parts.findings,
    gaps,
    hits,
    figures: parts.figures ?? {},
  };
}

/** The figures of a verdict as a report shows them. */
export function shownFigures(verdict: Verdict): Record<string, number | string | null> {
  const { useWhenSaturated, ...rest }: Figures = verdict.figures;
  return {
    ...rest,
    useWhenSaturated: useWhenSaturated === null ? null : Math.round(useWhenSaturated * 1000) / 1000,
  };
}
