import { z } from 'zod';
import type { PortalUnit } from './portal-unit.ts';
import { ok, type Reply } from './reply.ts';
import { type WebhookApp, type WebhookAppOptions, webhookAppSchema } from './webhook-apps.ts';
import type { WebhookDelivery } from './webhook-log.ts';

const requestSchema = z.strictObject({
  add: webhookAppSchema.optional(),
  /** An app's id. */
  remove: z.number().int().optional(),
  /** Send what is gathered, and answer when all that is to be sent now has its answer. */
  settle: z.literal(true).optional(),
});

/** The part of a simulator that is about webhooks. Apps are told of all portals; deliveries are the portal's own. */
export interface WebhookControls {
  /** Adds an app that is told of changes, or replaces the one with its id. Throws when it is invalid. */
  addWebhookApp(app: WebhookAppOptions): WebhookApp;
  /** Returns whether there was one. */
  removeWebhookApp(appId: number): boolean;
  webhookApps(): WebhookApp[];
  /** Batches sent or waiting, oldest first. */
  webhookDeliveries(page?: { after?: number; limit?: number }): WebhookDelivery[];
  /** Sends what is gathered; resolves when all that is to be sent now has its answer. Later tries are not waited for. */
  webhooksSettled(): Promise<void>;
}

export function createWebhookControls({ portal, webhooks }: PortalUnit): WebhookControls {
  return {
    addWebhookApp: (app) => portal.webhookApps.put(app, portal.clock.now()),
    removeWebhookApp: (appId) => portal.webhookApps.remove(appId),
    webhookApps: () => portal.webhookApps.list(),
    webhookDeliveries: ({ after, limit } = {}) => webhooks.deliveries(after, limit),
    async webhooksSettled() {
      portal.schedule.runDue();
      await webhooks.settled();
    },
  };
}

/** `GET webhooks` shows apps and deliveries, `POST webhooks` changes apps. */
export async function answerWebhooks(
  controls: WebhookControls,
  method: string,
  request: { page: () => { after: number; limit: number }; json: () => unknown },
): Promise<Reply> {
  if (method === 'POST') {
    const { add, remove, settle } = requestSchema.parse(request.json());
    if (add) controls.addWebhookApp(add);
    if (remove !== undefined) controls.removeWebhookApp(remove);
    if (settle) await controls.webhooksSettled();
  }
  const apps = controls.webhookApps().map(({ clientSecret: _, subscriptions, ...app }) => ({
    ...app,
    subscriptions: [...subscriptions.values()],
  }));
  return ok({ apps, results: controls.webhookDeliveries(request.page()) });
}
