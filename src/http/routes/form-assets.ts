import type { Api } from '../context.ts';
import { createFormFiles, formFileName } from '../form-files.ts';

/** Any page may load them, and a new version of Spoke is there within the hour. */
const HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=3600, stale-while-revalidate=86400',
  'content-type': 'text/javascript; charset=utf-8',
  'cross-origin-resource-policy': 'cross-origin',
  vary: 'accept-encoding',
};

/** `/forms/core.js` and `/forms/element.js`: scripts for pages, which load them by address. */
export function formAssetRoutes(api: Api): void {
  const read = createFormFiles();
  api.get('/forms/:file', async (c, next) => {
    const name = formFileName(c.req.param('file'));
    if (name === undefined) return next();
    const { plain, gzipped, etag } = await read(name);
    const headers = { ...HEADERS, etag };
    if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304, headers);
    return /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
      ? c.body(gzipped, 200, { ...headers, 'content-encoding': 'gzip' })
      : c.body(plain, 200, headers);
  });
}
