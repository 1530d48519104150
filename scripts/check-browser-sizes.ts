// Fails when a script that pages load from Spoke is larger, packed, than what was promised. Builds them into a folder of its own.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildBrowser } from './build-browser.ts';

/** Bytes after gzip, of each file as it is served. */
const LIMITS: Readonly<Record<string, number>> = { core: 4_000, element: 8_000 };

/** What is wrong with a file's size; undefined when nothing is. */
export function browserSizeProblem(name: string, bytes: number): string | undefined {
  const limit = LIMITS[name];
  if (limit === undefined) return `${name} has no limit: set one in scripts/check-browser-sizes.ts.`;
  if (bytes < limit) return undefined;
  return `${name} has ${bytes} bytes after gzip and has to stay below ${limit}: take something out.`;
}

async function main(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'spoke-browser-sizes-'));
  try {
    await buildBrowser(outDir);
    const problems: string[] = [];
    const sizes: string[] = [];
    for (const name of Object.keys(LIMITS)) {
      const bytes = gzipSync(await readFile(join(outDir, 'forms', `${name}.mjs`)), { level: 9 }).length;
      sizes.push(`${name} ${bytes} of ${LIMITS[name]} bytes`);
      const problem = browserSizeProblem(name, bytes);
      if (problem !== undefined) problems.push(problem);
    }
    for (const problem of problems) console.error(problem);
    console.log(`${sizes.join(', ')} (gzip).`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
