import { createRoute, z } from '@hono/zod-openapi';
import { SpokeError } from '../../errors.ts';
import { EVENT_STATES } from '../../outbox/event-filter.ts';
import { type EventSummary, listEvents, showEvent } from '../../outbox/events.ts';
import type { Routes } from '../context.ts';
import { idSchema, jsonContent, keyed, severalSchema, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';

const MAX_PAGE = 500;

const summarySchema = z
  .object({
    id: z.int(),
    type: z.string(),
    state: z.enum(EVENT_STATES),
    recordKey: z.string().nullable(),
    attemptCount: z.int(),
    lastErrorCode: z.string().nullable(),
    lastError: z.string().nullable(),
    createdAt: timeSchema,
    processedAt: timeSchema.nullable(),
  })
  .openapi('EventSummary');

const detailSchema = summarySchema
  .extend({
    payload: z.unknown(),
    idempotencyKey: z.string().nullable(),
    priority: z.int(),
    occurredAt: timeSchema,
    hubspotId: z.string().nullable(),
    lane: z
      .object({
        waiting: z.int(),
        readyAt: timeSchema,
        leasedBy: z.string().nullable(),
        failures: z.int(),
        crashes: z.int(),
      })
      .nullable(),
    attempts: z.array(
      z.object({
        startedAt: timeSchema,
        call: z.string(),
        worker: z.string(),
        status: z.int().nullable(),
        durationMs: z.int().nullable(),
        correlationId: z.string().nullable(),
        error: z.string().nullable(),
      }),
    ),
    effects: z.array(z.object({ kind: z.string(), mark: z.string(), hubspotId: z.string().nullable() })),
  })
  .openapi('Event');

const pageSchema = z
  .object({
    events: z.array(summarySchema),
    nextCursor: z.string().nullable().openapi({ description: 'For the next page; null on the last.' }),
  })
  .openapi('EventPage');

const querySchema = z.strictObject({
  state: z.enum(EVENT_STATES).optional(),
  type: severalSchema.openapi({ description: 'Any of these types; may stand several times.' }),
  code: severalSchema.openapi({ description: 'Any of these codes as last error; may stand several times.' }),
  record: z.string().min(1).max(512).optional(),
  since: timeSchema.optional().openapi({ description: 'Recorded at or after.' }),
  until: timeSchema.optional().openapi({ description: 'Recorded before.' }),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a cursor of an earlier page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
});

/** Events as operators see them. */
export const eventRoutes: Routes = (api, { db }) => {
  const list = createRoute({
    method: 'get',
    path: '/api/events',
    summary: 'List events, newest first',
    tags: ['events'],
    ...keyed(db, 'events:read'),
    request: { query: querySchema },
    responses: { 200: jsonContent('A page of events.', pageSchema), ...problemResponses(401, 403, 422) },
  });
  api.openapi(list, async (c) => {
    const { state, type, code, record, since, until, cursor, limit } = c.req.valid('query');
    const found = await listEvents(
      db,
      {
        state,
        types: type,
        codes: code,
        recordKey: record,
        since: since === undefined ? undefined : new Date(since),
        until: until === undefined ? undefined : new Date(until),
        beforeId: cursor === undefined ? undefined : Number(cursor),
      },
      limit + 1,
    );
    const events = found.slice(0, limit);
    const last = events.at(-1);
    return c.json(
      { events: events.map(summaryOf), nextCursor: found.length > limit && last ? String(last.id) : null },
      200,
    );
  });

  const show = createRoute({
    method: 'get',
    path: '/api/events/{id}',
    summary: 'Show one event with its payload, calls and effects (personal data)',
    tags: ['events'],
    ...keyed(db, 'events:read'),
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: jsonContent('The event.', detailSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(show, async (c) => {
    const { id } = c.req.valid('param');
    const event = await showEvent(db, id);
    if (!event) throw new SpokeError('EVENT_NOT_FOUND', `There is no event ${id}.`);
    const { lane, attempts, payload, idempotencyKey, priority, occurredAt, hubspotId, effects } = event;
    return c.json(
      {
        ...summaryOf(event),
        payload,
        idempotencyKey,
        priority,
        occurredAt: occurredAt.toISOString(),
        hubspotId,
        lane: lane && { ...lane, readyAt: lane.readyAt.toISOString() },
        attempts: attempts.map((attempt) => ({ ...attempt, startedAt: attempt.startedAt.toISOString() })),
        effects: [...effects],
      },
      200,
    );
  });
};

function summaryOf(event: EventSummary) {
  const { id, type, state, recordKey, attemptCount, lastErrorCode, lastError } = event;
  return {
    id,
    type,
    state,
    recordKey,
    attemptCount,
    lastErrorCode,
    lastError,
    createdAt: event.createdAt.toISOString(),
    processedAt: event.processedAt?.toISOString() ?? null,
  };
}
