import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';

export interface JobLoopOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** What is done, for the log. */
  readonly what: string;
  /** Does the next part, and says how long to wait for the one after it, ms. */
  step(): Promise<number>;
}

/** After an error, doubled. */
const ERROR_WAIT_MS = 1_000;
const MAX_ERROR_WAIT_MS = 30_000;

/**
 * Takes one step after the other, beside the same loops of other processes.
 *
 * States: running → stopped (`stop` resolves when the step under way is done). A lost database never ends it.
 */
export function startJobLoop({ clock, log, what, step }: JobLoopOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = (async () => {
    let errors = 0;
    while (!stopping.signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await step();
        errors = 0;
      } catch (error) {
        waitMs = Math.min(ERROR_WAIT_MS * 2 ** errors, MAX_ERROR_WAIT_MS);
        errors += 1;
        const err = error instanceof Error ? error.message : String(error);
        log.warn({ err, againMs: waitMs }, `${what} could not go on and are tried again`);
      }
      await clock.sleep(waitMs, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
