import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

it('prints one line when ready, serves the portal it was told, and stops on SIGTERM', async () => {
  const args = [
    '--import',
    'tsx',
    MAIN,
    '--portal-id',
    '77',
    '--token',
    'pat-na1-main',
    '--limits',
    'none',
    '--seed',
    '5',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { url, portalId } = JSON.parse(line) as { url: string; portalId: number };
    expect(portalId).toBe(77);
    const answer = await fetch(`${url}/account-info/2026-09/details`, {
      headers: { authorization: 'Bearer pat-na1-main' },
    });
    expect(await answer.json()).toMatchObject({ portalId: 77 });
  } finally {
    child.kill('SIGTERM');
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: 0, signal: null });
});
