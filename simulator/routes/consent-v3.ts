import { badRequest } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import type { SubscriptionType } from '../consent-store.ts';
import type { Portal } from '../portal.ts';
import { ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { viewType } from './consent.ts';
import {
  applyConsent,
  type ConsentInput,
  consentAddress,
  legalBasisOf,
  readConsent,
  subscriptionType,
  writeConsent,
} from './consent-input.ts';

const V3 = ['v3'] as const;
/** The dated versions' description still lists these beside their own. */
const ALSO_DATED = ['v3', '2026-03', '2026-09'] as const;
const DATED = ['2026-03', '2026-09'] as const;

/** The older form: one call to subscribe and one to unsubscribe, which cannot bring back who opted out. */
export const consentV3Routes: readonly Route[] = [
  {
    method: 'GET',
    pattern: 'definitions',
    versions: V3,
    access: 'read',
    scopes: readConsent,
    handle: definitions,
  },
  {
    method: 'GET',
    pattern: 'status/email/:email',
    versions: ALSO_DATED,
    access: 'read',
    scopes: readConsent,
    handle: status,
  },
  {
    method: 'POST',
    pattern: 'subscribe',
    versions: ALSO_DATED,
    access: 'write',
    scopes: writeConsent,
    handle: subscribe,
  },
  {
    method: 'POST',
    pattern: 'resubscribe',
    versions: DATED,
    access: 'write',
    scopes: writeConsent,
    handle: resubscribe,
  },
  {
    method: 'POST',
    pattern: 'unsubscribe',
    versions: ALSO_DATED,
    access: 'write',
    scopes: writeConsent,
    handle: unsubscribe,
  },
].map((route) => ({ ...route, area: 'communication-preferences', budget: 'general' }) as Route);

function definitions(call: Call): Reply {
  return ok({ subscriptionDefinitions: call.portal.consent.types().map((type) => viewType(call, type)) });
}

function status(call: Call): Reply {
  const email = consentAddress(param(call, 'email'));
  const types = call.portal.consent.types().filter((type) => type.isActive);
  return ok({
    recipient: email,
    subscriptionStatuses: types.map((type) => viewStatus(call.portal, email, type)),
  });
}

function subscribe(call: Call): Reply {
  const input = inputOf(call, 'SUBSCRIBED');
  const before = call.portal.consent.status(input.email, input.type.id).state;
  if (before === 'UNSUBSCRIBED') {
    throw badRequest(
      `${input.email} has opted out and cannot be subscribed to ${input.type.id} by this call; the person has to opt in again`,
    );
  }
  if (before === 'SUBSCRIBED' && call.portal.behaviour.subscribeAgain === 'refuse')
    throw badRequest(`${input.email} is already subscribed to ${input.type.id}`);
  return apply(call, input);
}

function resubscribe(call: Call): Reply {
  return apply(call, inputOf(call, 'SUBSCRIBED'));
}

function unsubscribe(call: Call): Reply {
  const input = inputOf(call, 'UNSUBSCRIBED');
  const before = call.portal.consent.status(input.email, input.type.id).state;
  if (before === 'UNSUBSCRIBED' && call.portal.behaviour.subscribeAgain === 'refuse')
    throw badRequest(`${input.email} is already unsubscribed from ${input.type.id}`);
  return apply(call, input);
}

function inputOf(call: Call, state: ConsentInput['state']): ConsentInput {
  call.effects.inputs = 1;
  const body = jsonObject(call);
  const { emailAddress, subscriptionId } = body;
  const missing = Object.entries({ emailAddress, subscriptionId }).filter(([, value]) => value === undefined);
  if (missing.length > 0 || typeof emailAddress !== 'string') {
    throw badRequest(
      `Invalid input JSON on line 1, column 2: some of required attributes are not set [${missing.map(([name]) => name).join(', ')}]`,
    );
  }
  const { portal } = call;
  return {
    email: consentAddress(emailAddress),
    type: subscriptionType(portal, subscriptionId),
    state,
    ...legalBasisOf(portal, body),
  };
}

function apply(call: Call, input: ConsentInput): Reply {
  applyConsent(call, input);
  return ok(viewStatus(call.portal, input.email, input.type));
}

function viewStatus(portal: Portal, email: string, type: SubscriptionType): Record<string, unknown> {
  const { state, legalBasis, legalBasisExplanation } = portal.consent.status(email, type.id);
  return {
    id: String(type.id),
    name: type.name,
    description: type.description,
    // This form knows no third state.
    status: state === 'SUBSCRIBED' ? 'SUBSCRIBED' : 'NOT_SUBSCRIBED',
    sourceOfStatus: portal.consent.optOut(email) ? 'PORTAL_WIDE_STATUS' : 'SUBSCRIPTION_STATUS',
    legalBasis,
    legalBasisExplanation,
  };
}
