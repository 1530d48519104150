import { gunzipSync } from 'node:zlib';
import { OpenAPIHono } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { buildBrowser } from '../../../scripts/build-browser.ts';
import type { HttpEnv } from '../context.ts';
import { formAssetRoutes } from './form-assets.ts';

/** Only these routes: they work with nothing of the context. */
async function setup() {
  await buildBrowser('dist');
  const api = new OpenAPIHono<HttpEnv>();
  formAssetRoutes(api);
  return (path: string, headers: Record<string, string> = {}) => api.request(path, { headers });
}

it('any page may load the scripts, and keep them for an hour', async () => {
  const ask = await setup();
  for (const path of ['/forms/core.js', '/forms/element.js']) {
    const answer = await ask(path);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': expect.stringContaining('max-age=3600'),
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^W\/"/),
    });
    expect(await answer.text()).toMatch(/export|customElements/);
  }
});

it('are packed for those who take that, and not sent again to those who have them', async () => {
  const ask = await setup();
  const plain = await ask('/forms/core.js');
  const packed = await ask('/forms/core.js', { 'accept-encoding': 'br, gzip' });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(await plain.text());
  const known = await ask('/forms/core.js', { 'if-none-match': plain.headers.get('etag') ?? '' });
  expect([known.status, await known.text()]).toEqual([304, '']);
});

it('nothing else is served from there', async () => {
  const ask = await setup();
  for (const path of ['/forms/core.mjs', '/forms/..%2f..%2fpackage.json', '/forms/'])
    expect((await ask(path)).status).toBe(404);
});
