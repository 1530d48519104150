import { createRoute, z } from '@hono/zod-openapi';
import type { SpokeConfig } from '../../config/define-config.ts';
import { SpokeError } from '../../errors.ts';
import type { Routes } from '../context.ts';
import { jsonContent, keyed, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';
import { principalIn } from '../require-scope.ts';
import {
  idempotencyHeaderSchema,
  previewFor,
  previewSchema,
  startedSchema,
  startFor,
} from '../start-redrive.ts';

const requestSchema = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .openapi({ description: 'This event type only. Default: those of `leadTypes` in the config.' }),
    since: timeSchema.optional().openapi({ description: 'Failed at or after.' }),
    limit: z.int().min(1).max(2_147_483_647).optional().openapi({ description: 'The oldest so many.' }),
    dryRun: z.boolean().optional().openapi({ description: 'Only say what it would do.' }),
  })
  .openapi('ResyncRequest');

/** The leads of an application, in its own words. */
export const leadRoutes: Routes = (api, context) => {
  const { db, config } = context;
  const resync = createRoute({
    method: 'post',
    path: '/internal/leads/resync-failed',
    summary: 'Put the dead events of leads back',
    tags: ['redrives'],
    ...keyed(db, 'redrive:write'),
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
  api.openapi(resync, async (c) => {
    const { type, since, limit, dryRun } = c.req.valid('json');
    const types = type === undefined ? leadTypesOf(config) : [type];
    if (types.length === 0) throw noLeadTypes();
    const request = {
      filter: {
        state: 'dead' as const,
        types,
        ...(since === undefined ? {} : { endedSince: new Date(since) }),
      },
      limit,
    };
    if (dryRun) return c.json(await previewFor(context, request), 200);
    const { 'idempotency-key': key } = c.req.valid('header');
    return c.json(await startFor(context, principalIn(c), request, key), 202);
  });
};

/** The event types that are leads: those the config names, else those whose name begins with `lead`; with their aliases. */
export function leadTypesOf({ leadTypes, events }: SpokeConfig): string[] {
  const names = leadTypes ?? Object.keys(events).filter((name) => /^lead/i.test(name));
  return names.flatMap((name) => [name, ...(events[name]?.aliases ?? [])]);
}

function noLeadTypes(): SpokeError {
  const message = 'No event of the config is a lead: name one here, or set leadTypes in spoke.config.ts.';
  return new SpokeError('HTTP_INVALID', message, { facts: { fields: { type: message } } });
}
