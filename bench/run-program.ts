import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcess } from './end-process.ts';
import type { Scope } from './scope.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/**
 * Runs `program` of a file below bench/ in a Node process of its own, so that neither its CPU time nor its memory mixes with
 * another's. Input and output travel as JSON; what it prints goes to stderr.
 */
export async function runProgram<Output>(scope: Scope, file: string, input: unknown): Promise<Output> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), CHILD, path, JSON.stringify(input)],
    {
      stdio: ['ignore', 2, 2, 'ipc'],
    },
  );
  const stopped = scope.defer(() => endProcess(child));
  const answer: { output?: Output } = {};
  child.on('message', (message) => Object.assign(answer, message));
  const [code, signal] = await once(child, 'exit');
  await stopped();
  if (code !== 0 || !('output' in answer))
    throw new Error(`${basename(file)} ended with ${signal ?? `exit code ${code}`}.`);
  return answer.output as Output;
}
