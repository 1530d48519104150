import { z } from 'zod';
import { badRequest, notFound } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  concurrencySchema,
  type Subscription,
  subscriptionSchema,
  targetUrlSchema,
  type WebhookApp,
} from '../webhook-apps.ts';
import { developedApp } from './developer-access.ts';
import { anyToken } from './scopes.ts';

const settingsSchema = z.object({
  targetUrl: targetUrlSchema,
  throttling: z.object({ maxConcurrentRequests: concurrencySchema }).optional(),
});
const batchSchema = z.object({
  inputs: z.array(z.object({ id: z.coerce.number().int(), active: z.boolean() })).min(1),
});

/** The API by which a developer manages what an app is told; it takes the developer's key, or a token of the app. */
export const appWebhookRoutes: readonly Route[] = [
  { method: 'GET', pattern: ':appId/settings', handle: readSettings },
  { method: 'PUT', pattern: ':appId/settings', handle: writeSettings },
  { method: 'DELETE', pattern: ':appId/settings', handle: removeSettings },
  { method: 'GET', pattern: ':appId/subscriptions', handle: list },
  { method: 'POST', pattern: ':appId/subscriptions', handle: subscribe },
  { method: 'POST', pattern: ':appId/subscriptions/batch/update', handle: updateBatch },
  { method: 'GET', pattern: ':appId/subscriptions/:subscriptionId', handle: read },
  { method: 'PATCH', pattern: ':appId/subscriptions/:subscriptionId', handle: update },
  { method: 'DELETE', pattern: ':appId/subscriptions/:subscriptionId', handle: unsubscribe },
].map((route) => ({
  ...(route as Pick<Route, 'method' | 'pattern' | 'handle'>),
  area: 'app-webhooks',
  versions: ['v3', '2026-03', '2026-09'],
  access: route.method === 'GET' ? 'read' : 'write',
  auth: 'none',
  budget: 'none',
  scopes: anyToken,
}));

function readSettings(call: Call): Reply {
  return ok(showSettings(appOf(call)));
}

function writeSettings(call: Call): Reply {
  const app = appOf(call);
  const { targetUrl, throttling } = parse(settingsSchema, call);
  app.targetUrl = targetUrl;
  if (throttling) app.maxConcurrentRequests = throttling.maxConcurrentRequests;
  call.effects.applied += 1;
  return ok(showSettings(app));
}

function removeSettings(call: Call): Reply {
  appOf(call).targetUrl = undefined;
  call.effects.applied += 1;
  return noContent;
}

function list(call: Call): Reply {
  return ok({ results: [...appOf(call).subscriptions.values()].map(show) });
}

function subscribe(call: Call): Reply {
  const app = appOf(call);
  const wanted = parse(subscriptionSchema, call);
  if (wanted.propertyName === '*') throw badRequest('Property * does not exist');
  const subscription = call.portal.webhookApps.subscribe(app, wanted, call.now);
  call.effects.applied += 1;
  return created(show(subscription));
}

function read(call: Call): Reply {
  return ok(show(subscriptionOf(appOf(call), param(call, 'subscriptionId'))));
}

function update(call: Call): Reply {
  const subscription = subscriptionOf(appOf(call), param(call, 'subscriptionId'));
  const { active } = parse(z.object({ active: z.boolean() }), call);
  setActive(call, subscription, active);
  return ok(show(subscription));
}

function updateBatch(call: Call): Reply {
  const app = appOf(call);
  const { inputs } = parse(batchSchema, call);
  const subscriptions = inputs.map(({ id, active }) => ({
    subscription: subscriptionOf(app, String(id)),
    active,
  }));
  for (const { subscription, active } of subscriptions) setActive(call, subscription, active);
  const at = call.portal.iso(call.now);
  const results = subscriptions.map(({ subscription }) => show(subscription));
  return ok({ status: 'COMPLETE', results, startedAt: at, completedAt: at });
}

function unsubscribe(call: Call): Reply {
  const app = appOf(call);
  app.subscriptions.delete(subscriptionOf(app, param(call, 'subscriptionId')).id);
  call.effects.applied += 1;
  return noContent;
}

/** Throws the 401 for a caller who may not manage this app. */
function appOf(call: Call): WebhookApp {
  return call.portal.webhookApps.named(developedApp(call));
}

function subscriptionOf(app: WebhookApp, id: string): Subscription {
  const subscription = app.subscriptions.get(Number(id));
  if (!subscription) throw notFound(`No subscription ${id} of app ${app.appId}`);
  return subscription;
}

function setActive(call: Call, subscription: Subscription, active: boolean): void {
  subscription.active = active;
  subscription.updatedAt = call.now;
  call.effects.applied += 1;
}

function showSettings({ targetUrl, maxConcurrentRequests }: WebhookApp): Record<string, unknown> {
  if (targetUrl === undefined) throw notFound('The app has no webhook settings');
  return { targetUrl, throttling: { maxConcurrentRequests } };
}

function show({ id, createdAt, updatedAt, ...rest }: Subscription): Record<string, unknown> {
  const dates = {
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
  return { id: String(id), ...rest, ...dates };
}

function parse<T>(schema: z.ZodType<T>, call: Call): T {
  const parsed = schema.safeParse(jsonObject(call));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(`${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`.trim());
}
