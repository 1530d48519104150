import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);

const ROOT = process.cwd();
const BIN = join(ROOT, 'node_modules', '.bin');
const BUILD_TIMEOUT_MS = 180_000;
const CHECK_TIMEOUT_MS = 60_000;

/** What goes into the package beside what is built. */
const EXAMPLE = 'examples/rewards-app';
const WEBSITE = 'examples/website-leads';
const MIRROR = 'examples/contact-mirror';
const SHIPPED = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  // The demo runs it.
  ...['README.md', 'portal.ts', 'rewards.ts', 'spoke.config.ts', 'traffic.ts'].map(
    (file) => `${EXAMPLE}/${file}`,
  ),
  ...['site-server.ts', 'spoke.config.ts'].map((file) => `${WEBSITE}/${file}`),
  `${MIRROR}/spoke.config.ts`,
  ...readdirSync(`${WEBSITE}/site`).map((file) => `${WEBSITE}/site/${file}`),
];

const Manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
});
const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

/** A folder with the package built anew, its tarball, and a user's folder where only the tarball and its dependencies are. */
describe('the package', { timeout: CHECK_TIMEOUT_MS }, () => {
  let folder: string;
  let tarball: string;
  let files: string[];
  let user: string;
  let manifest: z.infer<typeof Manifest>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spoke-package-'));
    const source = join(folder, 'source');
    user = join(folder, 'user');
    for (const example of [EXAMPLE, MIRROR, `${WEBSITE}/site`])
      await mkdir(join(source, example), { recursive: true });
    await run(join(BIN, 'tsdown'), ['--out-dir', join(source, 'dist'), '--logLevel', 'warn']);
    for (const file of SHIPPED) await copyFile(file, join(source, file));
    manifest = Manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
    const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: source,
    });
    const [pack] = Packed.parse(JSON.parse(packed.stdout));
    tarball = join(folder, pack.filename);
    files = pack.files.map((file) => file.path);
    await installFor(user, tarball, manifest);
  }, BUILD_TIMEOUT_MS);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('holds what is built, what is to be read first, and nothing else', () => {
    expect(files.filter((file) => !file.startsWith('dist/')).sort()).toEqual([...SHIPPED].sort());
    expect(
      files.filter(
        (file) =>
          !/^dist\/([\w-]+\/)*[\w.-]+\.(mjs|d\.mts|sql)$/.test(file) &&
          !/^dist\/page\/([a-z]+\/)?[a-z-]+\.(html|css|js|json|svg)$/.test(file) &&
          !SHIPPED.includes(file),
      ),
    ).toEqual([]);
    expect(files).toContain('dist/cli/main.mjs');
  });

  it('holds each migration', async () => {
    const names = await readdir('src/db/migrations');
    const migrations = names.map((file) => `dist/migrations/${file}`);
    expect(files.filter((file) => file.endsWith('.sql')).sort()).toEqual(migrations.sort());
  });

  it('passes publint', async () => {
    const { messages, pkg } = await publint({
      pkgDir: join(user, 'node_modules', 'spoke'),
      pack: false,
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('has types that resolve wherever ES modules are imported', async () => {
    const args = [
      tarball,
      '--profile',
      'esm-only',
      '--format',
      'ascii',
      '--no-emoji',
      '--no-definitely-typed',
    ];
    expect(await ended(join(BIN, 'attw'), args, user)).toMatchObject({ code: 0 });
  });

  it.each(['spoke', 'spoke/hubspot', 'spoke/simulator', 'spoke/browser', 'spoke/element', 'spoke/react'])(
    'lets a program import %s and end by itself',
    async (name) => {
      await writeFile(
        join(user, 'import.mjs'),
        `console.log(Object.keys(await import('${name}')).length > 0);\n`,
      );
      const { stdout } = await run(process.execPath, ['import.mjs'], { cwd: user, timeout: 20_000 });
      expect(stdout).toBe('true\n');
    },
  );

  it('compiles in a strict program', async () => {
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    };
    await writeFile(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    await writeFile(
      join(user, 'program.ts'),
      `import { defineConfig } from 'spoke';
import { startSimulator } from 'spoke/simulator';
import * as hubspot from 'spoke/hubspot';
import { createForms, type Result, type Submitted } from 'spoke/browser';
import { defineSpokeForm } from 'spoke/element';
import { ContactForm, useSpokeForm } from 'spoke/react';
export const all: readonly [typeof defineConfig, typeof startSimulator, keyof typeof hubspot] = [defineConfig, startSimulator, 'createHubspotClient'];
export const sent: Promise<Result<Submitted>> = createForms({ url: '/' }).submitContactWithValidation({ email: 'ada@example.com' });
export const shown: readonly unknown[] = [defineSpokeForm, ContactForm, useSpokeForm];
// @ts-expect-error A name that does not exist: the types are not any.
import { nothingOfTheKind } from 'spoke';
`,
    );
    expect(await ended(join(BIN, 'tsc'), ['--project', '.'], user)).toEqual({ code: 0, stdout: '' });
  });

  it('has a command that knows its version', async () => {
    const { stdout } = await spoke(['--version']);
    expect(stdout).toBe(`${manifest.version}\n`);
  });

  it('has a command that finds its migrations', async () => {
    const { stdout } = await spoke(['migrate', '--print']);
    expect(stdout).toContain('create table "spoke".outbox_events');
  });

  it('has a demo that needs nothing else', async () => {
    const { stdout } = await spoke(['demo', '--once', '--events', '5', '--json'], CHECK_TIMEOUT_MS);
    expect(JSON.parse(stdout)).toMatchObject({ events: 5, delivered: 5, dead: 0, http_429: 0 });
  });

  it('has the scripts that pages load', () => {
    expect(files).toEqual(expect.arrayContaining(['dist/forms/core.mjs', 'dist/forms/element.mjs']));
  });

  it('has a demo with a website whose forms come from Spoke', async () => {
    const program = join(user, 'node_modules', 'spoke', 'dist', 'cli', 'main.mjs');
    const demo = spawn(program, ['demo'], { cwd: user });
    try {
      let shown = '';
      const url = await new Promise<string>((resolve, reject) => {
        demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
        demo.stdout.setEncoding('utf8').on('data', (text: string) => {
          shown += text;
          const [, found] = /Fill in a form +(\S+)/.exec(shown) ?? [];
          if (found !== undefined) resolve(found);
        });
      });
      const page = await (await fetch(`${url}contact`)).text();
      const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(page) ?? [];
      const answer = await fetch(script);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        'text/javascript; charset=utf-8',
      ]);
    } finally {
      demo.removeAllListeners('exit');
      demo.kill('SIGTERM');
    }
  });

  it('has a simulator that serves its page', async () => {
    await writeFile(
      join(user, 'page.mjs'),
      `import { startSimulator } from 'spoke/simulator';
const portal = await startSimulator();
const files = ['', 'main.js', 'views/overview.js', 'styles/page.css', 'icon.svg'];
const answers = await Promise.all(files.map((file) => fetch(portal.url + '/_simulator/ui/' + file)));
console.log(JSON.stringify(answers.map(({ status, headers }) => [status, headers.get('content-type').split(';')[0]])));
await portal.stop();
`,
    );
    const { stdout } = await run(process.execPath, ['page.mjs'], { cwd: user, timeout: 20_000 });
    expect(JSON.parse(stdout)).toEqual([
      [200, 'text/html'],
      [200, 'text/javascript'],
      [200, 'text/javascript'],
      [200, 'text/css'],
      [200, 'image/svg+xml'],
    ]);
  });

  function spoke(args: readonly string[], timeout = 20_000) {
    return run(join(user, 'node_modules', 'spoke', 'dist', 'cli', 'main.mjs'), args, { cwd: user, timeout });
  }
});

/** Runs a checker: what it printed is shown when its exit code is not the expected one. */
async function ended(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, timeout: CHECK_TIMEOUT_MS }, (error, stdout) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout });
    });
  });
}

/** Puts the tarball into a user's node_modules, with links to the declared dependencies and to nothing else. */
async function installFor(user: string, tarball: string, manifest: z.infer<typeof Manifest>): Promise<void> {
  const modules = join(user, 'node_modules');
  await mkdir(join(modules, 'spoke'), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', join(modules, 'spoke'), '--strip-components', '1']);
  const names = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.optionalDependencies),
    ...Object.keys(manifest.peerDependencies),
    '@types/node',
    '@types/react',
  ];
  for (const name of names) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(user, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
}
