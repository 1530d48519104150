import { createRoute } from '@hono/zod-openapi';
import { SpokeError } from '../../errors.ts';
import type { Routes } from '../context.ts';
import { problemResponses } from '../problem.ts';

export const WEBHOOK_PATH = '/webhooks/hubspot';

const receive = createRoute({
  method: 'post',
  path: WEBHOOK_PATH,
  summary: 'What HubSpot says has changed: the target of its webhooks',
  description:
    'Needs no key, but HubSpot’s signature (v3, or v1 of older apps) with the secret of HUBSPOT_APP_SECRET. The body is a list of events; the records they name are read again.',
  tags: ['webhooks'],
  responses: { 204: { description: 'Taken.' }, ...problemResponses(401, 403, 404, 413, 415, 503) },
});

/** For HubSpot, which proves itself by its signature over the raw body. */
export const webhookRoutes: Routes = (api, { webhooks }) => {
  api.openapi(receive, async (c) => {
    if (!webhooks)
      throw new SpokeError(
        'HTTP_NOT_FOUND',
        'Webhooks are not taken here: set HUBSPOT_APP_SECRET, and name the object types of the mirror in the config.',
      );
    await webhooks.take({
      method: c.req.method,
      target: c.req.url.replace(/^\w+:\/\/[^/]*/, ''),
      headers: c.req.raw.headers,
      body: new Uint8Array(await c.req.arrayBuffer()),
    });
    return c.body(null, 204);
  });
};
