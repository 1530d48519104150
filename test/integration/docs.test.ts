import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import ts from 'typescript';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Console } from '../../src/cli/command.ts';
import { allCommands, createProgram } from '../../src/cli/program.ts';
import { describePostgres, testDatabase } from '../support/database.ts';

const ROOT = process.cwd();
const guides = readdirSync('docs/guides').map((name) => `docs/guides/${name}`);
const examples = readdirSync('examples', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/${name}/README.md`);
const PAGES = ['README.md', 'CONTRIBUTING.md', ...guides, ...examples];

/** What the snippets take as given, unless they say themselves what a name is. */
const GIVEN = {
  client: `import('pg').Client`,
  pool: `import('pg').Pool`,
  portal: `import('spoke/simulator').Simulator`,
  email: 'string',
  firstname: 'string',
  message: 'string',
  leadId: 'number',
};

interface Snippet {
  readonly where: string;
  readonly text: string;
}

function snippets(page: string, language: string): Snippet[] {
  const fences = readFileSync(page, 'utf8').matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms);
  return [...fences]
    .filter(([, name]) => name === language)
    .map(([, , text = ''], index) => ({ where: `${page} ${language} ${index + 1}`, text }));
}

describe('snippets', { timeout: 120_000 }, () => {
  it('in TypeScript compile, each page as a program of its own', () => {
    const pages = PAGES.map((page) => ({ page, found: snippets(page, 'ts') }));
    expect(pages.flatMap(({ found }) => found).length).toBeGreaterThanOrEqual(4);
    const files = new Map<string, string>();
    const [config] = snippets('README.md', 'ts');
    const [hubspot] = snippets('docs/guides/hubspot-client.md', 'ts');
    for (const { page, found } of pages) {
      const folder = join(ROOT, 'snippets', page.replaceAll(/\W/g, '-'));
      // Every page means the config that the README begins with.
      files.set(join(folder, 'spoke.config.ts'), config?.text ?? '');
      // And the client that its guide begins with.
      files.set(join(folder, 'hubspot.ts'), hubspot?.text ?? '');
      for (const [index, { text }] of found.entries())
        files.set(join(folder, `${index + 1}.ts`), `${text}\n${givenTo(text)}\nexport {};\n`);
    }
    expect(compile(files)).toEqual([]);
  });

  it('in TypeScript with React compile', () => {
    const found = PAGES.flatMap((page) => snippets(page, 'tsx'));
    expect(found.length).toBeGreaterThanOrEqual(2);
    const files = found.map(({ text }, at) => [join(ROOT, 'snippets', `${at}.tsx`), text] as const);
    const inBrowsers = {
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      jsx: ts.JsxEmit.ReactJSX,
      types: [],
      paths: { 'spoke/react': ['./browser/react/index.ts'] },
    };
    expect(compile(new Map(files), inBrowsers)).toEqual([]);
  });

  it('that do not compile are noticed', () => {
    const file = join(ROOT, 'snippets', 'wrong.ts');
    const text = `import { createSpoke } from 'spoke';\ncreateSpoke({ shema: 'x' });\n`;
    expect(compile(new Map([[file, text]]))).toEqual([expect.stringContaining("'shema' does not exist")]);
  });
});

describePostgres('SQL snippets', () => {
  const found = PAGES.flatMap((page) => snippets(page, 'sql'));

  it('are there', () => expect(found.length).toBeGreaterThanOrEqual(3));

  it.each(found)('$where runs on a migrated database', async ({ text }) => {
    const database = await testDatabase({ schema: 'spoke' });
    onTestFinished(() => database.drop());
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    onTestFinished(() => client.end());
    // Roles belong to the whole server: gone with the transaction.
    await client.query('begin; create role app');
    await client.query(text);
    await client.query('rollback');
    expect(inject('postgres')).not.toBeNull();
  });
});

describe('command lines', () => {
  const lines = PAGES.flatMap((page) => commandLines(page).map((line) => ({ page, line })));

  it('are there', () => expect(lines.length).toBeGreaterThanOrEqual(15));

  it.each(lines)('$page: $line', async ({ line }) => {
    expect(await problemOf(words(line))).toBeUndefined();
  });

  it.each([['events lst'], ['migrate --prnt'], ['events show'], ['nope']])(
    '%s would be noticed',
    async (line) => {
      expect(await problemOf(words(line))).toBeDefined();
    },
  );
});

function givenTo(snippet: string): string {
  const own = (name: string) =>
    new RegExp(`^(?:import|export const|const)\\b[^=;]*\\b${name}\\b`, 'm').test(snippet);
  return Object.entries(GIVEN)
    .filter(([name]) => !own(name))
    .map(([name, type]) => `declare const ${name}: ${type};`)
    .join('\n');
}

function compile(files: ReadonlyMap<string, string>, more: ts.CompilerOptions = {}): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options: usual } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [] },
    ts.sys,
    ROOT,
  );
  const options = { ...usual, ...more };
  const host = ts.createCompilerHost(options);
  const { fileExists, directoryExists, readFile, getSourceFile } = host;
  host.directoryExists = (path) =>
    [...files.keys()].some((file) => file.startsWith(`${path}/`)) || (directoryExists?.(path) ?? false);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) =>
    [program.getSyntacticDiagnostics, program.getSemanticDiagnostics].flatMap((diagnose) =>
      diagnose(program.getSourceFile(path)).map(
        ({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      ),
    ),
  );
}

/** What stands behind `npx spoke` or `npm run … spoke --`, in shell blocks and in inline code. */
function commandLines(page: string): string[] {
  const text = readFileSync(page, 'utf8');
  const blocks = snippets(page, 'sh').flatMap((snippet) => snippet.text.split('\n'));
  const inline = [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...blocks, ...inline].flatMap((line) => {
    const args = /(?:npx spoke|spoke --|npm start --|^spoke) (.+?)(?:\s+#.*)?$/.exec(line)?.[1];
    if (args === undefined || /^[A-Z]/.test(args)) return [];
    return [line.includes('npm start --') ? `demo ${args}` : args];
  });
}

const words = (line: string) =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );

/** Parses a command line without running it. */
async function problemOf(args: readonly string[]): Promise<string | undefined> {
  const program = createProgram(QUIET, () => undefined);
  for (const command of allCommands(program))
    if (command.commands.length === 0) command.action(() => undefined);
  try {
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const QUIET: Console = {
  env: {},
  cwd: ROOT,
  input: (async function* () {})(),
  out: () => undefined,
  err: () => undefined,
  live: () => undefined,
  isTty: false,
  color: false,
  stopping: new AbortController().signal,
};
