import { z } from 'zod';
import { badRequest, notFound } from '../api-error.ts';
import { type Call, isObject, jsonObject, pageLimit, param, queryList, textOf } from '../call.ts';
import { FORM_TYPES, type FormDefinition } from '../form-store.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';

const PAGE = { fallback: 20, max: 500 };

/** Definitions of forms. */
export const formRoutes: readonly Route[] = [
  { method: 'GET', pattern: '', access: 'read', handle: list },
  { method: 'POST', pattern: '', access: 'write', handle: create },
  { method: 'GET', pattern: ':id', access: 'read', handle: get },
  { method: 'PUT', pattern: ':id', access: 'write', handle: replace },
  { method: 'PATCH', pattern: ':id', access: 'write', handle: change },
  { method: 'DELETE', pattern: ':id', access: 'write', handle: archive },
].map(
  (route) =>
    ({
      ...route,
      area: 'marketing/forms',
      versions: ['v3'],
      budget: 'general',
      scopes: () => [['forms']],
    }) as Route,
);

/** Without `formTypes` only those made in HubSpot's own editor. */
function list(call: Call): Reply {
  const { query } = call;
  const archived = query.get('archived') === 'true';
  const types = queryList(query, 'formTypes');
  const wrong = types.find((type) => type !== 'all' && !FORM_TYPES.some((known) => known === type));
  if (wrong !== undefined) throw badRequest(`formTypes knows all, ${FORM_TYPES.join(', ')}, was ${wrong}`);
  const asked = types.length === 0 ? ['hubspot'] : types;
  const fitting = call.portal.forms
    .list()
    .filter((form) => form.archived === archived && (asked.includes('all') || asked.includes(form.formType)));
  const start = Number(query.get('after') ?? 0);
  if (!Number.isInteger(start) || start < 0) throw badRequest(`Invalid paging cursor: ${query.get('after')}`);
  const limit = pageLimit(query, PAGE.fallback, PAGE.max);
  const results = fitting.slice(start, start + limit);
  if (fitting.length <= start + limit) return ok({ results });
  const after = String(start + limit);
  const next = new URLSearchParams(query);
  next.set('after', after);
  return ok({
    results,
    paging: { next: { after, link: `https://api.hubapi.com/marketing/v3/forms?${next}` } },
  });
}

function create(call: Call): Reply {
  call.effects.inputs = 1;
  const { id: _, ...body } = jsonObject(call);
  requireOwnType(body);
  const form = parsed(() => call.portal.forms.add(checkName(body), call.portal.iso(call.now)));
  call.effects.applied += 1;
  return created(form);
}

function get(call: Call): Reply {
  return ok(find(call, call.query.get('archived') === 'true'));
}

function replace(call: Call): Reply {
  const form = find(call, false);
  return put(call, form, jsonObject(call));
}

/** Configuration and display are changed setting by setting, everything else as a whole. */
function change(call: Call): Reply {
  const form = find(call, false);
  const body = jsonObject(call);
  const merged: Record<string, unknown> = { ...form, ...body };
  for (const name of ['configuration', 'displayOptions'] as const) {
    const part = body[name];
    if (isObject(part)) merged[name] = { ...form[name], ...part };
  }
  return put(call, form, merged);
}

function archive(call: Call): Reply {
  const form = call.portal.forms.get(param(call, 'id'));
  if (!form) throw notFound();
  call.effects.inputs = 1;
  if (!form.archived) {
    call.portal.forms.archive(form, call.portal.iso(call.now));
    call.effects.applied += 1;
  }
  return noContent;
}

function put(call: Call, form: FormDefinition, body: Record<string, unknown>): Reply {
  call.effects.inputs = 1;
  const { id: _, createdAt: __, updatedAt: ___, archived: ____, archivedAt: _____, ...content } = body;
  requireOwnType({ formType: form.formType, ...content });
  const changed = parsed(() => call.portal.forms.replace(form, content, call.portal.iso(call.now)));
  call.effects.applied += 1;
  return ok(changed);
}

function find(call: Call, archived: boolean): FormDefinition {
  const form = call.portal.forms.get(param(call, 'id'));
  if (form?.archived !== archived) throw notFound();
  return form;
}

/** The other types come about in other places: on a site's own forms, in pop-ups, under blog posts. */
function requireOwnType({ formType = 'hubspot' }: Record<string, unknown>): void {
  if (formType !== 'hubspot') throw badRequest(`formType must be hubspot, was ${textOf(formType)}`);
}

function checkName(body: Record<string, unknown>): Record<string, unknown> & { name: string } {
  const { name } = body;
  if (typeof name !== 'string') throw badRequest('some of required attributes are not set [name]');
  return { ...body, name };
}

function parsed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof z.ZodError) throw badRequest(`The form is not valid: ${z.prettifyError(error)}`);
    throw error;
  }
}
