import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { exportCsv } from '../../src/mirror/export-records.ts';
import type { Program } from '../child.ts';
import { ownUsage } from '../process-usage.ts';

export interface ExportOutput {
  readonly lines: number;
  readonly seconds: number;
  readonly peakRssMb: number;
}

/** Exports the whole mirror as CSV, in a process that does nothing else. */
export const program: Program<{ readonly databaseUrl: string }, ExportOutput> = async (
  { databaseUrl },
  signal,
) => {
  const db = await openDatabase({ url: databaseUrl, log: silentLogger, poolSize: 1 });
  const began = performance.now();
  let lines = 0;
  for await (const part of exportCsv(db, {})) {
    signal.throwIfAborted();
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) lines += 1;
  }
  const seconds = (performance.now() - began) / 1_000;
  await db.close();
  return { lines, seconds, peakRssMb: ownUsage().peakRssMb };
};
