import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { createFormFiles, formFileName } from './form-files.ts';

async function folderWith(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'spoke-forms-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { folder, url: pathToFileURL(`${folder}/`) };
}

it('a script comes from the first folder that has it, also packed, with a tag of its text', async () => {
  const [empty, full] = [await folderWith({}), await folderWith({ 'core.mjs': 'export {};\n' })];
  const { plain, gzipped, etag } = await createFormFiles([empty.url, full.url])('core');
  expect(new TextDecoder().decode(plain)).toBe('export {};\n');
  expect(gunzipSync(gzipped).toString()).toBe('export {};\n');
  expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
  const other = await folderWith({ 'core.mjs': 'export {}\n' });
  expect((await createFormFiles([other.url])('core')).etag).not.toBe(etag);
});

it('a script that is not built is an error that says how to build it, and is there once it is built', async () => {
  const { folder, url } = await folderWith({});
  const read = createFormFiles([url]);
  await expect(read('element')).rejects.toMatchObject({
    code: 'FORM_FILES_MISSING',
    message: expect.stringContaining('npm run build:browser'),
  });
  await writeFile(join(folder, 'element.mjs'), 'export {};\n');
  expect((await read('element')).plain.byteLength).toBe(11);
});

it.each(['main.js', 'core.mjs', '..%2fcore.js', 'core.js/', ''])('%j is none', (path) => {
  expect(formFileName(path)).toBeUndefined();
});
