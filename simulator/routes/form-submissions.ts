import { badRequest, notFound } from '../api-error.ts';
import { type Call, pageLimit, param } from '../call.ts';
import type { FormSubmission } from '../form-store.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';

const PAGE = { fallback: 20, max: 50 };

/** What was filled in, newest first, without ids of submissions or contacts. */
export const formSubmissionRoutes: readonly Route[] = [
  {
    method: 'GET',
    area: 'form-submissions',
    pattern: 'forms/:formId',
    versions: ['v1'],
    access: 'read',
    budget: 'general',
    scopes: () => [['forms']],
    handle: list,
  },
];

/** The cursor counts from the newest: a submission that comes in between moves the others on, and one is seen twice. */
function list(call: Call): Reply {
  const formId = param(call, 'formId');
  if (!call.portal.forms.get(formId)) throw notFound(`No form with guid ${formId}`);
  const limit = pageLimit(call.query, PAGE.fallback, PAGE.max);
  const start = startOf(call.query.get('after'));
  const submissions = call.portal.forms.submissionsOf(formId);
  const results = submissions.slice(start, start + limit).map(view);
  if (submissions.length <= start + limit) return ok({ results });
  const after = Buffer.from(String(start + limit)).toString('base64url');
  const path = `https://api.hubapi.com/form-integrations/v1/submissions/forms/${formId}`;
  return ok({ results, paging: { next: { after, link: `${path}?limit=${limit}&after=${after}` } } });
}

function startOf(after: string | null): number {
  if (after === null || after === '') return 0;
  const start = Buffer.from(after, 'base64url').toString();
  if (!/^\d+$/.test(start)) throw badRequest(`Invalid paging cursor: ${after}`);
  return Number(start);
}

function view({ submittedAt, fields, pageUrl }: FormSubmission): Record<string, unknown> {
  return {
    submittedAt,
    values: fields.map(({ name, value, objectTypeId }) => ({ name, value, objectTypeId })),
    ...(pageUrl === undefined ? {} : { pageUrl }),
  };
}
