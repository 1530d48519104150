import { createRoute, z } from '@hono/zod-openapi';
import { readMirrorStats } from '../../mirror/mirror-stats.ts';
import type { PullRequest } from '../../pull/pull-report.ts';
import { listRuns, type PullRun, showRun } from '../../pull/runs.ts';
import type { Routes } from '../context.ts';
import { idSchema, jsonContent, keyed, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';
import { principalIn } from '../require-scope.ts';

const requestSchema = z
  .strictObject({
    sync_type: z.enum(['all', 'incremental', 'sweep', 'list']).default('incremental'),
    list: z.string().min(1).max(1_000).optional().openapi({ description: 'Name or id, for sync_type list.' }),
    objects: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(100)
      .optional()
      .openapi({ description: 'Object types. Default: all of the config.' }),
    batch_size: z.int().min(1).max(100).optional().openapi({ description: 'Records per page.' }),
    max_contacts: z
      .int()
      .min(1)
      .optional()
      .openapi({ description: 'At most so many of each object type; the next run goes on behind them.' }),
    wait_seconds: z
      .int()
      .min(0)
      .max(25)
      .default(10)
      .openapi({ description: 'A run that takes longer is answered with 202.' }),
  })
  .openapi('SyncRequest');

const COUNTS = z.object({
  pages: z.int(),
  records: z.int(),
  inserted: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  left: z.int(),
});
const STORED_COUNTS = COUNTS.catch({ pages: 0, records: 0, inserted: 0, changed: 0, unchanged: 0, left: 0 });
const PROBLEM = z.looseObject({ code: z.string(), message: z.string() });

/** A stored report, whatever version has written it. */
const REPORT = z.object({
  total: STORED_COUNTS,
  objects: z.record(z.string(), STORED_COUNTS).catch({}),
  bySegment: z.record(z.string(), z.int()).catch({}),
  errors: z.array(PROBLEM).catch([]),
  error: PROBLEM.optional().catch(undefined),
  missing: z.array(PROBLEM).catch([]),
  warnings: z.array(PROBLEM).catch([]),
  limited: z.boolean().catch(false),
  durationMs: z.number().catch(0),
});

const runSchema = z
  .object({
    run_id: z.int(),
    sync_type: z.string(),
    state: z.enum(['running', 'done', 'incomplete', 'failed', 'stopped']),
    totals: COUNTS,
    pages: z.int(),
    objects: z.record(z.string(), COUNTS),
    by_segment: z.record(z.string(), z.int()),
    errors: z.array(PROBLEM),
    missing: z
      .array(PROBLEM)
      .openapi({ description: 'Ids that could not be read; the next run reads them.' }),
    warnings: z.array(PROBLEM),
    limited: z.boolean().openapi({ description: 'Ended by max_contacts with more to read.' }),
    duration_ms: z.number(),
    timestamp: timeSchema.openapi({ description: 'When it began.' }),
    ended_at: timeSchema.nullable(),
  })
  .openapi('SyncRun');

const statsSchema = z
  .object({
    objects: z.array(
      z.object({
        object_type: z.string(),
        live: z.int(),
        archived: z.int(),
        merged: z.int(),
        gone: z.int(),
        updated_at: timeSchema.nullable(),
        synced_at: timeSchema.nullable(),
        complete_at: timeSchema.nullable().openapi({ description: 'Null: it was never read to the end.' }),
        caught_up_at: timeSchema.nullable().openapi({
          description: 'Every change before this is here, as far as HubSpot’s search showed it.',
        }),
        swept_at: timeSchema.nullable(),
        proven_at: timeSchema.nullable(),
      }),
    ),
    by_segment: z.record(z.string(), z.int()),
    lists: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        size: z.int().nullable(),
        members: z.int(),
        members_read_at: timeSchema.nullable(),
      }),
    ),
    runs: z.array(runSchema).openapi({ description: 'The latest, newest first.' }),
  })
  .openapi('SyncStats');

const SHOWN_RUNS = 5;

/** Having the portal read into the mirror, and how that stands. */
export const syncRoutes: Routes = (api, { db, pull, clock }) => {
  const reading = { tags: ['mirror'], ...keyed(db, 'mirror:read') };

  const start = createRoute({
    method: 'post',
    path: '/api/integrations/hubspot/sync',
    summary: 'Read the portal into the mirror: all, what has changed, what has left, or one list',
    tags: ['mirror'],
    ...keyed(db, 'mirror:write'),
    request: { body: { required: true, content: { 'application/json': { schema: requestSchema } } } },
    responses: {
      200: jsonContent('It has ended; the state says how.', runSchema),
      202: jsonContent('It goes on.', z.object({ run_id: z.int(), state: z.literal('running') })),
      ...problemResponses(400, 401, 403, 409, 413, 415, 422, 502, 503),
    },
  });
  api.openapi(start, async (c) => {
    const { wait_seconds, ...given } = c.req.valid('json');
    const request: PullRequest = {
      kind: given.sync_type,
      ...(given.list === undefined ? {} : { list: given.list }),
      ...(given.objects === undefined ? {} : { objects: given.objects }),
      ...(given.batch_size === undefined ? {} : { pageSize: given.batch_size }),
      ...(given.max_contacts === undefined ? {} : { maxRecords: given.max_contacts }),
      requestedBy: `key ${principalIn(c).name}`.slice(0, 100),
    };
    const waiting = new AbortController();
    const ended = pull.run(request).then(({ run }) => run);
    // Once answered, how it ends stands in the run.
    ended.catch(() => undefined).finally(() => waiting.abort());
    const late = clock.sleep(wait_seconds * 1_000, waiting.signal).then(() => undefined);
    const inTime = await Promise.race([ended, late]);
    if (inTime === undefined && !waiting.signal.aborted) {
      const runs = await listRuns(db, SHOWN_RUNS);
      const run = runs.find(({ kind, state }) => kind === request.kind && state === 'running');
      if (run) return c.json({ run_id: run.id, state: 'running' as const }, 202);
    }
    return c.json(runJson(await showRun(db, await ended)), 200);
  });

  const show = createRoute({
    method: 'get',
    path: '/api/integrations/hubspot/sync/runs/{id}',
    summary: 'Follow one run',
    ...reading,
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: jsonContent('The run.', runSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(show, async (c) => c.json(runJson(await showRun(db, c.req.valid('param').id)), 200));

  const stats = createRoute({
    method: 'get',
    path: '/api/integrations/hubspot/sync/stats',
    summary: 'What the mirror holds, how far it is known to be complete, and the latest runs',
    ...reading,
    responses: { 200: jsonContent('As of now.', statsSchema), ...problemResponses(401, 403) },
  });
  api.openapi(stats, async (c) => {
    const { objects, bySegment, lists } = await readMirrorStats(db);
    return c.json(
      {
        objects: objects.map(
          ({ objectType, updatedAt, syncedAt, completeAt, caughtUpAt, sweptAt, provenAt, ...counts }) => ({
            object_type: objectType,
            ...counts,
            updated_at: timeOf(updatedAt),
            synced_at: timeOf(syncedAt),
            complete_at: timeOf(completeAt),
            caught_up_at: timeOf(caughtUpAt),
            swept_at: timeOf(sweptAt),
            proven_at: timeOf(provenAt),
          }),
        ),
        by_segment: { ...bySegment },
        lists: lists.map(({ membersReadAt, ...rest }) => ({
          ...rest,
          members_read_at: timeOf(membersReadAt),
        })),
        runs: (await listRuns(db, SHOWN_RUNS)).map(runJson),
      },
      200,
    );
  });
};

function runJson(run: PullRun): z.output<typeof runSchema> {
  const report = REPORT.parse(run.report);
  return {
    run_id: run.id,
    sync_type: run.kind,
    state: run.state,
    totals: report.total,
    pages: report.total.pages,
    objects: report.objects,
    by_segment: report.bySegment,
    errors: [...(report.error ? [report.error] : []), ...report.errors],
    missing: report.missing,
    warnings: report.warnings,
    limited: report.limited,
    duration_ms: report.durationMs,
    timestamp: run.begunAt.toISOString(),
    ended_at: timeOf(run.endedAt),
  };
}

const timeOf = (time: Date | null) => time?.toISOString() ?? null;
