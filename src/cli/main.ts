#!/usr/bin/env node
import { constants } from 'node:os';
import { createProcessConsole } from './process-console.ts';
import { runCli } from './program.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second signal ends a stop that takes too long.
    if (stopping.signal.aborted) process.exit(128 + constants.signals[signal]);
    stopping.abort();
  });
}

const console = createProcessConsole(process, stopping.signal, () => stopping.abort());
process.exitCode = await runCli(process.argv.slice(2), console);
// What is left of standard input would keep the process waiting for it.
process.stdin.destroy();
