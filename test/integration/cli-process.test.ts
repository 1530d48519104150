import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds, testDatabase } from '../support/database.ts';
import { folderWith } from '../support/run-cli.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = process.cwd();
const TSX = join(ROOT, 'node_modules', '.bin', 'tsx');
const MAIN = join(ROOT, 'src', 'cli', 'main.ts');
const LIMIT_MS = 60_000;
const CONFIG = `
import { contactByEmail, defineConfig, defineEvent, upsertContact } from 'spoke';
import { z } from 'zod';
const of = ({ email }) => contactByEmail(email);
export default defineConfig({
  events: {
    seen: defineEvent({ payload: z.object({ email: z.string() }), record: of, effects: (payload) => [upsertContact(of(payload))] }),
  },
});
`;

interface Child {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The command as a process of its own. Through node rather than tsx's own command, whose parent would stand between us and signals. */
function start(args: readonly string[], cwd = ROOT, env: NodeJS.ProcessEnv = {}): Child {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return { process: child, stdout: () => stdout, stderr: () => stderr, exit };
}

/** The server of the tests, if there is one: making an embedded database takes longer than all else that such a process does. */
async function onServer(): Promise<NodeJS.ProcessEnv> {
  if (!databaseKinds.includes('postgres')) return {};
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  return { DATABASE_URL: database.url, SPOKE_SCHEMA: database.schema };
}

describe('the process', { timeout: 2 * LIMIT_MS }, () => {
  it('prints its version through tsx', async () => {
    const child = spawn(TSX, [MAIN, '--version'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('drains and ends with 0 on SIGTERM', async () => {
    const child = start(['start'], await folderWith({ 'spoke.config.ts': CONFIG }), await onServer());
    await waitFor(() => child.stderr().includes('spoke started'), { timeout: LIMIT_MS });
    child.process.kill('SIGTERM');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.stderr()).toContain('spoke stopped');
    expect(child.stdout()).toBe('');
  });

  it('ends at once on a second signal', async () => {
    let calls = 0;
    const silent = createServer(() => (calls += 1)).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const child = start(['start'], await folderWith({ 'spoke.config.ts': CONFIG }), {
      ...(await onServer()),
      HUBSPOT_ENABLED: 'true',
      HUBSPOT_SEND_LIVE: 'true',
      HUBSPOT_TIMEOUT: '60',
      SPOKE_LEASE: '180',
      HUBSPOT_API_URL: `http://127.0.0.1:${port}`,
      HUBSPOT_PORTAL_ID: '1',
      HUBSPOT_PRIVATE_APP_TOKEN: 'made-up',
    });
    await waitFor(() => calls > 0, { timeout: LIMIT_MS, what: 'a call that is never answered' });
    child.process.kill('SIGTERM');
    child.process.kill('SIGINT');
    const { code } = await child.exit;
    expect([130, 143]).toContain(code);
  });

  it('ends when the reader of its output goes away', async () => {
    const child = start(['demo']);
    await waitFor(() => child.stdout().includes('Spoke demo'), { timeout: LIMIT_MS });
    child.process.stdout?.destroy();
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.stderr()).not.toContain('EPIPE');
  });
});
