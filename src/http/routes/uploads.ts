import { Readable } from 'node:stream';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { FILE_KINDS } from '../../config/file-kinds.ts';
import { readCursor } from '../../db/list-cursor.ts';
import { SpokeError } from '../../errors.ts';
import { deleteUpload, listUploads, showUpload, type UploadSummary } from '../../uploads/list-uploads.ts';
import { COLUMN_TYPES } from '../../uploads/profile/profile.ts';
import { UPLOAD_STATES } from '../../uploads/upload-rows.ts';
import type { Download, UploadPart, Uploads } from '../../uploads/uploads.ts';
import type { Api, HttpContext, HttpEnv, Routes } from '../context.ts';
import { cursorSchema, jsonContent, keyed, nextCursor, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';

const rate = z.number().min(0).max(1);
const profileSchema = z
  .object({
    kind: z.enum(FILE_KINDS),
    encoding: z.string().optional(),
    rows: z.int(),
    columns: z
      .array(
        z.object({
          name: z.string(),
          type: z.enum(COLUMN_TYPES),
          missingRate: rate,
          oddRate: rate,
          distinct: z.int(),
          distinctIsExact: z.boolean(),
        }),
      )
      .readonly(),
    duplicateRate: rate,
    raggedRows: z.int(),
    score: rate,
    parts: z.object({ completeness: rate, consistency: rate, uniqueness: rate, structure: rate }),
    summary: z.string(),
  })
  .openapi('FileProfile');

const statusSchema = z
  .object({
    uploadId: z.uuid(),
    state: z.enum(UPLOAD_STATES),
    received: z.int().openapi({ description: 'Bytes that have come.' }),
    reason: z.string().optional().openapi({ description: 'Why it was refused.' }),
    profile: profileSchema.optional(),
  })
  .openapi('UploadStatus');

const requestSchema = z
  .object({
    name: z.string().min(1).max(1_000),
    size: z.int().min(1).openapi({ description: 'Exactly so many bytes have to come.' }),
    type: z
      .string()
      .max(255)
      .optional()
      .openapi({ description: 'Not believed: the ending of the name counts, and the content.' }),
    form: z.string().max(100).optional(),
    field: z.string().max(100).optional(),
  })
  .openapi('UploadRequest');

const ticketSchema = z
  .object({
    uploadId: z.uuid(),
    token: z.string(),
    url: z.string(),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()),
    expiresAt: timeSchema,
    partBytes: z
      .int()
      .optional()
      .openapi({ description: 'Larger files come in parts of this size, with content-range.' }),
  })
  .openapi('UploadTicket');

const summarySchema = z
  .object({
    id: z.uuid(),
    state: z.enum(UPLOAD_STATES),
    name: z.string(),
    kind: z.enum(FILE_KINDS),
    size: z.int(),
    createdAt: timeSchema,
    storedAt: timeSchema.nullable(),
    reason: z.string().nullable(),
    score: rate.nullable(),
    submissionId: z.uuid().nullable(),
    eventId: z.int().nullable(),
  })
  .openapi('UploadSummary');

const detailSchema = summarySchema.extend({ profile: profileSchema.nullable() }).openapi('Upload');

const MAX_PAGE = 500;
const params = z.object({ id: z.uuid() });
const query = z.object({ token: z.string().min(16).max(256) });
const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/;
const tags = ['uploads'];
const status = jsonContent('What became of it so far.', statusSchema);

/** Path of the bytes of a file, which are taken as they come. */
export const UPLOAD_BYTES_PATH = /^\/api\/uploads\/[^/]+\/bytes$/;

/** Files of visitors: for whoever holds the ticket, and for people with a link or a key. */
export const uploadRoutes: Routes = (api, context) => {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/uploads',
      tags,
      summary: 'Ask to send a file',
      request: { body: { content: { 'application/json': { schema: requestSchema } }, required: true } },
      responses: { 201: jsonContent('Where to send it.', ticketSchema), ...problemResponses(404, 422, 429) },
    }),
    async (c) => {
      const address = context.website?.addressOf(
        getConnInfo(c).remote.address,
        c.req.header('x-forwarded-for'),
      );
      const { name, size, form, field } = c.req.valid('json');
      const { expiresAt, ...ticket } = await uploadsOf(context).ask({ name, size, form, field }, address);
      return c.json({ ...ticket, expiresAt: expiresAt.toISOString() }, 201);
    },
  );
  api.openapi(
    createRoute({
      method: 'put',
      path: '/api/uploads/{id}/bytes',
      tags,
      summary: 'Send the bytes of a file, or a part of them with content-range',
      request: { params, query },
      responses: {
        200: status,
        308: { description: 'More is to come; `range` says what is there.' },
        ...problemResponses(404, 409, 422),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const part = partOf(c.req.header('content-range'));
      const bytes = c.req.raw.body ?? new ReadableStream<Uint8Array>({ start: (all) => all.close() });
      const found = await uploadsOf(context).write(id, c.req.valid('query').token, part, chunksOf(bytes));
      if (found.state !== 'waiting') return c.json(found, 200);
      if (found.received > 0) c.header('range', `bytes=0-${found.received - 1}`);
      return c.body(null, 308);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/uploads/{id}',
      tags,
      summary: 'How far a file is',
      request: { params, query },
      responses: { 200: status, ...problemResponses(404, 422) },
    }),
    async (c) =>
      c.json(await uploadsOf(context).status(c.req.valid('param').id, c.req.valid('query').token), 200),
  );
  api.openapi(
    createRoute({
      method: 'post',
      path: '/api/uploads/{id}/complete',
      tags,
      summary: 'Say that all bytes were sent',
      request: { params, query },
      responses: { 200: status, ...problemResponses(404, 409, 422) },
    }),
    async (c) =>
      c.json(await uploadsOf(context).complete(c.req.valid('param').id, c.req.valid('query').token), 200),
  );
  addKeyedRoutes(api, context);
  const file = {
    description: 'The file, to be saved.',
    content: { 'application/octet-stream': { schema: z.string() } },
  };
  api.openapi(
    createRoute({
      method: 'get',
      path: '/api/uploads/{id}/file',
      tags,
      summary: 'The file, by the link of its note',
      request: { params, query: z.object({ link: z.string().length(43) }) },
      responses: { 200: file, ...problemResponses(404, 422) },
    }),
    async (c) =>
      handOut(c, await uploadsOf(context).download(c.req.valid('param').id, c.req.valid('query').link)),
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/uploads/{id}/file',
      tags,
      summary: 'The file, by a key',
      ...keyed(context.db, 'submissions:read'),
      request: { params },
      responses: { 200: file, ...problemResponses(401, 403, 404, 422) },
    }),
    async (c) => handOut(c, await uploadsOf(context).download(c.req.valid('param').id)),
  );
};

/** For people with a key: what was sent, what it holds, and away with it. */
function addKeyedRoutes(api: Api, { db }: HttpContext): void {
  const reading = { tags, ...keyed(db, 'submissions:read') };
  api.openapi(
    createRoute({
      method: 'get',
      path: '/uploads',
      summary: 'List the files of visitors, newest first (names may be personal data)',
      ...reading,
      request: {
        query: z.strictObject({
          state: z.enum(UPLOAD_STATES).optional(),
          submission: z.uuid().optional(),
          after: cursorSchema.optional(),
          limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
        }),
      },
      responses: {
        200: jsonContent(
          'A page.',
          z
            .object({ uploads: z.array(summarySchema), nextCursor: z.string().nullable() })
            .openapi('UploadPage'),
        ),
        ...problemResponses(401, 403, 422),
      },
    }),
    async (c) => {
      const { limit, after = '', submission: submissionId, state } = c.req.valid('query');
      const found = await listUploads(db, { state, submissionId, after: readCursor(after) }, limit + 1);
      const uploads = found.slice(0, limit).map(summaryOf);
      return c.json({ uploads, nextCursor: nextCursor(found, limit) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/uploads/{id}',
      summary: 'Show one file with what it holds, or why it was refused',
      ...reading,
      request: { params },
      responses: { 200: jsonContent('The upload.', detailSchema), ...problemResponses(401, 403, 404, 422) },
    }),
    async (c) => {
      const { profile, ...rest } = await showUpload(db, c.req.valid('param').id);
      return c.json({ ...summaryOf(rest), profile }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/uploads/{id}',
      summary: 'Delete a file; nothing at HubSpot',
      tags,
      ...keyed(db, 'submissions:write'),
      request: { params },
      responses: {
        200: jsonContent(
          'It is given to nobody any more, and removed from the store within seconds.',
          z.object({ id: z.uuid() }),
        ),
        ...problemResponses(401, 403, 404, 422),
      },
    }),
    async (c) => c.json(await deleteUpload(db, c.req.valid('param').id), 200),
  );
}

function summaryOf({ cursor: _, createdAt, storedAt, ...rest }: UploadSummary) {
  return { ...rest, createdAt: createdAt.toISOString(), storedAt: storedAt?.toISOString() ?? null };
}

function uploadsOf({ uploads }: HttpContext): Uploads {
  if (uploads) return uploads;
  throw new SpokeError('UPLOAD_NOT_FOUND', 'No files are taken here: website.uploads is not configured.');
}

function partOf(header: string | undefined): UploadPart | undefined {
  if (header === undefined) return undefined;
  const [, start, end, total] = RANGE.exec(header) ?? [];
  if (total === undefined)
    throw new SpokeError('HTTP_INVALID', 'content-range is written `bytes 0-1048575/5000000`.');
  return { start: Number(start), end: Number(end), total: Number(total) };
}

/** Saved, never shown: whatever it holds, no browser runs it here. */
function handOut(c: Context<HttpEnv>, { name, type, size, content }: Download): Response {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return c.body(Readable.toWeb(content) as ReadableStream, 200, {
    'content-type': type,
    'content-length': String(size),
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
  });
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
