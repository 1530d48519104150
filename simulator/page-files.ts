import { readdir, readFile } from 'node:fs/promises';
import type { Wire } from './fault-player.ts';

/** Beside this file when run from source, beside the bundle or one above a chunk's folder when built. */
const FOLDERS = ['./page/', '../page/'];
const START = 'index.html';

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

/** Everything from here and nothing inline; markup cannot become script even by a mistake of the page's own code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Serves the files of `page/`, read anew each time; '' is its start. Nothing outside the folder has a name here. */
export function createPageFiles(): (path: string) => Promise<Wire> {
  let listed: Promise<{ folder: URL; names: ReadonlySet<string> }> | undefined;
  return async (path) => {
    listed ??= listPage();
    const { folder, names } = await listed;
    const name = path === '' ? START : path;
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (!names.has(name) || type === undefined) {
      const headers = { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' };
      return { status: 404, headers, payload: 'The page has no such file.\n' };
    }
    const payload = await readFile(new URL(name, folder), 'utf8');
    return { status: 200, headers: { ...HEADERS, 'content-type': type }, payload };
  };
}

async function listPage(): Promise<{ folder: URL; names: ReadonlySet<string> }> {
  for (const candidate of FOLDERS) {
    const folder = new URL(candidate, import.meta.url);
    const files = await readdir(folder, { recursive: true }).catch(() => []);
    const names = new Set(files.map((file) => file.replaceAll('\\', '/')));
    if (names.has(START)) return { folder, names };
  }
  throw new Error('The folder `page` is missing beside the program: install the package anew.');
}
