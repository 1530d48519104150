import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as undici from 'undici';
import { describe, expect, it } from 'vitest';

const LOST =
  'undici has moved the files that src/hubspot/undici-parts.ts imports: find their new paths, or import from its entry.';

describe("undici's parts", () => {
  it('stand where they are imported from, and are those of its entry', async () => {
    const parts = await import('./undici-parts.ts').catch((cause: unknown) => {
      throw new Error(LOST, { cause });
    });
    expect(parts.Pool, LOST).toBe(undici.Pool);
    expect(parts.errors.HTTPParserError, LOST).toBe(undici.errors.HTTPParserError);
  });

  it('come from a range that ends with the minor version', async () => {
    const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(dependencies.undici).toMatch(/^~\d+\.\d+\.\d+$/);
  });

  it('load neither fetch nor caches nor mocks', async () => {
    // In a process of its own: here the entry is loaded too.
    const code = `require('undici/lib/dispatcher/pool.js'); require('undici/lib/core/errors.js');
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', code]);
    const files = JSON.parse(stdout) as string[];
    expect(files.some((file) => file.endsWith('/dispatcher/pool.js'))).toBe(true);
    expect(files.filter((file) => /\/(web|mock|cache|interceptor)\//.test(file))).toEqual([]);
  });
});
