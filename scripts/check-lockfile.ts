// Fails when a package-lock.json is not complete. `npm install` leaves out what it could not fetch for other platforms, without a
// word, and then `npm ci` fails everywhere but on the machine where node_modules was already there.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { listFiles } from './list-files.ts';

const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** What is wrong with a lockfile's content, one sentence each. */
export function lockfileProblems(content: unknown): string[] {
  const { packages } = Lockfile.parse(content);
  return Object.entries(packages).flatMap(([place, entry]) => {
    const problems: string[] = [];
    if (place !== '') {
      if (!entry.version) problems.push(`${place} has no version.`);
      if (!entry.integrity) problems.push(`${place} has no integrity: what is installed could be anything.`);
      if (entry.resolved)
        problems.push(`${place} names an address: write the lockfile with the .npmrc of this repository.`);
    }
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!placesSeenFrom(place, name).some((seen) => seen in packages)) {
        problems.push(
          `${name}, optional for ${place || 'this package'}, is missing: choose a version that is there for each platform.`,
        );
      }
    }
    return problems;
  });
}

/** Where Node looks for a package that is required from `place`. */
function placesSeenFrom(place: string, name: string): string[] {
  const parts = place === '' ? [] : place.split(/\/?node_modules\//).slice(1);
  return Array.from({ length: parts.length + 1 }, (_, depth) =>
    [...parts.slice(0, depth), name].map((part) => `node_modules/${part}`).join('/'),
  );
}

async function main(): Promise<void> {
  const files = (await listFiles(['.'])).filter((file) => basename(file) === 'package-lock.json');
  if (files.length === 0)
    throw new Error('No package-lock.json was found: run this in the root of the repository.');
  let count = 0;
  for (const file of files) {
    const problems = lockfileProblems(JSON.parse(await readFile(file, 'utf8')));
    for (const problem of problems) console.error(`${file}: ${problem}`);
    count += problems.length;
  }
  console.log(`${files.length} lockfiles, ${count} problems.`);
  process.exitCode = count === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
