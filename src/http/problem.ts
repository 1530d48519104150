import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ERROR_CODES, type ErrorCode, SpokeError } from '../errors.ts';

/** What every refused or failed request is answered with. */
export const problemSchema = z
  .object({
    code: z.string().openapi({ description: 'A code of the errors reference.', example: 'HTTP_INVALID' }),
    message: z.string().openapi({ description: 'One sentence: what was received and what to do.' }),
    fields: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: 'What is wrong with each field, by its path.' }),
    codes: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: 'Of a form: the same as a code, by field.' }),
    requestId: z.string().openapi({ description: 'As in the header x-request-id and in the log.' }),
  })
  .openapi('Problem');

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503;

/** The status of what the layers below raise; every other code is a fault of the server. */
const STATUS: Partial<Record<ErrorCode, ProblemStatus>> = {
  BULK_INVALID: 422,
  BULK_NOT_FOUND: 404,
  EVENT_NOT_FOUND: 404,
  FORM_FILES_MISSING: 503,
  FORM_UNKNOWN: 404,
  HTTP_BODY_INVALID: 400,
  HTTP_FORBIDDEN: 403,
  HTTP_INVALID: 422,
  HTTP_MEDIA_TYPE: 415,
  HTTP_METHOD: 405,
  HTTP_NOT_FOUND: 404,
  HTTP_TOO_LARGE: 413,
  HTTP_UNAUTHENTICATED: 401,
  HUBSPOT_FORBIDDEN: 502,
  HUBSPOT_UNAUTHORIZED: 502,
  IDEMPOTENCY_KEY_REUSED: 422,
  MIRROR_LIST_UNKNOWN: 422,
  MIRROR_OBJECT_UNKNOWN: 422,
  MIRROR_QUERY_INVALID: 422,
  PULL_REQUEST_INVALID: 422,
  PULL_RUNNING: 409,
  PULL_RUN_NOT_FOUND: 404,
  PULL_UNAVAILABLE: 503,
  REDRIVE_INVALID: 422,
  REDRIVE_NOT_FOUND: 404,
  SUBMISSION_CONFLICT: 422,
  SUBMISSION_INVALID: 422,
  SUBMISSION_NOT_FOUND: 404,
  SUBMISSION_NOT_HELD: 409,
  SUBMISSION_RATE: 429,
  UPLOAD_BUSY: 409,
  UPLOAD_INVALID: 422,
  UPLOAD_NOT_FOUND: 404,
  UPLOAD_RANGE: 409,
  UPLOAD_RATE: 429,
  WEBHOOK_PORTAL_FOREIGN: 403,
  WEBHOOK_SIGNATURE_INVALID: 401,
};

/** Reasons to answer "not now": the database is away or has no connection free. */
const UNAVAILABLE = /^DATABASE_(UNREACHABLE|BUSY|CLOSED|COMMIT_UNKNOWN)$/;

export interface Problem {
  readonly status: ProblemStatus;
  readonly code: string;
  readonly message: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly codes?: Readonly<Record<string, string>>;
  /** Whole seconds. */
  readonly retryAfter?: number;
}

/** What a caller is told of an error: its own words where it is about the request, and nothing of the inside otherwise. */
export function problemOf(error: unknown): Problem {
  if (error instanceof SpokeError) {
    const { code, message, facts } = error;
    const status = STATUS[code];
    if (status !== undefined) return { status, code, message, ...detailsOf(facts) };
    if (UNAVAILABLE.test(code)) return { status: 503, code, message: ERROR_CODES[code].meaning };
  }
  return {
    status: 500,
    code: 'HTTP_FAULT',
    message: 'The request failed for a reason inside the server; its log has it under the request id.',
  };
}

/** Answers a request with a problem. */
export function answerProblem(c: Context, { status, retryAfter, ...problem }: Problem): Response {
  return c.json({ ...problem, requestId: c.get('requestId') }, status, {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
}

function detailsOf({ fields, codes, retryAfterMs }: Readonly<Record<string, unknown>>) {
  return {
    ...(isObject(fields) ? { fields: textsOf(fields) } : {}),
    ...(isObject(codes) ? { codes: textsOf(codes) } : {}),
    ...(typeof retryAfterMs === 'number' ? { retryAfter: Math.ceil(retryAfterMs / 1_000) } : {}),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function textsOf(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, String(text)]));
}

/** A problem as the OpenAPI document describes the answers of a route. */
export function problemResponses<Status extends ProblemStatus>(...statuses: readonly Status[]) {
  const content = { 'application/problem+json': { schema: problemSchema } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: DESCRIPTIONS[status], content }]),
  ) as Record<Status, { description: string; content: typeof content }>;
}

const DESCRIPTIONS: Readonly<Record<ProblemStatus, string>> = {
  400: 'The body is no JSON.',
  401: 'No API key, or one that does not count.',
  403: 'The key lacks the scope.',
  404: 'There is no such thing.',
  405: 'The path has other methods.',
  409: 'It is not in a state for that: another reading is under way, or nothing is held.',
  413: 'The body is too large.',
  415: 'The body is of a type that is not taken.',
  422: 'Fields are wrong.',
  429: 'Too much at once: again after `retry-after` seconds.',
  500: 'A fault of the server.',
  502: 'HubSpot refuses the token.',
  503: 'The database is not reached, or this process does not do such work.',
};
