import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FileKind } from '../../config/file-kinds.ts';
import { type ProfileResult, refusedFile } from './profile.ts';

export interface ThreadLimits {
  /** Of the thread's heap, MiB. Default 256. */
  readonly memoryMb?: number;
  /** Default 60,000. */
  readonly deadlineMs?: number;
}

/** Beside this file when run from source, beside the bundle or one above a chunk's folder when built. */
const FILES = ['./profile-thread.ts', './profile-thread.mjs', '../profile-thread.mjs'];
const MEMORY_MB = 256;
const DEADLINE_MS = 60_000;

/**
 * Looks through a file in a thread of its own, with a limit for its memory and a deadline: whatever the file does to it, this
 * process goes on. The thread is ended when `signal` aborts, which rejects with its reason.
 */
export function profileInThread(
  path: string,
  kind: FileKind,
  { memoryMb = MEMORY_MB, deadlineMs = DEADLINE_MS }: ThreadLimits = {},
  signal?: AbortSignal,
): Promise<ProfileResult> {
  signal?.throwIfAborted();
  const worker = new Worker(threadFile(), {
    workerData: { path, kind },
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32 },
  });
  return new Promise<ProfileResult>((resolve, reject) => {
    const late = setTimeout(() => resolve(refusedFile('DEADLINE')), deadlineMs);
    const stop = () => reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', (result: ProfileResult) => resolve(result));
    worker.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(refusedFile('MEMORY'));
      else reject(error);
    });
    worker.once('exit', (code) => reject(new Error(`The thread ended with ${code} and without a result.`)));
    worker.once('exit', () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', stop);
    });
  }).finally(() => worker.terminate());
}

function threadFile(): URL {
  const found = FILES.map((each) => new URL(each, import.meta.url)).find((each) =>
    existsSync(fileURLToPath(each)),
  );
  if (found === undefined)
    throw new Error('profile-thread.mjs is missing beside the program: install the package anew.');
  return found.pathname.endsWith('.ts') ? fromSource(found) : found;
}

/** TypeScript that is run from source needs its loader in the thread too, which no option of a thread brings there. */
function fromSource(file: URL): URL {
  const api = createRequire(import.meta.url).resolve('tsx/esm/api');
  const loader = pathToFileURL(api.replace(/\.cjs$/, '.mjs')).href;
  const code = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(file.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
