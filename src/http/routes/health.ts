import { createRoute, z } from '@hono/zod-openapi';
import type { Routes } from '../context.ts';

/** Longest wait for the database, ms; beyond that it counts as not reached. */
const DATABASE_MS = 2_000;

const statusSchema = z.object({ status: z.string() });
const answer = (description: string) => ({
  description,
  content: { 'application/json': { schema: statusSchema } },
});

const livez = createRoute({
  method: 'get',
  path: '/livez',
  summary: 'Whether the process runs',
  tags: ['health'],
  responses: { 200: answer('It runs.') },
});

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  summary:
    'Whether requests can be answered: the database is reached and the process is not stopping. HubSpot is not asked',
  tags: ['health'],
  responses: { 200: answer('Ready.'), 503: answer('Not now; the reason is the status.') },
});

/** For whoever starts, stops and routes to processes; the only routes without a key. */
export const healthRoutes: Routes = (api, { db, clock, stopping }) => {
  api.openapi(livez, (c) => c.json({ status: 'ok' }, 200));
  api.openapi(readyz, async (c) => {
    if (stopping.aborted) return c.json({ status: 'stopping' }, 503);
    const late = new AbortController();
    const asked = db.query('select 1').then(
      () => true,
      () => false,
    );
    const reached = await Promise.race([asked, clock.sleep(DATABASE_MS, late.signal).then(() => false)]);
    late.abort();
    return reached ? c.json({ status: 'ready' }, 200) : c.json({ status: 'database not reached' }, 503);
  });
};
