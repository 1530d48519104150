import type { Console } from './command.ts';

/** One line on stderr that is written over and over on a terminal; nothing of it goes into a pipe. */
export interface ProgressLine {
  show(text: string): void;
  /** A line that stays, above the progress. */
  print(text: string): void;
  /** Removes the line. Idempotent. */
  end(): void;
}

const EVERY_MS = 100;
const CLEAR = '\r\u001b[K';

export function createProgressLine(console: Console, quiet = false): ProgressLine {
  let shownAt = Number.NEGATIVE_INFINITY;
  let open = false;
  const clear = () => {
    if (open) process.stderr.write(CLEAR);
    open = false;
  };
  return {
    show(text) {
      if (quiet || !console.isTty || performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      process.stderr.write(`${CLEAR}${text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}`);
      open = true;
    },
    print(text) {
      clear();
      console.err(text);
    },
    end: clear,
  };
}
