import { median } from './statistics.ts';

/** One value measured in one round. */
export interface Sample {
  /** What was asked of every contender, for example `10 events per transaction`. */
  readonly case: string;
  readonly contender: string;
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/** One measure of one contender over all rounds. */
export interface Figure extends Omit<Sample, 'value'> {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** One value for each round, in the order of the rounds. */
  readonly values: readonly number[];
  /** Against the baseline of the same case, measure and round; absent for the baseline itself and where it has no such measure. */
  readonly ratio?: {
    readonly to: string;
    readonly median: number;
    readonly min: number;
    readonly max: number;
  };
}

export interface Goal {
  readonly text: string;
  readonly value: number;
  readonly limit: number;
  readonly direction: 'at most' | 'at least';
  /** Null when the run was scaled down: a small run says nothing about the goal. */
  readonly met: boolean | null;
}

/** What a bench hands back. */
export interface Figures {
  readonly bench: string;
  readonly what: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly figures: readonly Figure[];
  readonly goals: readonly Goal[];
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[];
}

/**
 * Folds the rounds' samples into figures. Ratios to `baseline` are taken within a round, so that noise common to a round cancels
 * out; `compared` lists the measures that have one (default: all).
 */
export function summarise(
  rounds: readonly (readonly Sample[])[],
  baseline: string,
  compared?: readonly string[],
): Figure[] {
  const figures: Figure[] = [];
  const first = new Map<string, Sample>();
  for (const sample of rounds.flat()) if (!first.has(keyOf(sample))) first.set(keyOf(sample), sample);
  for (const [key, { value: _, ...identity }] of first) {
    const values = rounds.flatMap((round) =>
      round.filter((sample) => keyOf(sample) === key).map((sample) => sample.value),
    );
    const isCompared = identity.contender !== baseline && (compared?.includes(identity.measure) ?? true);
    const ratio = isCompared ? ratioOf(rounds, key, keyOf({ ...identity, contender: baseline })) : undefined;
    figures.push({
      ...identity,
      ...spread(values),
      values,
      ...(ratio && { ratio: { to: baseline, ...ratio } }),
    });
  }
  return figures;
}

export interface GoalQuestion {
  readonly text: string;
  readonly case: string;
  readonly contender: string;
  readonly measure: string;
  readonly of: 'median' | 'ratio';
  readonly limit: number;
  readonly direction: Goal['direction'];
}

/** Holds a figure against its goal; a figure that is missing makes the goal missed, not absent. */
export function judge(figures: readonly Figure[], question: GoalQuestion, scale: number): Goal {
  const figure = figures.find(
    (each) =>
      each.case === question.case &&
      each.contender === question.contender &&
      each.measure === question.measure,
  );
  const value = (question.of === 'ratio' ? figure?.ratio?.median : figure?.median) ?? Number.NaN;
  return goal(question.text, value, question.direction, question.limit, scale);
}

export function goal(
  text: string,
  value: number,
  direction: Goal['direction'],
  limit: number,
  scale: number,
): Goal {
  const met = direction === 'at most' ? value <= limit : value >= limit;
  return { text, value, limit, direction, met: scale < 1 ? null : met };
}

function keyOf(sample: Omit<Sample, 'value'>): string {
  return JSON.stringify([sample.case, sample.contender, sample.measure]);
}

function ratioOf(rounds: readonly (readonly Sample[])[], key: string, baseKey: string) {
  const ratios = rounds.flatMap((round) => {
    const own = round.find((sample) => keyOf(sample) === key);
    const base = round.find((sample) => keyOf(sample) === baseKey);
    return own && base && base.value > 0 ? [own.value / base.value] : [];
  });
  return ratios.length > 0 ? spread(ratios) : undefined;
}

function spread(values: readonly number[]) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** How many times the figure of `other` the figure of `contender` is, as the median over the rounds. NaN when one is missing. */
export function times(
  figures: readonly Figure[],
  which: { case: string; measure: string; contender: string; other: string },
): number {
  const valuesOf = (contender: string) =>
    figures.find(
      (figure) =>
        figure.case === which.case && figure.measure === which.measure && figure.contender === contender,
    )?.values ?? [];
  const others = valuesOf(which.other);
  return median(valuesOf(which.contender).map((value, round) => value / (others[round] ?? Number.NaN)));
}
