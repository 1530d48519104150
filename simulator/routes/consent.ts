import { type Call, jsonObject, param, textOf } from '../call.ts';
import type { SubscriptionType } from '../consent-store.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  applyConsent,
  completed,
  consentAddress,
  consentInput,
  optOutOfAll,
  readConsent,
  requireEmailChannel,
  statusRow,
  statusRows,
  subscriptionType,
  wideStatuses,
  writeConsent,
} from './consent-input.ts';

const VERSIONS = ['v4', '2026-03', '2026-09'] as const;

/** What an address agreed to, in the form of v4 and the dated versions. */
export const consentRoutes: readonly Route[] = [
  { method: 'GET', pattern: 'definitions', access: 'read', scopes: readConsent, handle: definitions },
  { method: 'GET', pattern: 'statuses/:email', access: 'read', scopes: readConsent, handle: read },
  { method: 'POST', pattern: 'statuses/:email', access: 'write', scopes: writeConsent, handle: write },
  {
    method: 'GET',
    pattern: 'statuses/:email/unsubscribe-all',
    access: 'read',
    scopes: readConsent,
    handle: readOptOut,
  },
  {
    method: 'POST',
    pattern: 'statuses/:email/unsubscribe-all',
    access: 'write',
    scopes: writeConsent,
    handle: unsubscribeAll,
  },
  { method: 'POST', pattern: 'links/generate', access: 'read', scopes: readConsent, handle: generateLinks },
].map(
  (route) =>
    ({ ...route, area: 'communication-preferences', versions: VERSIONS, budget: 'general' }) as Route,
);

function definitions(call: Call): Reply {
  return ok({ results: call.portal.consent.types().map((type) => viewType(call, type)) });
}

function read(call: Call): Reply {
  requireEmailChannel(call.query.get('channel') ?? undefined);
  const email = consentAddress(param(call, 'email'));
  return ok(completed(call, statusRows(call.portal, email)));
}

function write(call: Call): Reply {
  call.effects.inputs = 1;
  const email = consentAddress(param(call, 'email'));
  const input = consentInput(call.portal, email, jsonObject(call));
  const { reason } = applyConsent(call, input);
  const row = statusRow(call.portal, email, input.type);
  return ok(completed(call, [{ ...row, setStatusSuccessReason: reason }]));
}

function readOptOut(call: Call): Reply {
  requireEmailChannel(call.query.get('channel') ?? undefined);
  return ok(completed(call, wideStatuses(call.portal, consentAddress(param(call, 'email')))));
}

function unsubscribeAll(call: Call): Reply {
  requireEmailChannel(call.query.get('channel') ?? undefined);
  call.effects.inputs = 1;
  const email = consentAddress(param(call, 'email'));
  const { reason } = optOutOfAll(call, email);
  const rows = statusRows(call.portal, email);
  return ok(
    completed(
      call,
      rows.map((row) => ({ ...row, setStatusSuccessReason: reason })),
    ),
  );
}

/** Addresses of the pages on which a recipient changes preferences; nothing answers there. */
function generateLinks(call: Call): Reply {
  const body = jsonObject(call);
  const { portal } = call;
  const email = consentAddress(textOf(body.subscriberIdString ?? ''));
  const page = `https://${portal.account.uiDomain}/email-subscriptions/${portal.account.portalId}`;
  const query = `email=${encodeURIComponent(email)}`;
  const links = {
    subscriberIdString: email,
    managePreferencesUrl: `${page}/manage?${query}`,
    unsubscribeAllUrl: `${page}/unsubscribe-all?${query}`,
  };
  if (body.subscriptionId === undefined) return ok(links);
  const { id } = subscriptionType(portal, body.subscriptionId);
  return ok({
    ...links,
    subscriptionId: id,
    unsubscribeSingleUrl: `${page}/unsubscribe?${query}&subscription=${id}`,
  });
}

/** A kind of e-mail as all versions show it; v3 has its id as text. */
export function viewType(call: Call, type: SubscriptionType): Record<string, unknown> {
  const since = new Date(call.portal.createdAt).toISOString();
  return { ...type, id: String(type.id), createdAt: since, updatedAt: since };
}
