import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A worker may take 15 s to drain; what still runs after this is killed. */
const GRACE_MS = 20_000;

/** Asks a process to end, kills it when it does not, and resolves when it is gone. */
export async function endProcess(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}
