// Fails when a source file has more than 600 lines, or more than 400 without saying why in a comment at its top.

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { listFiles } from './list-files.ts';

const MAX_LINES = 600;
/** Longer files begin with a comment that says why they are long. */
const MAX_LINES_WITHOUT_REASON = 400;

const FOLDERS = ['src', 'simulator', 'browser', 'dashboard', 'test', 'scripts', 'bench', 'examples'];
const SOURCE = /\.(ts|tsx|mts|mjs|cjs|js|sql)$/;
/** Written by a program. */
const GENERATED = ['test/schema.sql'];

/** What is wrong with a file's length; undefined when nothing is. */
export function sizeProblem(path: string, text: string): string | undefined {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines > MAX_LINES)
    return `${path} has ${lines} lines and the limit is ${MAX_LINES}: split it by subject.`;
  if (lines > MAX_LINES_WITHOUT_REASON && !/^(#!.*\n)?\s*(\/\/|\/\*|--)/.test(text)) {
    return `${path} has ${lines} lines: above ${MAX_LINES_WITHOUT_REASON} a comment at the top says why, or split it by subject.`;
  }
  return undefined;
}

async function main(): Promise<void> {
  const files = (await listFiles(FOLDERS)).filter((file) => SOURCE.test(file) && !GENERATED.includes(file));
  if (files.length === 0)
    throw new Error('No source file was found: run this in the root of the repository.');
  const problems: string[] = [];
  for (const file of files) {
    const problem = sizeProblem(file, await readFile(file, 'utf8'));
    if (problem !== undefined) problems.push(problem);
  }
  for (const problem of problems) console.error(problem);
  console.log(`${files.length} source files, ${problems.length} too long.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
