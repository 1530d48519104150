import { createRoute, z } from '@hono/zod-openapi';
import { REDRIVE_MODES, readRedriveFilter } from '../../outbox/redrive-request.ts';
import { abortRedrive, listRedrives, type Redrive, showRedrive } from '../../outbox/redrives.ts';
import type { Routes } from '../context.ts';
import { idSchema, jsonContent, keyed, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';
import { principalIn } from '../require-scope.ts';
import {
  idempotencyHeaderSchema,
  previewFor,
  previewSchema,
  startedSchema,
  startFor,
} from '../start-redrive.ts';

const NAMES = z.array(z.string().min(1).max(100)).min(1).max(100);

const filterSchema = z
  .strictObject({
    ids: z.array(z.int().min(1)).min(1).max(10_000).optional(),
    state: z.enum(['dead', 'cancelled']).optional(),
    types: NAMES.optional(),
    codes: NAMES.optional(),
    recordKey: z.string().min(1).max(512).optional(),
    since: timeSchema.optional().openapi({ description: 'Recorded at or after.' }),
    until: timeSchema.optional().openapi({ description: 'Recorded before.' }),
    endedSince: timeSchema.optional().openapi({ description: 'Dead since.' }),
    endedUntil: timeSchema.optional().openapi({ description: 'Dead before.' }),
    redrivenBelow: z.int().min(1).max(10_000).optional().openapi({ description: 'Put back fewer times.' }),
  })
  .openapi('RedriveFilter', { description: 'All given parts must fit; `{}` is every dead event.' });

const requestSchema = z
  .strictObject({
    filter: filterSchema,
    mode: z.enum(REDRIVE_MODES).optional(),
    priority: z.enum(['interactive', 'normal', 'bulk']).optional(),
    limit: z.int().min(1).max(2_147_483_647).optional(),
    dryRun: z.boolean().optional().openapi({ description: 'Only say what it would do.' }),
  })
  .openapi('RedriveRequest');

const redriveSchema = z
  .object({
    id: z.int(),
    state: z.enum(['running', 'done', 'aborted']),
    mode: z.enum(REDRIVE_MODES),
    filter: z.unknown(),
    priority: z.int().nullable(),
    limit: z.int().nullable(),
    requestedBy: z.string(),
    rule: z.string().nullable(),
    error: z.string().nullable(),
    total: z.int().nullable(),
    moved: z.int(),
    events: z.object({
      waiting: z.int(),
      delivered: z.int(),
      deadAgain: z.int(),
      cancelled: z.int(),
      elsewhere: z.int(),
    }),
    createdAt: timeSchema,
    finishedAt: timeSchema.nullable(),
  })
  .openapi('Redrive');

const listSchema = z.object({ redrives: z.array(redriveSchema) });
const LISTED = 50;

/** Putting dead events back. */
export const redriveRoutes: Routes = (api, context) => {
  const { db } = context;
  const reading = {
    tags: ['redrives'],
    ...keyed(db, 'events:read'),
  };
  const writing = {
    tags: ['redrives'],
    ...keyed(db, 'redrive:write'),
  };

  const start = createRoute({
    method: 'post',
    path: '/api/redrives',
    summary: 'Put dead events back',
    ...writing,
    request: {
      headers: idempotencyHeaderSchema,
      body: { required: true, content: { 'application/json': { schema: requestSchema } } },
    },
    responses: {
      200: jsonContent('What it would do (`dryRun`).', previewSchema),
      202: jsonContent('It is under way.', startedSchema),
      ...problemResponses(400, 401, 403, 413, 415, 422),
    },
  });
  api.openapi(start, async (c) => {
    const { dryRun, filter, ...options } = c.req.valid('json');
    const request = { ...options, filter: readRedriveFilter(filter) };
    if (dryRun) return c.json(await previewFor(context, request), 200);
    const { 'idempotency-key': key } = c.req.valid('header');
    return c.json(await startFor(context, principalIn(c), request, key), 202);
  });

  const list = createRoute({
    method: 'get',
    path: '/api/redrives',
    summary: `List the latest ${LISTED} redrives`,
    ...reading,
    responses: { 200: jsonContent('Newest first.', listSchema), ...problemResponses(401, 403) },
  });
  api.openapi(list, async (c) =>
    c.json({ redrives: (await listRedrives(db, LISTED)).map(redriveJson) }, 200),
  );

  const show = createRoute({
    method: 'get',
    path: '/api/redrives/{id}',
    summary: 'Follow one redrive',
    ...reading,
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: jsonContent('The redrive.', redriveSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(show, async (c) => c.json(redriveJson(await showRedrive(db, c.req.valid('param').id)), 200));

  const abort = createRoute({
    method: 'post',
    path: '/api/redrives/{id}/abort',
    summary:
      'End a running redrive; what it has not put back stays dead. One that has ended stays as it ended',
    ...writing,
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: jsonContent('The redrive.', redriveSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(abort, async (c) => c.json(redriveJson(await abortRedrive(db, c.req.valid('param').id)), 200));
};

function redriveJson(redrive: Redrive) {
  return {
    ...redrive,
    createdAt: redrive.createdAt.toISOString(),
    finishedAt: redrive.finishedAt?.toISOString() ?? null,
  };
}
