import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isMappingError, MappingError } from '../mapping/mapping-error.ts';
import { loadConfig } from './load-config.ts';

const GOOD = `
import { contactByEmail, defineConfig, defineEvent } from 'spoke';
import { z } from 'zod';
export default defineConfig({
  events: {
    signed_up: defineEvent({
      payload: z.object({ email: z.string() }),
      record: ({ email }: { email: string }) => contactByEmail(email),
      effects: () => [],
    }),
  },
});
`;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project outside this package, without node_modules. */
function setup(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'spoke-config-'));
  folders.push(folder);
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('finding', () => {
  test('loads spoke.config.ts of the folder, outside of any installation', async () => {
    const cwd = setup({ 'spoke.config.ts': GOOD });
    const { config, path } = await loadConfig({ cwd });
    expect(path).toBe(join(cwd, 'spoke.config.ts'));
    expect(Object.keys(config.events)).toEqual(['signed_up']);
  });

  test('looks in parent folders up to the package', async () => {
    const cwd = setup({ 'spoke.config.mjs': GOOD.replace(': { email: string }', ''), 'a/b/x.txt': '' });
    const { path } = await loadConfig({ cwd: join(cwd, 'a', 'b') });
    expect(path).toBe(join(cwd, 'spoke.config.mjs'));
  });

  test('names the folders searched, and a file that was probably meant', async () => {
    const cwd = setup({ 'spoke.confg.ts': GOOD, 'a/x.txt': '' });
    await expect(loadConfig({ cwd: join(cwd, 'a') })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      facts: { folders: [join(cwd, 'a'), cwd] },
      message: expect.stringContaining('spoke.confg.ts is near'),
    });
  });

  test('takes a path, relative to the working directory, or its folder', async () => {
    const cwd = setup({ 'etc/spoke.config.ts': GOOD });
    const path = join(cwd, 'etc/spoke.config.ts');
    expect(await loadConfig({ cwd, path: 'etc/spoke.config.ts' })).toMatchObject({ path });
    expect(await loadConfig({ cwd, path: 'etc' })).toMatchObject({ path });
  });

  test('suggests the nearest file for a path that does not exist', async () => {
    const cwd = setup({ 'spoke.config.ts': GOOD });
    await expect(loadConfig({ cwd, path: 'spoke.confg.ts' })).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: expect.stringContaining('Did you mean spoke.config.ts?'),
    });
  });
});

describe('loading', () => {
  test('the config uses this very copy of the package', async () => {
    const cwd = setup({ 'spoke.config.ts': GOOD });
    const { config } = await loadConfig({ cwd });
    const record = () => config.events.signed_up?.record({ email: 'nonsense' });
    expect(record).toThrow(MappingError);
    expect(record).toThrow(expect.toSatisfy(isMappingError));
  });

  // Both are compiled for it, hundreds of files.
  test('a config may use the simulator and the HubSpot client', { timeout: 120_000 }, async () => {
    const cwd = setup({
      'spoke.config.ts': `import 'spoke/hubspot';\nimport 'spoke/simulator';\n${GOOD}`,
    });
    await expect(loadConfig({ cwd })).resolves.toMatchObject({ config: { events: {} } });
  });

  test('a config that throws is named with line and cause', async () => {
    const cwd = setup({ 'spoke.config.ts': `const port: number = 1;\nthrow new RangeError('boom');\n` });
    await expect(loadConfig({ cwd })).rejects.toMatchObject({
      code: 'CONFIG_LOAD_FAILED',
      message: expect.stringMatching(/spoke\.config\.ts:2:\d+ could not be loaded: RangeError: boom$/),
      cause: expect.objectContaining({ message: 'boom' }),
    });
  });

  test('a missing module is named on one line', async () => {
    const cwd = setup({ 'spoke.config.ts': `import 'no-such-module';\n${GOOD}` });
    await expect(loadConfig({ cwd })).rejects.toMatchObject({
      code: 'CONFIG_LOAD_FAILED',
      message: expect.stringMatching(/^[^\n]*Cannot find module 'no-such-module'$/),
    });
  });

  test('the problems that defineConfig found come with the file', async () => {
    const cwd = setup({ 'spoke.config.ts': GOOD.replace('signed_up', "'1st'").replace('effects', 'efects') });
    await expect(loadConfig({ cwd })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${join(cwd, 'spoke.config.ts')} has 3 problems:`),
      facts: { problems: [{ name: 'events.1st' }, { name: 'events.1st' }, { name: 'events.1st.effects' }] },
    });
  });

  test.each([
    ['export const other = 1;', /is missing/],
    [GOOD.replace('export default', 'export const config ='), /config is exported by name/],
    ['export default { events: {} };', /does not come of defineConfig/],
  ])('refuses %.40j', async (text, why) => {
    const cwd = setup({ 'spoke.config.ts': text });
    await expect(loadConfig({ cwd })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(why),
    });
  });

  test('problems of a further check are reported the same way', async () => {
    const cwd = setup({ 'spoke.config.ts': GOOD });
    const check = () => [{ name: 'events.signed_up.sample', message: 'is wrong.' }];
    await expect(loadConfig({ cwd, check })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('events.signed_up.sample: is wrong.'),
    });
  });
});
