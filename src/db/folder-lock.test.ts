import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';
import { processStart } from './process-identity.ts';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'spoke-lock-')));
  folder = join(root, 'data');
  await mkdir(folder);
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Leaves a claim as another holder would have; `age` in ms. */
async function leaveClaim(claim: { host?: string; pid: number; start: string; age?: number }): Promise<void> {
  const { host = hostname(), pid, start, age = 0 } = claim;
  const path = join(`${folder}.lock`, [host, pid, start, 'abcdef'].join('~'));
  await mkdir(`${folder}.lock`, { recursive: true });
  await writeFile(path, '');
  const time = new Date(Date.now() - age);
  await utimes(path, time, time);
}

test('a second lock names the holder', async () => {
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'DATABASE_LOCKED',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await lock.release();
});

test('another way to the same folder is no way around', async () => {
  const lock = await lockFolder(folder);
  await symlink(folder, join(root, 'link'));
  await expect(lockFolder(join(root, 'link'))).rejects.toMatchObject({ code: 'DATABASE_LOCKED' });
  await lock.release();
});

test('it can be taken again after its release', async () => {
  await (await lockFolder(folder)).release();
  const lock = await lockFolder(folder);
  await lock.release();
  expect(await readdir(`${folder}.lock`)).toEqual([]);
});

test('of many that come at once at most one gets it', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder)));
  const locks = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  expect(locks.length).toBeLessThanOrEqual(1);
  for (const { value } of locks) await value.release();
  await (await lockFolder(folder)).release();
});

test('the lock of a killed process is taken over', async () => {
  const module = JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href);
  const script = `import(${module}).then(async (m) => { await m.lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await expect(lockFolder(folder)).rejects.toMatchObject({ facts: { pid: child.pid } });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockFolder(folder);
  expect(await readdir(`${folder}.lock`)).toHaveLength(1);
  await lock.release();
});

test('a pid that was given to another process does not hold it', async () => {
  await leaveClaim({ pid: process.pid, start: '1' });
  await (await lockFolder(folder)).release();
});

test('a living process with the same start holds it', async () => {
  await leaveClaim({ pid: process.ppid, start: (await processStart(process.ppid)) ?? '' });
  await expect(lockFolder(folder)).rejects.toMatchObject({ facts: { pid: process.ppid } });
});

test('a holder on another machine holds it while it shows signs of life', async () => {
  await leaveClaim({ host: 'elsewhere', pid: 1, start: '1', age: 10_000 });
  await expect(lockFolder(folder)).rejects.toThrow('process 1 on elsewhere');
});

test('a holder on another machine that fell silent does not', async () => {
  await leaveClaim({ host: 'elsewhere', pid: 1, start: '1', age: 60_000 });
  await (await lockFolder(folder)).release();
});
