import { pathToFileURL } from 'node:url';

/** What a program of a child process exports as `program`. Rejecting ends the bench. */
export type Program<Input, Output> = (input: Input, signal: AbortSignal) => Promise<Output>;

const [path, input] = process.argv.slice(2);
if (path === undefined || input === undefined || !process.send) {
  throw new Error('This file is started by run-program.ts.');
}
await main(path, JSON.parse(input));

async function main(path: string, input: unknown): Promise<void> {
  const stop = new AbortController();
  const abort = () => stop.abort(new Error('interrupted'));
  // A Ctrl-C reaches the whole process group; a bench that was killed shows as a closed channel.
  process.on('SIGINT', abort).on('SIGTERM', abort).on('disconnect', abort);
  try {
    const { program } = (await import(pathToFileURL(path).href)) as { program: Program<unknown, unknown> };
    const output = await program(input, stop.signal);
    await new Promise((sent) => process.send?.({ output }, undefined, undefined, sent));
  } catch (error) {
    process.exitCode = 1;
    if (!stop.signal.aborted)
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    process.off('disconnect', abort);
    if (process.connected) process.disconnect?.();
  }
}
