import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import type { Rule } from '../../config/rule.ts';
import {
  abortBulkChange,
  type BulkChange,
  listBulkChanges,
  showBulkChange,
  startBulkChange,
} from '../../records/bulk-changes.ts';
import { previewBulkChange } from '../../records/preview-bulk.ts';
import type { Routes } from '../context.ts';
import { idSchema, jsonContent, keyed, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';
import { principalIn } from '../require-scope.ts';
import { idempotencyHeaderSchema } from '../start-redrive.ts';

const NAME = z.string().min(1).max(1_000);
const requestSchema = z
  .strictObject({
    query: z
      .strictObject({
        objectType: z.string().min(1).max(100).optional(),
        where: z.unknown().optional().openapi({ type: 'object', description: 'A rule, as in the config.' }),
        segment: NAME.optional(),
        list: NAME.optional(),
        text: NAME.optional(),
        all: z.literal(true).optional(),
      })
      .openapi('BulkQuery', { description: 'All given parts must fit; `all` is every record of the type.' }),
    action: z
      .discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('update'),
          set: z.record(
            z.string(),
            z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
          ),
        }),
        z.strictObject({ kind: z.literal('archive') }),
        z.strictObject({ kind: z.literal('add-to-list'), list: NAME }),
      ])
      .openapi('BulkAction'),
    limit: z.int().min(1).max(2_147_483_647).optional(),
    dryRun: z.boolean().optional().openapi({ description: 'Only say what it would do.' }),
  })
  .openapi('BulkRequest');

const previewSchema = z
  .object({
    count: z.int(),
    countIsEstimate: z.boolean(),
    sample: z.array(z.object({ id: z.string(), properties: z.record(z.string(), z.string()) })),
    estimate: z.object({
      calls: z.int(),
      waiting: z.object({ events: z.int(), calls: z.int() }),
      callsPerSecond: z.number().nullable(),
      seconds: z.number().nullable(),
      dailyCallsLeft: z.int().nullable(),
    }),
  })
  .openapi('BulkPreview');

const bulkSchema = z
  .object({
    id: z.int(),
    state: z.enum(['running', 'done', 'aborted']),
    query: z.unknown(),
    action: z.unknown(),
    limit: z.int().nullable(),
    requestedBy: z.string(),
    error: z.string().nullable(),
    total: z.int().nullable(),
    recorded: z.int(),
    events: z.object({
      waiting: z.int(),
      delivered: z.int(),
      dead: z.int(),
      cancelled: z.int(),
      elsewhere: z.int(),
    }),
    createdAt: timeSchema,
    finishedAt: timeSchema.nullable(),
  })
  .openapi('BulkChange');

const PATH = '/api/integrations/hubspot/bulk-changes';
const LISTED = 50;

/** One change for many records of the mirror. */
export const bulkRoutes: Routes = (api, { db }) => {
  const reading = { tags: ['mirror'], ...keyed(db, 'mirror:read') };
  const writing = { tags: ['mirror'], ...keyed(db, 'mirror:write') };

  const start = createRoute({
    method: 'post',
    path: PATH,
    summary: 'Update, archive or put on a list all records of the mirror that are found',
    ...writing,
    request: {
      headers: idempotencyHeaderSchema,
      body: { required: true, content: { 'application/json': { schema: requestSchema } } },
    },
    responses: {
      200: jsonContent('What it would do (`dryRun`).', previewSchema),
      202: jsonContent('It is under way.', z.object({ bulkChangeId: z.int() })),
      ...problemResponses(400, 401, 403, 413, 415, 422),
    },
  });
  api.openapi(start, async (c) => {
    const { dryRun, query, ...rest } = c.req.valid('json');
    const principal = principalIn(c);
    const { where, ...others } = query;
    const request = {
      ...rest,
      // Its form is checked with the request.
      query: { ...others, ...(where === undefined ? {} : { where: where as Rule }) },
      requestedBy: `key ${principal.name}`.slice(0, 100),
    };
    if (dryRun) {
      const { total, isEstimate, sample, estimate } = await previewBulkChange(db, request);
      const { calls, waiting, callsPerSecond, seconds, dailyCallsLeft } = estimate;
      return c.json(
        {
          count: total,
          countIsEstimate: isEstimate,
          sample: sample.map(({ id, properties }) => ({ id, properties: { ...properties } })),
          estimate: { calls, waiting, callsPerSecond, seconds, dailyCallsLeft },
        },
        200,
      );
    }
    const { 'idempotency-key': key } = c.req.valid('header');
    const idempotency =
      key === undefined
        ? undefined
        : {
            key: `${principal.keyId}:${key}`,
            hash: createHash('sha256').update(JSON.stringify(request)).digest('hex'),
          };
    return c.json({ bulkChangeId: await startBulkChange(db, { ...request, idempotency }) }, 202);
  });

  const list = createRoute({
    method: 'get',
    path: PATH,
    summary: `List the latest ${LISTED} bulk changes`,
    ...reading,
    responses: {
      200: jsonContent('Newest first.', z.object({ bulkChanges: z.array(bulkSchema) })),
      ...problemResponses(401, 403),
    },
  });
  api.openapi(list, async (c) =>
    c.json({ bulkChanges: (await listBulkChanges(db, LISTED)).map(bulkJson) }, 200),
  );

  const show = createRoute({
    method: 'get',
    path: `${PATH}/{id}`,
    summary: 'Follow one bulk change',
    ...reading,
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: jsonContent('The bulk change.', bulkSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(show, async (c) => c.json(bulkJson(await showBulkChange(db, c.req.valid('param').id)), 200));

  const abort = createRoute({
    method: 'post',
    path: `${PATH}/{id}/abort`,
    summary: 'End a running bulk change; what it has recorded is still delivered',
    ...writing,
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: jsonContent('The bulk change.', bulkSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(abort, async (c) => c.json(bulkJson(await abortBulkChange(db, c.req.valid('param').id)), 200));
};

function bulkJson(change: BulkChange) {
  return {
    ...change,
    createdAt: change.createdAt.toISOString(),
    finishedAt: change.finishedAt?.toISOString() ?? null,
  };
}
