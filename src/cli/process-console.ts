import type { Console } from './command.ts';

/** Carriage return, erase the line, and no wrapping while the text is written: a narrow terminal cuts it off. */
const REPLACE_LINE = (text: string) => `\r\u001b[K\u001b[?7l${text}\u001b[?7h`;
const CLEAR_LINE = '\r\u001b[K';

/** The console of a process; `brokenPipe` is called when nobody reads its output any more. */
export function createProcessConsole(
  { stdin, stdout, stderr, env, cwd }: NodeJS.Process,
  stopping: AbortSignal,
  brokenPipe: () => void,
): Console {
  const isTty = stderr.isTTY === true;
  let shown = false;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `spoke … | head` closes the pipe early; that is no failure.
      if (error.code !== 'EPIPE') throw error;
      if (stream === stdout) brokenPipe();
    });
  }
  const clear = () => {
    if (shown) stderr.write(CLEAR_LINE);
    shown = false;
  };
  return {
    env,
    cwd: cwd(),
    input: stdin,
    isTty,
    color: isTty && !env.NO_COLOR && env.TERM !== 'dumb',
    stopping,
    out(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    err(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    live(text) {
      if (!isTty) return;
      if (text === '') return clear();
      stderr.write(REPLACE_LINE(text));
      shown = true;
    },
  };
}
