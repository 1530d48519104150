import { SpokeError } from '../errors.ts';
import type { PullReport, PullRequest } from './pull-report.ts';
import type { PullTools } from './pull-tools.ts';
import { runPull } from './run-pull.ts';

/**
 * Readings of the portal that somebody asks this process for.
 *
 * States: unable (the process does not read the portal, or not yet) → able (`begin`) → stopped (`stop`, which resolves when every
 * reading has ended; what they have written stays).
 */
export interface PullOnDemand {
  begin(tools: PullTools): void;
  /** As `runPull`. Raises PULL_UNAVAILABLE too. */
  run(request: PullRequest): Promise<PullReport>;
  stop(): Promise<void>;
}

export function createPullOnDemand(): PullOnDemand {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  let tools: PullTools | undefined;
  return {
    begin(given) {
      tools = given;
    },
    async run(request) {
      if (tools === undefined || stopping.signal.aborted)
        throw new SpokeError(
          'PULL_UNAVAILABLE',
          'This process does not read the portal: it has no mirror in its config, does not deliver live, or is starting or stopping.',
        );
      const run = runPull(tools, request, stopping.signal);
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    async stop() {
      stopping.abort(new Error('spoke is stopping'));
      await Promise.allSettled(running);
    },
  };
}
