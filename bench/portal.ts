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
  stop(): Promise<void>;
}

export async function startPortal(scope: Scope): Promise<Portal> {
  const child = spawn(
    process.execPath,
    [
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
    return { url, token: TOKEN, portalId: PORTAL_ID, stop };
  }
  throw new Error('The simulator ended before it was ready; its reason stands above.');
}
