import type { Figures } from './figures.ts';
import type { Scope } from './scope.ts';

/** A benchmark: every contender in one run, in interleaved rounds. */
export interface Bench {
  readonly name: string;
  /** One sentence. */
  readonly what: string;
  /** Whether contenders from bench/package.json take part. */
  readonly peers: boolean;
  /** Rounds unless told otherwise. */
  readonly rounds: number;
  run(options: BenchOptions): Promise<Figures>;
}

export interface BenchOptions {
  readonly rounds: number;
  /** Above 0, at most 1: the share of the full size. Below 1 no goal is judged. */
  readonly scale: number;
  /** Most seconds that one contender may take in one round of `delivery`; its rate is then taken from what it did. */
  readonly capSeconds: number;
  /** What the run sets up is undone here, also when it is interrupted. */
  readonly scope: Scope;
  readonly signal: AbortSignal;
  /** One line for the person who waits. */
  progress(line: string): void;
}

/** A size that follows `--scale`, but never below `least`, where the bench would measure nothing. */
export function sized(full: number, scale: number, least: number): number {
  return Math.max(least, Math.round(full * scale));
}

/**
 * Lets every contender run once a round and starts each round with another one, so that a machine that slows down or warms up
 * does so for all of them.
 */
export async function inRounds<C extends { readonly name: string }, S>(
  options: BenchOptions,
  contenders: readonly C[],
  runOne: (contender: C, round: number) => Promise<readonly S[]>,
): Promise<S[][]> {
  const rounds: S[][] = [];
  for (let round = 0; round < options.rounds; round++) {
    const samples: S[] = [];
    for (let turn = 0; turn < contenders.length; turn++) {
      options.signal.throwIfAborted();
      const contender = contenders[(round + turn) % contenders.length];
      if (!contender) continue;
      options.progress(`round ${round + 1}/${options.rounds}: ${contender.name}`);
      samples.push(...(await runOne(contender, round)));
    }
    rounds.push(samples);
  }
  return rounds;
}
