import { DEFAULT_TOKEN } from '../options.ts';

import {
  APP,
  APP_EVENT,
  APP_TOKEN,
  DEVELOPER_KEY,
  EMAIL,
  EVENT,
  EVENT_DEFINITION,
  FORM,
  FUZZ_PORTAL,
  type Ids,
  NOWHERE,
  type Sample,
} from './sample.ts';

const CONSENT = '/communication-preferences/2026-09';

/** Consent to e-mail. */
export function consentSamples(): Sample[] {
  const status = {
    channel: 'EMAIL',
    statusState: 'SUBSCRIBED',
    subscriptionId: 42,
    legalBasis: 'CONSENT_WITH_NOTICE',
    legalBasisExplanation: 'Form',
  };
  const batch = `${CONSENT}/statuses/batch`;
  const v3 = '/communication-preferences/v3';
  const old = {
    emailAddress: EMAIL,
    subscriptionId: '42',
    legalBasis: 'CONSENT_WITH_NOTICE',
    legalBasisExplanation: 'Form',
  };
  return [
    { method: 'POST', path: `${batch}/read?channel=EMAIL`, body: { inputs: [EMAIL] } },
    { method: 'POST', path: `${batch}/write`, body: { inputs: [{ subscriberIdString: EMAIL, ...status }] } },
    { method: 'POST', path: `${batch}/unsubscribe-all?channel=EMAIL`, body: { inputs: [EMAIL] } },
    { method: 'POST', path: `${batch}/unsubscribe-all/read?channel=EMAIL`, body: { inputs: [EMAIL] } },
    { method: 'GET', path: `${CONSENT}/definitions` },
    { method: 'GET', path: `${CONSENT}/statuses/${EMAIL}?channel=EMAIL` },
    { method: 'POST', path: `${CONSENT}/statuses/${EMAIL}`, body: status },
    { method: 'GET', path: `${CONSENT}/statuses/${EMAIL}/unsubscribe-all?channel=EMAIL` },
    { method: 'POST', path: `${CONSENT}/statuses/${EMAIL}/unsubscribe-all?channel=EMAIL` },
    {
      method: 'POST',
      path: `${CONSENT}/links/generate`,
      body: { subscriberIdString: EMAIL, subscriptionId: 42 },
    },
    { method: 'GET', path: `${v3}/definitions` },
    { method: 'GET', path: `${v3}/status/email/${EMAIL}` },
    { method: 'POST', path: `${v3}/subscribe`, body: old },
    { method: 'POST', path: `${CONSENT}/resubscribe`, body: old },
    { method: 'POST', path: `${v3}/unsubscribe`, body: old },
  ];
}

/** The account, OAuth and the webhooks of apps. */
export function appSamples({ webhookSubscription, code, accessToken, refreshToken }: Ids): Sample[] {
  const hooks = '/app-webhooks/2026-09/77';
  const key = `?hapikey=${DEVELOPER_KEY}`;
  const client = { client_id: APP.clientId, client_secret: APP.clientSecret };
  const form = (fields: Record<string, string>) => new URLSearchParams({ ...client, ...fields }).toString();
  const query = new URLSearchParams({
    client_id: APP.clientId,
    redirect_uri: APP.redirectUri,
    scope: 'oauth',
    state: 'x',
  });
  const settings = { targetUrl: NOWHERE, throttling: { maxConcurrentRequests: 7 } };
  return [
    { method: 'GET', path: '/account-info/2026-09/details' },
    { method: 'GET', path: '/account-info/2026-09/api-usage/daily/private-apps' },
    { method: 'GET', path: `${hooks}/settings${key}` },
    { method: 'PUT', path: `${hooks}/settings${key}`, body: settings },
    { method: 'DELETE', path: `${hooks}/settings${key}` },
    { method: 'GET', path: `${hooks}/subscriptions${key}` },
    {
      method: 'POST',
      path: `${hooks}/subscriptions${key}`,
      body: { eventType: 'contact.propertyChange', propertyName: 'fax', active: true },
    },
    {
      method: 'POST',
      path: `${hooks}/subscriptions/batch/update${key}`,
      body: { inputs: [{ id: Number(webhookSubscription), active: false }] },
    },
    { method: 'GET', path: `${hooks}/subscriptions/${webhookSubscription}${key}` },
    { method: 'PATCH', path: `${hooks}/subscriptions/${webhookSubscription}${key}`, body: { active: false } },
    { method: 'DELETE', path: `${hooks}/subscriptions/${webhookSubscription}${key}` },
    { method: 'GET', path: `/oauth/authorize?${query}` },
    { method: 'GET', path: `/oauth/${FUZZ_PORTAL}/authorize?${query}` },
    {
      method: 'POST',
      path: '/oauth/2026-09/token',
      body: form({ grant_type: 'authorization_code', code, redirect_uri: APP.redirectUri }),
    },
    {
      method: 'POST',
      path: '/oauth/v1/token',
      body: form({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    },
    { method: 'POST', path: '/oauth/2026-09/token/introspect', body: form({ token: accessToken }) },
    { method: 'POST', path: '/oauth/2026-09/token/revoke', body: form({ token: accessToken }) },
    { method: 'GET', path: `/oauth/v1/access-tokens/${accessToken}` },
    { method: 'GET', path: `/oauth/v1/refresh-tokens/${refreshToken}` },
    { method: 'DELETE', path: `/oauth/v1/refresh-tokens/${refreshToken}` },
    {
      method: 'POST',
      path: '/oauth/v2/private-apps/get/access-token-info',
      body: { tokenKey: DEFAULT_TOKEN },
    },
  ];
}

/** Forms and what is submitted. */
export function formSamples(): Sample[] {
  const forms = '/marketing/v3/forms';
  const fields = [{ groupType: 'default_group', fields: [{ name: 'email', required: true }] }];
  const form = {
    name: 'Trial',
    formType: 'hubspot',
    fieldGroups: fields,
    legalConsentOptions: { type: 'none' },
  };
  const submission = {
    fields: [{ objectTypeId: '0-1', name: 'email', value: EMAIL }],
    context: { pageUri: 'https://example.com/trial', pageName: 'Trial' },
  };
  return [
    { method: 'GET', path: `${forms}?limit=2` },
    { method: 'POST', path: forms, body: form },
    { method: 'GET', path: `${forms}/${FORM}` },
    { method: 'PUT', path: `${forms}/${FORM}`, body: { ...form, id: FORM } },
    { method: 'PATCH', path: `${forms}/${FORM}`, body: { name: 'Changed' } },
    { method: 'DELETE', path: `${forms}/${FORM}` },
    { method: 'POST', path: `/submissions/v3/integration/submit/${FUZZ_PORTAL}/${FORM}`, body: submission },
    {
      method: 'POST',
      path: `/submissions/v3/integration/secure/submit/${FUZZ_PORTAL}/${FORM}`,
      body: submission,
    },
    { method: 'OPTIONS', path: `/submissions/v3/integration/submit/${FUZZ_PORTAL}/${FORM}` },
    { method: 'GET', path: `/form-integrations/v1/submissions/forms/${FORM}?limit=2` },
  ];
}

const SNAPSHOTS = '/webhooks-journal/snapshots/2026-09/crm';

/** Of companies. */
export const FILTER = {
  conditions: [
    { filterType: 'CRM_OBJECT_PROPERTY', property: 'name', operator: 'IN', values: ['Two', 'Six'] },
  ],
};

export function snapshotOf(company: string): unknown {
  const request = {
    portalId: FUZZ_PORTAL,
    objectTypeId: '0-2',
    objectId: Number(company),
    properties: ['name'],
  };
  return { snapshotRequests: [request] };
}

/** The webhooks journal. */
export function journalSamples({
  journalToken,
  journalSubscription,
  journalFilter,
  snapshot,
  company,
  offset,
  filePath,
}: Ids): Sample[] {
  const subscriptions = '/webhooks-journal/subscriptions/2026-09';
  const subscription = {
    subscriptionType: 'OBJECT',
    portalId: FUZZ_PORTAL,
    objectTypeId: '0-2',
    actions: ['CREATE'],
  };
  const reads = ['earliest', 'latest', `offset/${offset}/next`, 'batch/earliest/2', `batch/${offset}/next/2`];
  return [
    ...['journal', 'journal-local'].flatMap((area) =>
      reads.map((read): Sample => ({ method: 'GET', path: `/webhooks-journal/${area}/2026-09/${read}` })),
    ),
    { method: 'GET', path: subscriptions },
    { method: 'POST', path: subscriptions, body: subscription },
    { method: 'GET', path: `${subscriptions}/${journalSubscription}` },
    {
      method: 'POST',
      path: `${subscriptions}/filters`,
      body: { subscriptionId: journalSubscription, filter: FILTER },
    },
    { method: 'GET', path: `${subscriptions}/filters/${journalFilter}` },
    { method: 'GET', path: `${subscriptions}/filters/subscription/${journalSubscription}` },
    { method: 'DELETE', path: `${subscriptions}/filters/${journalFilter}` },
    { method: 'POST', path: SNAPSHOTS, body: snapshotOf(company) },
    { method: 'GET', path: `${SNAPSHOTS}/status/${snapshot}` },
    { method: 'DELETE', path: `${subscriptions}/${journalSubscription}` },
    { method: 'DELETE', path: `${subscriptions}/portals/${FUZZ_PORTAL}` },
    { method: 'GET', path: filePath },
  ].map((sample) => ({ ...sample, token: journalToken }));
}

/** Events of the portal's own: their definitions, sending and reading them. */
export function eventSamples({ contact }: Ids): Sample[] {
  const definitions = '/events/custom/2026-09/event-definitions';
  const send = '/events/custom/2026-09/send';
  const one = `${definitions}/${EVENT}`;
  const event = { eventName: EVENT, objectId: contact, uuid: 'u-1', properties: { plan: 'free' } };
  return [
    { method: 'POST', path: send, body: event },
    {
      method: 'POST',
      path: `${send}/batch`,
      body: { inputs: [event, { ...event, uuid: 'u-2', email: EMAIL }] },
    },
    { method: 'GET', path: `${definitions}?limit=2&searchString=plan` },
    { method: 'POST', path: definitions, body: { ...EVENT_DEFINITION, name: 'plan_ended' } },
    { method: 'GET', path: one },
    { method: 'PATCH', path: one, body: { label: 'Plan was changed', description: 'Another plan' } },
    { method: 'DELETE', path: one },
    { method: 'POST', path: `${one}/property`, body: { name: 'seats', label: 'Seats', type: 'number' } },
    { method: 'PATCH', path: `${one}/property/plan`, body: { label: 'The plan' } },
    { method: 'DELETE', path: `${one}/property/plan` },
    {
      method: 'GET',
      path: `/events/event-occurrences/2026-09?objectType=contact&objectId=${contact}&limit=2`,
    },
    { method: 'GET', path: '/events/event-occurrences/2026-09/event-types' },
  ];
}

/** Events of apps and their templates, and where HubSpot calls from. */
export function timelineSamples({ contact, eventTemplate, accessToken }: Ids): Sample[] {
  const timeline = '/integrators/timeline';
  const key = `?hapikey=${DEVELOPER_KEY}`;
  const templates = `${timeline}/v3/${APP.appId}/event-templates`;
  const one = `${templates}/${eventTemplate}`;
  const event = { eventTypeName: APP_EVENT, id: 'e-1', objectId: contact, properties: { plan: 'free' } };
  const old = { eventTemplateId: eventTemplate, id: 'e-2', email: EMAIL, tokens: { plan: 'free' } };
  const template = { name: 'Seats', objectType: 'contacts', tokens: [{ name: 'seats', type: 'number' }] };
  return [
    { method: 'POST', path: `${timeline}/2026-03/events`, body: event, token: APP_TOKEN },
    {
      method: 'POST',
      path: `${timeline}/v4/events/batch`,
      body: { inputs: [event, { ...event, id: 'e-3', timestamp: '2026-11-22T10:00:00Z' }] },
      token: APP_TOKEN,
    },
    { method: 'POST', path: `${timeline}/v3/events`, body: old, token: accessToken },
    {
      method: 'POST',
      path: `${timeline}/v3/events/batch/create`,
      body: { inputs: [old] },
      token: accessToken,
    },
    { method: 'GET', path: `${timeline}/v3/events/${eventTemplate}/shown`, token: accessToken },
    { method: 'GET', path: `${templates}${key}` },
    { method: 'POST', path: `${templates}${key}`, body: template },
    { method: 'GET', path: `${one}${key}` },
    { method: 'PUT', path: `${one}${key}`, body: template },
    { method: 'DELETE', path: `${one}${key}` },
    { method: 'POST', path: `${one}/tokens${key}`, body: { name: 'colour', label: 'Colour' } },
    { method: 'PUT', path: `${one}/tokens/plan${key}`, body: { label: 'The plan', type: 'string' } },
    { method: 'DELETE', path: `${one}/tokens/plan${key}` },
    { method: 'GET', path: '/meta/network-origins/2026-09/ip-ranges' },
    { method: 'GET', path: '/meta/network-origins/2026-09/ip-ranges/simple' },
  ];
}
