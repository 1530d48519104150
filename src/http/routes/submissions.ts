import { createRoute, z } from '@hono/zod-openapi';
import { readCursor } from '../../db/list-cursor.ts';
import { SpokeError } from '../../errors.ts';
import { consentsOf } from '../../forms/consents.ts';
import { eventOfStatus } from '../../forms/submission-status.ts';
import {
  deleteSubmission,
  listSubmissions,
  notFound,
  releaseSubmission,
  SUBMISSION_STATES,
  type SubmissionSummary,
  showSubmission,
} from '../../forms/submissions.ts';
import { normaliseEmail } from '../../mapping/transforms/email.ts';
import { consentsCsv, consentsNdjson } from '../consent-export.ts';
import type { Routes } from '../context.ts';
import { cursorSchema, jsonContent, keyed, nextCursor, timeSchema } from '../parts.ts';
import { problemResponses } from '../problem.ts';
import { principalIn } from '../require-scope.ts';
import { createSubmissionWatch } from '../wait-for-submission.ts';

const MAX_PAGE = 500;

const summarySchema = z
  .object({
    id: z.uuid(),
    form: z.string(),
    state: z.enum(SUBMISSION_STATES),
    receivedAt: timeSchema,
    email: z.string().nullable(),
    score: z.int().openapi({ description: '0 to 100: how much speaks for a program.' }),
    reasons: z.array(z.string()),
    eventId: z.int().nullable(),
  })
  .openapi('SubmissionSummary');

const consentSchema = z.object({
  field: z.string(),
  purpose: z.string().nullable(),
  text: z.string(),
  version: z.string(),
  language: z.string(),
  given: z.boolean(),
  at: z.string(),
});

const detailSchema = summarySchema
  .extend({
    language: z.string(),
    raw: z.record(z.string(), z.unknown()).openapi({ description: 'As sent, less control characters.' }),
    accepted: z.record(z.string(), z.unknown()),
    changes: z.array(z.unknown()),
    flags: z.array(z.unknown()),
    page: z.record(z.string(), z.unknown()).nullable(),
    client: z.string().nullable().openapi({ description: 'The visitor’s address as a keyed hash.' }),
    releasedBy: z.string().nullable(),
    releasedAt: timeSchema.nullable(),
    consents: z.array(consentSchema),
    event: z
      .object({
        id: z.int(),
        state: z.enum(['pending', 'delivered', 'dead', 'cancelled']),
        tries: z.int(),
        errorCode: z.string().nullable(),
        error: z.string().nullable(),
        endedAt: timeSchema.nullable(),
      })
      .nullable()
      .openapi({ description: 'What became of it; `error` says why it has not arrived.' }),
    uploads: z.array(z.object({ id: z.uuid(), state: z.string(), name: z.string() })),
  })
  .openapi('Submission');

const progressSchema = z
  .object({
    submissionId: z.uuid(),
    status: z.enum(['received', 'delivered', 'held']),
    contactId: z.string().optional(),
    dealId: z.string().optional(),
  })
  .openapi('SubmissionProgress');

const params = z.object({ id: z.uuid() });
/** Of any type but their own, so that they are not taken for a JSON answer. */
const NDJSON: string = 'application/x-ndjson';

/** Submissions: for the visitor who holds the token, and for people with a key. */
export const submissionRoutes: Routes = (api, context) => {
  const { db } = context;
  const watch = createSubmissionWatch(context);
  const reading = { tags: ['submissions'], ...keyed(db, 'submissions:read') };
  const writing = { tags: ['submissions'], ...keyed(db, 'submissions:write') };

  const status = createRoute({
    method: 'get',
    path: '/api/submissions/{id}',
    summary: 'What became of a submission, for its visitor',
    description: 'Needs no key, but the token of the submission’s `statusUrl`.',
    tags: ['forms'],
    request: {
      params: z.object({ id: z.string().max(100) }),
      query: z.object({ token: z.string().max(200).default('') }),
    },
    responses: { 200: jsonContent('Its state.', progressSchema), ...problemResponses(404) },
  });
  api.openapi(status, async (c) => {
    const { id } = c.req.valid('param');
    const event = await eventOfStatus(db, id, c.req.valid('query').token);
    if (!event) throw notFound(id);
    const progress = await watch.progress(event.eventId, 0, c.req.raw.signal);
    return c.json({ submissionId: id, ...progress }, 200);
  });

  const list = createRoute({
    method: 'get',
    path: '/submissions',
    summary: 'List submissions, newest first (personal data)',
    ...reading,
    request: {
      query: z.strictObject({
        state: z.enum(SUBMISSION_STATES).optional(),
        form: z.string().min(1).max(100).optional(),
        email: z.string().min(1).max(320).optional(),
        after: cursorSchema.optional(),
        limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
      }),
    },
    responses: {
      200: jsonContent(
        'A page.',
        z
          .object({ submissions: z.array(summarySchema), nextCursor: z.string().nullable() })
          .openapi('SubmissionPage'),
      ),
      ...problemResponses(401, 403, 422),
    },
  });
  api.openapi(list, async (c) => {
    const { limit, email, after = '', ...filter } = c.req.valid('query');
    const address = email === undefined ? undefined : addressOf(email);
    const found = await listSubmissions(
      db,
      { ...filter, email: address, after: readCursor(after) },
      limit + 1,
    );
    const page = found.slice(0, limit);
    return c.json({ submissions: page.map(summaryOf), nextCursor: nextCursor(found, limit) }, 200);
  });

  const show = createRoute({
    method: 'get',
    path: '/submissions/{id}',
    summary: 'Show one submission: fields, consents, what became of its event (personal data)',
    ...reading,
    request: { params },
    responses: { 200: jsonContent('The submission.', detailSchema), ...problemResponses(401, 403, 404, 422) },
  });
  api.openapi(show, async (c) => {
    const { id } = c.req.valid('param');
    const found = await showSubmission(db, id);
    if (!found) throw notFound(id);
    const {
      receivedAt: _,
      cursor: __,
      releasedAt,
      consents,
      reasons,
      changes,
      flags,
      uploads,
      ...rest
    } = found;
    return c.json(
      {
        ...rest,
        ...summaryOf(found),
        releasedAt: releasedAt?.toISOString() ?? null,
        consents: [...consents],
        changes: [...changes],
        flags: [...flags],
        reasons: [...reasons],
        uploads: [...uploads],
      },
      200,
    );
  });

  const release = createRoute({
    method: 'post',
    path: '/submissions/{id}/release',
    summary: 'Let a quarantined submission through: its event is recorded now',
    ...writing,
    request: { params },
    responses: {
      200: jsonContent('Its event.', z.object({ id: z.uuid(), eventId: z.int() })),
      ...problemResponses(401, 403, 404, 409, 422),
    },
  });
  api.openapi(release, async (c) => {
    const { name } = principalIn(c);
    return c.json(await releaseSubmission(db, c.req.valid('param').id, `key ${name}`), 200);
  });

  const remove = createRoute({
    method: 'delete',
    path: '/submissions/{id}',
    summary: 'Delete a submission with its consents and files; nothing at HubSpot',
    ...writing,
    request: { params },
    responses: {
      200: jsonContent('It is deleted.', z.object({ id: z.uuid() })),
      ...problemResponses(401, 403, 404, 422),
    },
  });
  api.openapi(remove, async (c) => c.json(await deleteSubmission(db, c.req.valid('param').id), 200));

  const consents = createRoute({
    method: 'get',
    path: '/consents',
    summary: 'What a person was asked and answered, as a proof (personal data)',
    ...reading,
    request: {
      query: z.object({
        email: z.string().min(1).max(320),
        format: z.enum(['ndjson', 'csv']).default('ndjson'),
      }),
    },
    responses: {
      200: {
        description: 'One consent a line, the oldest first.',
        content: { [NDJSON]: { schema: z.string() }, 'text/csv': { schema: z.string() } },
      },
      ...problemResponses(401, 403, 422),
    },
  });
  api.openapi(consents, async (c) => {
    const { email, format } = c.req.valid('query');
    const found = await consentsOf(db, addressOf(email));
    if (format === 'ndjson')
      return c.body(consentsNdjson(found), 200, { 'content-type': `${NDJSON}; charset=utf-8` });
    return c.body(consentsCsv(found), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="consents.csv"',
    });
  });
};

function summaryOf({ receivedAt, reasons, ...rest }: SubmissionSummary) {
  const { id, form, state, email, score, eventId } = rest;
  return {
    id,
    form,
    state,
    email,
    score,
    eventId,
    receivedAt: receivedAt.toISOString(),
    reasons: [...reasons],
  };
}

function addressOf(given: string): string {
  const result = normaliseEmail(given);
  if (result.ok) return result.email;
  throw new SpokeError('HTTP_INVALID', 'Correct email: see fields.', {
    facts: { fields: { email: `is no address: ${result.why}` } },
  });
}
