import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from './index.ts';

/**
 * `npx tsx simulator/seed-bench.ts [--contacts 100000]`: fills a portal, saves it, reads it back, and prints a JSON line of
 * each: seconds by the clock and of the CPU, and memory (MB, RSS).
 */
const { values } = parseArgs({ options: { contacts: { type: 'string', default: '100000' } } });

const folder = mkdtempSync(join(tmpdir(), 'simulator-seed-'));
const stateFile = join(folder, 'portal.ndjson');
try {
  const filled = await startSimulator();
  await measure('seed', () => filled.seed({ contacts: Number(values.contacts) }));
  await measure('save', () => filled.save(stateFile));
  await filled.stop();
  const read = await measure('load', () => startSimulator({ stateFile }));
  await read.stop();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  const round = (seconds: number) => Math.round(seconds * 10) / 10;
  process.stdout.write(
    `${JSON.stringify({
      what,
      seconds: round((performance.now() - started) / 1_000),
      cpuSeconds: round((user + system) / 1_000_000),
      rssMb: Math.round(process.memoryUsage().rss / 1_000_000),
    })}\n`,
  );
  return result;
}
