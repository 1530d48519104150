import { z } from 'zod';
import { badRequest, conflict, notFound } from '../api-error.ts';
import { type EventTemplate, MAX_TEMPLATES, MAX_TOKENS, templateTokenSchema } from '../app-event-store.ts';
import { type Call, jsonObject, param } from '../call.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { developedApp } from './developer-access.ts';
import { anyToken } from './scopes.ts';

const ALL = ':appId/event-templates';
const ONE = `${ALL}/:templateId`;

/** Kinds of events in the form of v3, kept by the app's developer. */
export const eventTemplateRoutes: readonly Route[] = [
  { method: 'GET', pattern: ALL, access: 'read', handle: list },
  { method: 'POST', pattern: ALL, access: 'write', handle: create },
  { method: 'GET', pattern: ONE, access: 'read', handle: get },
  { method: 'PUT', pattern: ONE, access: 'write', handle: replace },
  { method: 'DELETE', pattern: ONE, access: 'write', handle: remove },
  { method: 'POST', pattern: `${ONE}/tokens`, access: 'write', handle: addToken },
  { method: 'PUT', pattern: `${ONE}/tokens/:name`, access: 'write', handle: replaceToken },
  { method: 'DELETE', pattern: `${ONE}/tokens/:name`, access: 'write', handle: removeToken },
].map(
  (route) =>
    ({
      ...route,
      area: 'timeline',
      versions: ['v3'],
      auth: 'none',
      budget: 'none',
      scopes: anyToken,
    }) as Route,
);

function list(call: Call): Reply {
  return ok({ results: call.portal.appEvents.templatesOf(developedApp(call)) });
}

function create(call: Call): Reply {
  const appId = developedApp(call);
  const { appEvents } = call.portal;
  if (appEvents.templatesOf(appId).length >= MAX_TEMPLATES)
    throw badRequest(`An app may have ${MAX_TEMPLATES} event templates`);
  const body = jsonObject(call);
  return created(applied(call, () => appEvents.addTemplate(appId, body, call.portal.iso(call.now))));
}

function get(call: Call): Reply {
  return ok(find(call));
}

function replace(call: Call): Reply {
  const template = find(call);
  const { tokens = template.tokens, ...body } = jsonObject(call);
  return ok(put(call, template, { objectType: template.objectType, ...body, tokens }));
}

/** Events of it stay on their timelines. */
function remove(call: Call): Reply {
  const { id } = find(call);
  applied(call, () => call.portal.appEvents.dropTemplate(id));
  return noContent;
}

function addToken(call: Call): Reply {
  const template = find(call);
  const token = parsed(() => templateTokenSchema.parse(jsonObject(call)));
  if (template.tokens.length >= MAX_TOKENS) throw badRequest(`A template may have ${MAX_TOKENS} tokens`);
  if (template.tokens.some(({ name }) => name === token.name))
    throw conflict(`The template already has a token ${token.name}`);
  put(call, template, { ...template, tokens: [...template.tokens, token] });
  return ok(token);
}

function replaceToken(call: Call): Reply {
  const template = find(call);
  const name = tokenOf(call, template);
  const token = parsed(() => templateTokenSchema.parse({ ...jsonObject(call), name }));
  const tokens = template.tokens.map((each) => (each.name === name ? token : each));
  put(call, template, { ...template, tokens });
  return ok(token);
}

function removeToken(call: Call): Reply {
  const template = find(call);
  const name = tokenOf(call, template);
  put(call, template, { ...template, tokens: template.tokens.filter((each) => each.name !== name) });
  return noContent;
}

function find(call: Call): EventTemplate {
  const appId = developedApp(call);
  const template = call.portal.appEvents.template(param(call, 'templateId'));
  if (template?.appId !== appId) throw notFound();
  return template;
}

function tokenOf(call: Call, { tokens }: EventTemplate): string {
  const name = param(call, 'name');
  if (!tokens.some((token) => token.name === name)) throw notFound();
  return name;
}

function put(call: Call, template: EventTemplate, content: unknown): EventTemplate {
  return applied(call, () =>
    call.portal.appEvents.replaceTemplate(template, content, call.portal.iso(call.now)),
  );
}

function applied<T>(call: Call, work: () => T): T {
  call.effects.inputs = 1;
  const result = parsed(work);
  call.effects.applied += 1;
  return result;
}

function parsed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof z.ZodError) throw badRequest(`The template is not valid: ${z.prettifyError(error)}`);
    throw error;
  }
}
