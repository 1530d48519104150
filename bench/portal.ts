import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endProcess } from './end-process.ts';
import type { Scope } from './scope.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const PORTAL_ID = 4_242_001;
const TOKEN = 'bench-token';

/** A portal without limits, in a process of its own. */
export interface Portal {
  readonly url: string;
  readonly token: string;
  readonly portalId: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** `nodeOptions` are those of its process. Rejects when it ends before it is ready. */
export async function startPortal(scope: Scope, nodeOptions: readonly string[] = []): Promise<Portal> {
  const child = spawn(
    process.execPath,
    [
      ...nodeOptions,
      '--import',
      import.meta.resolve('tsx'),
      MAIN,
      'simulator',
      '--json',
      '--port',
      '0',
      '--portal-id',
      String(PORTAL_ID),
      '--token',
      TOKEN,
      '--limits',
      'none',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const stop = scope.defer(() => endProcess(child));
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    // Nobody reads the rest; a full pipe would stop the simulator.
    child.stdout.resume();
    return { url, token: TOKEN, portalId: PORTAL_ID, pid: child.pid ?? 0, stop };
  }
  throw new Error('The simulator ended before it was ready; its reason stands above.');
}
