import { createRoute, z } from '@hono/zod-openapi';
import type { Routes } from '../context.ts';
import { keyed } from '../parts.ts';
import { problemResponses } from '../problem.ts';

/** For Prometheus. */
export const metricsRoutes: Routes = (api, { db, metrics }) => {
  const scrape = createRoute({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics in Prometheus’ text format',
    tags: ['metrics'],
    ...keyed(db, 'metrics:read'),
    responses: {
      200: { description: 'All metrics.', content: { 'text/plain': { schema: z.string() } } },
      ...problemResponses(401, 403, 503),
    },
  });
  api.openapi(scrape, async (c) =>
    c.text(await metrics.render(), 200, { 'content-type': metrics.contentType }),
  );
};
