import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

export interface SiteOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Where Spoke's HTTP API is; a function, as the one may have to know the other's address first. */
  readonly spokeUrl: () => string;
}

const PAGES: Readonly<Record<string, string>> = {
  '/': 'home',
  '/contact': 'contact',
  '/demo': 'demo',
  '/quote': 'quote',
  '/upload': 'upload',
  '/thanks': 'thanks',
};
const FILES: Readonly<Record<string, string>> = {
  '/site.css': 'text/css; charset=utf-8',
  '/mark.svg': 'image/svg+xml',
  '/product.svg': 'image/svg+xml',
};
const FOLDER = new URL('./site/', import.meta.url);

/** The pages of the site: plain HTML under a policy without exceptions, so scripts come from Spoke and from nowhere else. */
export async function startSite({ port, spokeUrl }: SiteOptions): Promise<Site> {
  const layout = await readFile(new URL('layout.html', FOLDER), 'utf8');
  let url = '';
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname.replace(/(?<=.)\/$/, '');
    const type = FILES[path];
    if (type !== undefined) {
      response.writeHead(200, { ...HEADERS, 'content-type': type, 'cache-control': 'public, max-age=3600' });
      response.end(await readFile(new URL(path.slice(1), FOLDER)));
      return;
    }
    const name = PAGES[path];
    const [status, page] =
      name === undefined ? [404, NOT_FOUND] : [200, await readFile(new URL(`${name}.html`, FOLDER), 'utf8')];
    const headers = { ...HEADERS, 'content-type': 'text/html; charset=utf-8' };
    response.writeHead(status, { ...headers, 'content-security-policy': policyFor(spokeUrl()) });
    response.end(filledIn(layout, page, { path, spoke: spokeUrl(), site: url }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const HEADERS = {
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
};
const NOT_FOUND =
  '<!-- Not found --><section class="section"><div class="wrap said"><h1>There is nothing here</h1><p><a href="/">To the product</a></p></div></section>';

/** What a page with a form of Spoke needs: its script, its answers, and posts for visitors without scripts. */
function policyFor(spoke: string): string {
  return [
    "default-src 'none'",
    `script-src ${spoke}/forms/`,
    `connect-src ${spoke}`,
    `form-action ${spoke} 'self'`,
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function filledIn(
  layout: string,
  page: string,
  { path, spoke, site }: { readonly path: string; readonly spoke: string; readonly site: string },
): string {
  const title = /^<!-- (.*?) -->/.exec(page)?.[1] ?? '';
  const here = `<li><a href="${path}"`;
  return layout
    .replace(here, `${here} aria-current="page"`)
    .replace('{{main}}', () => page.slice(page.indexOf('-->') + 3))
    .replaceAll('{{title}}', title)
    .replaceAll('{{spoke}}', spoke)
    .replaceAll('{{site}}', site);
}
