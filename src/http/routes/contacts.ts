import { randomBytes } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { SpokeError } from '../../errors.ts';
import { exportCsv, exportNdjson } from '../../mirror/export-records.ts';
import { findRecords, MAX_OFFSET, MAX_PAGE } from '../../mirror/find-records.ts';
import { readingState } from '../../mirror/reading-state.ts';
import type { MirrorRecord } from '../../mirror/record-row.ts';
import { clearMirror } from '../../pull/clear-mirror.ts';
import type { Routes } from '../context.ts';
import { jsonContent, keyed, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';
import { recordQueryOf, recordQuerySchema } from '../record-query.ts';
import { streamText } from '../stream-text.ts';

const TEXT = z.string().nullable();
const contactSchema = z
  .object({
    hubspot_id: z.string(),
    email: TEXT,
    firstname: TEXT,
    lastname: TEXT,
    company: TEXT,
    phone: TEXT,
    jobtitle: TEXT,
    list_memberships: z.array(z.string()),
    segments: z.array(z.string()),
    properties: z.record(z.string(), z.string()).openapi({ description: 'All that have a value.' }),
    created_at: timeSchema.nullable(),
    updated_at: timeSchema,
    synced_at: timeSchema,
  })
  .openapi('MirrorContact');

const pageSchema = z
  .object({
    contacts: z.array(contactSchema),
    total: z.int(),
    total_is_estimate: z.boolean().openapi({ description: 'Beyond 100,000 it is.' }),
    limit: z.int(),
    offset: z.int(),
    segment: z.string().nullable(),
    next_cursor: z.string().nullable().openapi({ description: 'For the next page; null on the last.' }),
    complete: z
      .boolean()
      .openapi({ description: 'False while not all records of the object type have been read once.' }),
  })
  .openapi('MirrorContactPage');

const pageQuerySchema = recordQuerySchema.extend({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  offset: z.coerce.number().int().min(0).max(MAX_OFFSET).default(0),
  cursor: z
    .string()
    .max(10_000)
    .optional()
    .openapi({ description: 'Of an earlier page, instead of offset.' }),
  sort: z
    .string()
    .max(101)
    .default('id')
    .openapi({ description: 'id, createdAt, updatedAt or a property; with a minus before it descending.' }),
});

const exportQuerySchema = recordQuerySchema.extend({
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'is not the id of a record')
    .optional()
    .openapi({ description: 'Only those behind this id, to go on with an export that broke off.' }),
  limit: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

/** Of any type but its own, so that it is not taken for a JSON answer. */
const NDJSON: string = 'application/x-ndjson';
const PATH = '/api/integrations/hubspot/contacts';

/** The records of the mirror: pages, exports, and clearing it. */
export const contactRoutes: Routes = (api, { db, clock, stopping }) => {
  const reading = { tags: ['mirror'], ...keyed(db, 'mirror:read') };

  const list = createRoute({
    method: 'get',
    path: PATH,
    summary: 'A page of the contacts of the mirror, or of another object type (personal data)',
    ...reading,
    request: { query: pageQuerySchema },
    responses: { 200: jsonContent('A page.', pageSchema), ...problemResponses(401, 403, 422) },
  });
  api.openapi(list, async (c) => {
    const { limit, offset, cursor, sort, ...query } = c.req.valid('query');
    const page = await findRecords(db, {
      ...recordQueryOf(query),
      limit,
      offset,
      ...(cursor === undefined ? {} : { cursor }),
      sort: sort.startsWith('-') ? { by: sort.slice(1), direction: 'descending' } : { by: sort },
      total: true,
    });
    return c.json(
      {
        contacts: page.records.map(contactOf),
        total: page.total ?? 0,
        total_is_estimate: page.isEstimate ?? false,
        limit,
        offset,
        segment: query.segment ?? null,
        next_cursor: page.next ?? null,
        complete: (await readingState(db, query.object)) === 'whole',
      },
      200,
    );
  });

  const csv = createRoute({
    method: 'get',
    path: `${PATH}.csv`,
    summary: 'Export as CSV, of any size, in order of the ids (personal data)',
    ...reading,
    request: {
      query: exportQuerySchema.extend({
        bom: z
          .enum(['true', 'false'])
          .default('false')
          .openapi({ description: 'Begins with the mark by which Excel knows UTF-8.' }),
      }),
    },
    responses: {
      200: { description: 'The lines.', content: { 'text/csv': { schema: z.string() } } },
      ...problemResponses(401, 403, 422),
    },
  });
  api.openapi(csv, async (c) => {
    const { after, limit, bom, ...query } = c.req.valid('query');
    const body = await streamText(exportCsv(db, { ...exportOf(query, after, limit), bom: bom === 'true' }));
    return c.body(body, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${query.object.replaceAll(/[^\w-]/g, '')}.csv"`,
    });
  });

  const ndjson = createRoute({
    method: 'get',
    path: `${PATH}.ndjson`,
    summary: 'Export as NDJSON, of any size, in order of the ids (personal data)',
    ...reading,
    request: { query: exportQuerySchema },
    responses: {
      200: { description: 'One record a line.', content: { [NDJSON]: { schema: z.string() } } },
      ...problemResponses(401, 403, 422),
    },
  });
  api.openapi(ndjson, async (c) => {
    const { after, limit, ...query } = c.req.valid('query');
    const body = await streamText(exportNdjson(db, exportOf(query, after, limit)));
    return c.body(body, 200, { 'content-type': `${NDJSON}; charset=utf-8` });
  });

  const clear = createRoute({
    method: 'delete',
    path: PATH,
    summary: 'Clear the mirror of an object type; processes that keep it up to date read everything anew',
    tags: ['mirror'],
    ...keyed(db, 'mirror:write'),
    request: {
      query: z.strictObject({
        object: z.string().min(1).max(100).default('contacts'),
        confirm: z
          .string({ error: 'is missing: give the object type once more' })
          .openapi({ description: 'The object type once more.' }),
      }),
    },
    responses: {
      200: jsonContent('What was deleted here; nothing at HubSpot.', z.object({ deleted: z.int() })),
      ...problemResponses(401, 403, 409, 422),
    },
  });
  api.openapi(clear, async (c) => {
    const { object, confirm } = c.req.valid('query');
    if (confirm !== object) throw unconfirmed(object);
    const holder = `http:${process.pid}:${randomBytes(3).toString('hex')}`;
    return c.json({ deleted: await clearMirror({ db, clock, holder, signal: stopping }, object) }, 200);
  });
};

function exportOf(query: z.output<typeof recordQuerySchema>, afterId?: string, limit?: number) {
  return {
    ...recordQueryOf(query),
    ...(afterId === undefined ? {} : { afterId }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function contactOf(record: MirrorRecord): z.output<typeof contactSchema> {
  const { id, properties, lists, segments, createdAt, updatedAt, syncedAt } = record;
  const of = (name: string) => properties[name] ?? null;
  return {
    hubspot_id: id,
    email: of('email'),
    firstname: of('firstname'),
    lastname: of('lastname'),
    company: of('company'),
    phone: of('phone'),
    jobtitle: of('jobtitle'),
    list_memberships: [...lists],
    segments: [...segments],
    properties: { ...properties },
    created_at: createdAt?.toISOString() ?? null,
    updated_at: updatedAt.toISOString(),
    synced_at: syncedAt.toISOString(),
  };
}

function unconfirmed(object: string): SpokeError {
  return new SpokeError('HTTP_INVALID', 'Correct confirm: see fields.', {
    facts: { fields: { confirm: `has to be ${object}, the object type that is to be cleared` } },
  });
}
