import { badRequest, notFound } from '../api-error.ts';
import type { AppEvent } from '../app-event-store.ts';
import { type EventFields, projectKind, takeAppEvents, templateKind } from '../app-events.ts';
import type { App } from '../apps.ts';
import { type Call, invalidJson, jsonObject, param, textOf } from '../call.ts';
import { created, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { requireScopes } from '../tokens.ts';

const MAX_INPUTS = 500;
const NEWER = ['v4', '2026-03', '2026-09'] as const;
const SCOPES = [['timeline', 'timeline.write']];

/** What apps put on timelines: by the event types of their project, or by templates in the form of v3. */
export const appEventRoutes: readonly Route[] = [
  { method: 'POST', pattern: 'events', versions: NEWER, access: 'write', handle: send },
  { method: 'POST', pattern: 'events/batch', versions: NEWER, access: 'write', handle: sendBatch },
  { method: 'POST', pattern: 'events', versions: ['v3'], access: 'write', handle: send },
  { method: 'POST', pattern: 'events/batch/create', versions: ['v3'], access: 'write', handle: sendBatch },
  { method: 'GET', pattern: 'events/:templateId/:eventId', versions: ['v3'], access: 'read', handle: get },
].map((route) => ({ ...route, area: 'timeline', budget: 'general', scopes: () => SCOPES }) as Route);

function send(call: Call): Reply {
  const fields = fieldsFor(call);
  const [event] = take(call, [jsonObject(call)], fields);
  return created(event && view(call, event));
}

function sendBatch(call: Call): Reply {
  const fields = fieldsFor(call);
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs)) throw invalidJson('some of required attributes are not set [inputs]');
  if (inputs.length > MAX_INPUTS)
    throw badRequest(`the batch holds ${inputs.length} events, over the limit of ${MAX_INPUTS}`);
  const results = take(call, inputs, fields).map((event) => view(call, event));
  const at = call.portal.iso(call.now);
  return created({ status: 'COMPLETE', results, requestedAt: at, startedAt: at, completedAt: at });
}

function get(call: Call): Reply {
  const app = appOf(call);
  const event = call.portal.appEvents.find(param(call, 'templateId'), param(call, 'eventId'));
  if (event?.appId !== app.appId) throw notFound();
  return ok(view(call, event));
}

function take(call: Call, inputs: readonly unknown[], fields: EventFields): AppEvent[] {
  const { portal, now, n, token } = call;
  call.effects.inputs = inputs.length;
  const events = takeAppEvents(portal, inputs, {
    fields,
    arrival: { now, requestN: n, source: token.source },
  });
  call.effects.applied += events.length;
  return events;
}

/** v3 names templates and their tokens, the others event types and properties. */
function fieldsFor(call: Call): EventFields {
  const app = appOf(call);
  if (call.version !== 'v3') {
    return {
      kindOf: ({ eventTypeName }) => projectKind(app, eventTypeName),
      propertiesField: 'properties',
      needsId: true,
    };
  }
  return {
    kindOf({ eventTemplateId }) {
      const template = call.portal.appEvents.template(textOf(eventTemplateId));
      if (template?.appId !== app.appId)
        throw badRequest(`The app has no event template ${JSON.stringify(eventTemplateId)}`);
      return templateKind(template);
    },
    propertiesField: 'tokens',
    needsId: false,
  };
}

/**
 * The app whose token calls. Service keys and private apps never get these scopes, whatever they ask for; v3 wants OAuth, the
 * others an app whose event types HubSpot has approved.
 */
function appOf(call: Call): App {
  const { token, portal } = call;
  const app = portal.apps.byId(token.appId);
  const isLetIn = call.version === 'v3' ? token.kind === 'oauth' : (app?.eventTypes.length ?? 0) > 0;
  if (app && isLetIn) return app;
  requireScopes({ ...token, scopes: new Set() }, SCOPES, 'write', portal.behaviour.missingScopesForm);
  throw notFound();
}

function view(call: Call, event: AppEvent): Record<string, unknown> {
  const { id, objectType, objectId, at, properties, extraData, timelineIFrame } = event;
  const shown = {
    id,
    objectType: objectType.toUpperCase(),
    objectId,
    timestamp: new Date(at).toISOString(),
    createdAt: call.portal.iso(call.now),
    extraData,
    timelineIFrame,
  };
  return call.version === 'v3'
    ? { eventTemplateId: event.type, tokens: properties, ...shown }
    : { eventTypeName: event.type, properties, ...shown };
}
