import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import * as zod from 'zod';
import { SpokeError } from '../errors.ts';
import { type ConfigProblem, isSpokeConfig, type SpokeConfig } from './define-config.ts';
import { nearestName, suggestion } from './nearest-name.ts';

/** In the order in which they are preferred. */
const FILE_NAMES = ['spoke.config.ts', 'spoke.config.mts', 'spoke.config.js', 'spoke.config.mjs'];
const NAMED_EXPORTS = ['default', 'config'];

export interface LoadOptions {
  /** Where to look, with the parent folders up to the one that holds package.json; default the working directory. */
  readonly cwd?: string;
  /** The file, from --config or SPOKE_CONFIG; nothing is searched then. */
  readonly path?: string | undefined;
  /** Further checks of the loaded config, for example `checkSamples`; their problems are reported like its own. */
  readonly check?: (config: SpokeConfig) => readonly ConfigProblem[];
}

export interface LoadedConfig {
  readonly config: SpokeConfig;
  /** Absolute path of the file. */
  readonly path: string;
}

/**
 * Finds and loads spoke.config.ts. Inside it, `spoke`, `spoke/hubspot` and `spoke/simulator` are this very package, and so is
 * `zod` where the config's folder has none: a config works wherever it lies, installed or not.
 *
 * @throws SpokeError CONFIG_NOT_FOUND with the folders searched, CONFIG_LOAD_FAILED when the file throws, CONFIG_INVALID with
 * every problem of what it exports.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const cwd = resolve(options.cwd ?? '.');
  const path = options.path === undefined ? findConfig(cwd) : givenConfig(resolve(cwd, options.path));
  const exported = await importWithSpoke(path);
  const config = exported.default;
  if (!isSpokeConfig(config)) throw invalid(path, [noConfig(exported)]);
  const problems = options.check?.(config) ?? [];
  if (problems.length > 0) throw invalid(path, problems);
  return { config, path };
}

function findConfig(cwd: string): string {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.push(folder);
    const name = FILE_NAMES.find((candidate) => isFile(join(folder, candidate)));
    if (name !== undefined) return join(folder, name);
    if (isFile(join(folder, 'package.json')) || dirname(folder) === folder) break;
  }
  throw new SpokeError(
    'CONFIG_NOT_FOUND',
    `No spoke.config.ts (or .mts, .js, .mjs) was found in ${folders.join(', ')}.${misnamed(folders)} Create it, or name the file with --config or SPOKE_CONFIG.`,
    { facts: { folders } },
  );
}

function givenConfig(path: string): string {
  if (isFile(path)) return path;
  const isFolder = existsSync(path);
  const inside = isFolder ? FILE_NAMES.find((name) => isFile(join(path, name))) : undefined;
  if (inside !== undefined) return join(path, inside);
  const folder = isFolder ? path : dirname(path);
  const hint = isFolder ? misnamed([folder]) : suggestion(basename(path), filesOf(folder));
  throw new SpokeError('CONFIG_NOT_FOUND', `There is no config file ${path}; searched in ${folder}.${hint}`, {
    facts: { folders: [folder] },
  });
}

function misnamed(folders: readonly string[]): string {
  for (const folder of folders) {
    const nearest = nearestName(
      'spoke.config.ts',
      filesOf(folder).filter((name) => name.startsWith('spoke')),
    );
    if (nearest !== undefined) return ` ${join(folder, nearest)} is near, but not the name.`;
  }
  return '';
}

/** Imports a TypeScript or JavaScript module in which `spoke` means this very package. */
export async function importWithSpoke(path: string): Promise<Record<string, unknown>> {
  const { spoke, ...others } = ownEntries();
  const jiti = createJiti(path, {
    // Wrapping every module in a proxy would tax each access the mapping makes.
    interopDefault: false,
    fsCache: false,
    // The running copies themselves, not second ones: classes are shared, and nothing is compiled again (zod alone takes 2 s).
    virtualModules: { spoke: await import(pathToFileURL(spoke).href), ...(hasOwnZod(path) ? {} : { zod }) },
    nativeModules: ['zod'],
    alias: others,
  });
  try {
    return await jiti.import<Record<string, unknown>>(path);
  } catch (error) {
    throw loadFailure(path, error);
  }
}

/** The files behind this package's entry points, in the source tree (.ts) as in the built package. */
function ownEntries(): { readonly spoke: string } & Readonly<Record<string, string>> {
  const here = import.meta.url;
  const file = (relative: string) => fileURLToPath(new URL(relative, here));
  if (here.endsWith('.ts')) {
    return {
      spoke: file('../index.ts'),
      'spoke/hubspot': file('../hubspot/index.ts'),
      'spoke/simulator': file('../../simulator/index.ts'),
    };
  }
  const entry = (name: string) => fileURLToPath(import.meta.resolve(name));
  return {
    spoke: entry('spoke'),
    'spoke/hubspot': entry('spoke/hubspot'),
    'spoke/simulator': entry('spoke/simulator'),
  };
}

/** True when the config's folder has another zod than this package. */
function hasOwnZod(path: string): boolean {
  try {
    return createRequire(path).resolve('zod') !== createRequire(import.meta.url).resolve('zod');
  } catch {
    return false;
  }
}

function loadFailure(path: string, error: unknown): SpokeError {
  if (isInvalidConfig(error)) return invalid(path, error.facts.problems);
  const isError = error instanceof Error;
  // A missing module brings its require stack along, a syntax error its excerpt: the cause keeps them.
  const [message = ''] = (isError ? error.message : String(error)).trim().split('\n');
  const line = isError ? lineIn(path, error) : undefined;
  return new SpokeError(
    'CONFIG_LOAD_FAILED',
    `${path}${line ? `:${line}` : ''} could not be loaded: ${isError ? `${error.name}: ` : ''}${message.trim()}`,
    { cause: error, facts: { path } },
  );
}

/** Where in the config the error arose, as line or line:column. */
function lineIn(path: string, error: Error): string | undefined {
  const text = `${error.message}\n${error.stack ?? ''}`;
  const start = text.indexOf(`${path}:`);
  return start < 0 ? undefined : /^\d+(?::\d+)?/.exec(text.slice(start + path.length + 1))?.[0];
}

/** By its fields, not by class: an installed copy of the package has classes of its own. */
function isInvalidConfig(
  error: unknown,
): error is { readonly facts: { readonly problems: readonly ConfigProblem[] } } {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'CONFIG_INVALID') return false;
  const facts: unknown = Reflect.get(error, 'facts');
  return typeof facts === 'object' && facts !== null && Array.isArray(Reflect.get(facts, 'problems'));
}

function noConfig(exported: Record<string, unknown>): ConfigProblem {
  if (exported.default !== undefined) {
    return {
      name: 'default export',
      message: 'does not come of defineConfig: export default defineConfig({ … }).',
    };
  }
  const named = Object.keys(exported).find(
    (name) => isSpokeConfig(exported[name]) || nearestName(name, NAMED_EXPORTS) !== undefined,
  );
  const hint = named === undefined ? '' : ` ${named} is exported by name: export it as default.`;
  return { name: 'default export', message: `is missing: export default defineConfig({ … }).${hint}` };
}

function invalid(path: string, problems: readonly ConfigProblem[]): SpokeError {
  const lines = problems.map(({ name, message }) => `\n  ${name}: ${message}`).join('');
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new SpokeError('CONFIG_INVALID', `${path} has ${count}:${lines}`, { facts: { path, problems } });
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
