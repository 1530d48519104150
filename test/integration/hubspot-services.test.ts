import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  parseWebhookEvents,
  type SignatureVerdict,
  subscribe,
  verifyWebhookSignature,
  type WebhookEvents,
} from '../../src/hubspot/index.ts';
import { setupOperations as setup } from '../support/operations-bench.ts';
import { listen } from '../support/raw-server.ts';

const EMAIL = 'ada@example.com';
const LEGAL = { basis: 'CONSENT_WITH_NOTICE', explanation: 'Box on the signup form' } as const;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('consent', () => {
  async function withType(options: Parameters<typeof setup>[0] = {}) {
    const bench = await setup(options);
    const { id } = bench.portal.addSubscriptionType({ name: 'Product news' });
    return { ...bench, subscriptionId: String(id) };
  }

  it('is read, set, and read again', async () => {
    const { portal, client, subscriptionId } = await withType();
    const definitions = await client.consent.expectDefinitions();
    expect(definitions.find(({ id }) => id === subscriptionId)).toMatchObject({
      name: 'Product news',
      active: true,
    });
    const change = { subscriptionId, state: 'SUBSCRIBED', legal: LEGAL } as const;
    expect(await client.consent.expectSetStatus(EMAIL, change)).toMatchObject({
      email: EMAIL,
      state: 'SUBSCRIBED',
      change: 'REQUESTED_CHANGE_OCCURRED',
    });
    const status = (await client.consent.expectStatuses(EMAIL)).find(
      (each) => each.subscriptionId === subscriptionId,
    );
    expect(status).toMatchObject({ state: 'SUBSCRIBED', legalBasis: 'CONSENT_WITH_NOTICE' });
    expect(Math.abs((status?.at ?? 0) - portal.now())).toBeLessThan(60_000);
  });

  it('lets an opt-out stand, unless the agreement is younger', async () => {
    const { portal, client, subscriptionId } = await withType();
    portal.setConsent({ email: EMAIL, subscriptionId: Number(subscriptionId), state: 'UNSUBSCRIBED' });
    const agreement = (givenAt: number) => ({ subscriptionId, legal: LEGAL, givenAt });
    const old = await subscribe(client.consent, EMAIL, agreement(portal.now() - 3_600_000));
    expect(old).toMatchObject({ kind: 'opted-out', status: { state: 'UNSUBSCRIBED' } });
    const fresh = await subscribe(client.consent, EMAIL, agreement(portal.now() + 1000));
    expect(fresh).toMatchObject({ kind: 'set', status: { change: 'RESUBSCRIBE_OCCURRED' } });
    expect(await subscribe(client.consent, EMAIL, agreement(portal.now()))).toMatchObject({
      kind: 'unchanged',
    });
  });

  it('is withdrawn from everything', async () => {
    const { portal, client } = await withType();
    expect(await client.consent.expectOptedOutOfAll(EMAIL)).toBe(false);
    const statuses = await client.consent.expectUnsubscribeAll(EMAIL);
    expect(new Set(statuses.map(({ state }) => state))).toEqual(new Set(['UNSUBSCRIBED']));
    expect(await client.consent.expectOptedOutOfAll(EMAIL)).toBe(true);
    expect(portal.consent(EMAIL).optedOutOfAll).toBe(true);
  });

  it('of many addresses goes in one call, and a bad one holds up no other', async () => {
    const { portal, client, subscriptionId } = await withType();
    const changes = [EMAIL, 'no address', 'bob@example.com'].map(
      (email) => ({ email, subscriptionId, state: 'SUBSCRIBED', legal: LEGAL }) as const,
    );
    const set = await client.consent.expectBatchSet(changes);
    expect(set.statuses.map(({ email }) => email)).toEqual([EMAIL, 'bob@example.com']);
    expect(set.refused).toHaveLength(1);
    const { statuses } = await client.consent.expectBatchRead([EMAIL, 'bob@example.com']);
    expect(statuses.filter(({ state }) => state === 'SUBSCRIBED')).toHaveLength(2);
    await client.consent.expectBatchUnsubscribeAll([EMAIL]);
    expect(portal.consent(EMAIL).optedOutOfAll).toBe(true);
  });

  it('without its legal basis is refused where privacy settings are on', async () => {
    const { client, subscriptionId } = await withType({ behaviour: { privacySettings: true } });
    await expect(
      client.consent.expectSetStatus(EMAIL, { subscriptionId, state: 'SUBSCRIBED' }),
    ).rejects.toMatchObject({ code: 'HUBSPOT_REFUSED' });
  });
});

describe('forms', () => {
  const formId = '11111111-1111-4111-8111-111111111111';

  async function withForm() {
    const bench = await setup();
    bench.portal.addForm({
      id: formId,
      name: 'Demo',
      fieldGroups: [
        { fields: [{ name: 'email', fieldType: 'email', required: true }, { name: 'firstname' }] },
      ],
    });
    return { ...bench, target: { portalId: String(bench.portal.portalId), formId } };
  }
  const filled = (email: string) => ({ fields: [{ name: 'email', value: email }] });

  it('take submissions without and with the token, which make contacts', async () => {
    const { portal, client, target } = await withForm();
    const answer = await client.forms.expectSubmit(target, filled(EMAIL));
    expect(answer.inlineMessage ?? answer.redirectUri).toEqual(expect.any(String));
    await client.forms.expectSubmit({ ...target, secure: true }, filled('bob@example.com'));
    const [anonymous, secure] = portal.journal().slice(-2);
    expect([anonymous?.tokenId, secure?.tokenId]).toEqual([null, expect.any(String)]);
    portal.setClock({ advanceMs: 10_000 });
    expect(portal.records('contacts').map(({ properties }) => properties.email)).toEqual([
      EMAIL,
      'bob@example.com',
    ]);
  });

  it('give their submissions back, newest first, each with the same key at every reading', async () => {
    const { portal, client, target } = await withForm();
    for (let index = 0; index < 120; index += 1) {
      await client.forms.expectSubmit(target, filled(`a${index}@example.com`));
      portal.setClock({ advanceMs: 1000 });
    }
    const read = await all(client.forms.submissions(formId));
    expect(read).toHaveLength(120);
    expect(read[0]?.values).toContainEqual({ name: 'email', value: 'a119@example.com', objectTypeId: '0-1' });
    expect(new Set(read.map(({ key }) => key)).size).toBe(120);
    const again = await all(client.forms.submissions(formId, { since: read[9]?.submittedAt ?? 0 }));
    expect(again.map(({ key }) => key)).toEqual(read.slice(0, 10).map(({ key }) => key));
  });

  it('name what they refuse, without its value', async () => {
    const { client, target } = await withForm();
    const error: unknown = await client.forms
      .expectSubmit(target, filled('canary'))
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: 'HUBSPOT_REFUSED', facts: { faults: [{ code: 'INVALID_EMAIL' }] } });
    expect(JSON.stringify([error, String(error)])).not.toContain('canary');
  });

  it('are defined by their fields', async () => {
    const { client } = await withForm();
    const form = await client.forms.expectDefinition(formId);
    expect(form.fields).toMatchObject([
      { name: 'email', required: true },
      { name: 'firstname', required: false },
    ]);
    expect(await all(client.forms.definitions())).toContainEqual(form);
  });
});

it.each(['v1', 'v3'] as const)(
  'webhooks that the portal signs (%s) are verified and read',
  async (version) => {
    const { portal, operations } = await setup();
    const got: { verdict: SignatureVerdict; read: WebhookEvents }[] = [];
    const clientSecret = 'client-secret-canary';
    let origin = '';
    const server = createServer(async (request, response) => {
      const { method = '', url = '', headers } = request;
      const body = await buffer(request);
      const signed = { method, url: origin + url, headers, body };
      const check = { clientSecret, nowMs: portal.now(), accept: [version] };
      got.push({ verdict: verifyWebhookSignature(signed, check), read: parseWebhookEvents(body) });
      response.writeHead(204).end();
    });
    origin = `http://127.0.0.1:${await listen(server)}`;
    onTestFinished(() => void server.close());
    portal.addWebhookApp({
      appId: 1001,
      clientSecret,
      signatures: [version],
      targetUrl: `${origin}/hubspot?from=a%2Fb&x=1%262`,
      subscriptions: [
        { eventType: 'contact.creation' },
        { eventType: 'contact.propertyChange', propertyName: 'firstname' },
      ],
    });
    await operations.createContact({ email: EMAIL, firstname: 'Ada' });
    await portal.webhooksSettled();
    expect(new Set(got.map(({ verdict }) => JSON.stringify(verdict)))).toEqual(
      new Set([JSON.stringify({ valid: true, version })]),
    );
    const events = got.flatMap(({ read }) => read.events);
    expect(got.every(({ read }) => read.unreadable === 0)).toBe(true);
    expect(events.map(({ type }) => type).sort()).toEqual(['contact.creation', 'contact.propertyChange']);
  },
);

it('custom events are defined, sent, and count once however often they are sent', async () => {
  const { portal, client } = await setup();
  portal.insert('contacts', [{ email: EMAIL }]);
  const { eventName } = await client.customEvents.expectCreateDefinition({
    name: 'plan_changed',
    label: 'Plan changed',
    properties: [{ name: 'plan', label: 'Plan', type: 'string' }],
  });
  expect(eventName).toBe(`pe${portal.portalId}_plan_changed`);
  expect(await all(client.customEvents.definitions())).toMatchObject([{ eventName, label: 'Plan changed' }]);
  const events = Array.from({ length: 700 }, (_, index) => ({
    eventName,
    record: { email: EMAIL },
    occurredAt: new Date(portal.now()),
    properties: { plan: 'pro' },
    uuid: `u-${index}`,
  }));
  portal.setFaults([{ do: 'reset', at: 'after-apply', times: 1 }]);
  const lost = await client.customEvents.sendAll(events);
  expect(lost).toMatchObject({ accepted: 0, stoppedBy: { kind: 'fault', sent: true } });
  expect(portal.customEvents()).toHaveLength(500);
  const calls = portal.journal().length;
  expect(await client.customEvents.sendAll(events)).toEqual({ accepted: 700 });
  expect(portal.journal()).toHaveLength(calls + 2);
  expect(portal.customEvents()).toHaveLength(700);
});
