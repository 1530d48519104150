import { describe, expect, it, onTestFinished } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import {
  type AppEvent,
  createHubspotClient,
  createOAuthApp,
  type HubspotClient,
  type HubspotClientOptions,
  tokenFromText,
} from '../../src/hubspot/index.ts';
import { silentLogger } from '../../src/log.ts';

const APPROVED = { clientId: 'approved', clientSecret: 'approved-secret', appId: 700 };
const PLAIN = { clientId: 'plain', clientSecret: 'plain-secret', appId: 800 };
const TOKEN = 'pat-na1-project-app';
const EMAIL = 'ada@example.com';

/** A portal with an app whose event types are approved and one without any, and clients by credential. */
async function setup() {
  const portal = await startSimulator({
    limits: 'none',
    apps: [
      {
        ...APPROVED,
        eventTypes: [
          { name: 'plan_changed', properties: ['plan'], headerTemplate: 'Plan is now {{plan}}' },
          { name: 'visited', objectType: 'companies' },
        ],
      },
      PLAIN,
    ],
    tokens: [
      { token: TOKEN, appId: APPROVED.appId, scopes: ['timeline.write'] },
      { token: 'without-scope', appId: APPROVED.appId, scopes: ['crm.objects.contacts.read'] },
      { token: 'plain', appId: PLAIN.appId },
    ],
  });
  onTestFinished(() => portal.stop());
  const [contact = ''] = portal.insert('contacts', [{ email: EMAIL }]);
  const clientOf = (token: string, more: Partial<HubspotClientOptions> = {}): HubspotClient => {
    const client = createHubspotClient({
      baseUrl: portal.url,
      token: tokenFromText(token),
      log: silentLogger,
      timeoutMs: 2000,
      ...more,
    });
    onTestFinished(() => client.close());
    return client;
  };
  return { portal, contact, clientOf, appEvents: clientOf(TOKEN).appEvents };
}

function event(id: string, more: Partial<AppEvent> = {}): AppEvent {
  return {
    eventTypeName: 'plan_changed',
    id,
    record: { email: EMAIL },
    properties: { plan: 'pro' },
    ...more,
  };
}

const events = (count: number) => Array.from({ length: count }, (_, place) => event(`e-${place}`));
const idsIn = (portal: Simulator) => portal.appEvents(APPROVED.appId).map(({ id }) => id);
const batches = (portal: Simulator) =>
  portal.journal().filter(({ path, status }) => path.endsWith('/events/batch') && status === 201);

describe('an app event', () => {
  it.each(['2026-03', 'v4', '2026-09'])(
    'goes to its record with its time and values by %s',
    async (appEventsVersion) => {
      const { portal, contact, clientOf } = await setup();
      const { appEvents } = clientOf(TOKEN, { appEventsVersion });
      const occurredAt = new Date('2026-11-22T10:00:00Z');
      const iframe = {
        linkLabel: 'Open',
        headerLabel: 'Plan',
        url: 'https://example.com',
        width: 800,
        height: 600,
      };
      const more = { record: { objectId: contact }, occurredAt, iframe, extraData: { before: 'free' } };
      expect(await appEvents.expectSend(event('e-1', more))).toEqual({ known: false });
      expect(portal.appEvents()).toMatchObject([
        {
          appId: APPROVED.appId,
          type: 'plan_changed',
          title: 'Plan is now pro',
          objectId: contact,
          at: occurredAt.getTime(),
          properties: { plan: 'pro' },
          timelineIFrame: iframe,
          extraData: { before: 'free' },
        },
      ]);
    },
  );

  it('finds its record by address or domain', async () => {
    const { portal, contact, appEvents } = await setup();
    const [company] = portal.insert('companies', [{ name: 'Acme', domain: 'acme.example' }]);
    await appEvents.expectSend(event('e-1'));
    await appEvents.expectSend({
      eventTypeName: 'visited',
      id: 'e-1',
      record: { domain: 'acme.example' },
      properties: {},
    });
    expect(portal.appEvents().map(({ objectId }) => objectId)).toEqual([contact, company]);
  });

  it('that HubSpot has is known, and stands there once', async () => {
    const { portal, appEvents } = await setup();
    await appEvents.expectSend(event('e-1'));
    expect(await appEvents.expectSend(event('e-1'))).toEqual({ known: true });
    expect(await appEvents.send(event('e-1'))).toMatchObject({ kind: 'reply', status: 409 });
    expect(idsIn(portal)).toEqual(['e-1']);
  });

  it('whose answer was lost is known at the next try', async () => {
    const { portal, appEvents } = await setup();
    portal.setFaults([{ do: 'reset', at: 'after-apply', times: 1 }]);
    await expect(appEvents.expectSend(event('e-1'))).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: true },
    });
    expect(await appEvents.expectSend(event('e-1'))).toEqual({ known: true });
    expect(idsIn(portal)).toEqual(['e-1']);
  });

  it.each([
    ['an event type the app does not have', { eventTypeName: 'nothing' }, 'HUBSPOT_REFUSED'],
    ['a property the type does not have', { properties: { colour: 'red' } }, 'HUBSPOT_REFUSED'],
    ['a record that is not there', { record: { objectId: '1' } }, 'HUBSPOT_NOT_FOUND'],
  ] as const)('with %s raises', async (_, more, code) => {
    const { portal, appEvents } = await setup();
    await expect(appEvents.expectSend(event('e-1', more))).rejects.toMatchObject({ code });
    expect(portal.appEvents()).toEqual([]);
  });
});

describe('many app events', () => {
  it('go 500 a call', async () => {
    const { portal, appEvents } = await setup();
    expect(await appEvents.expectSendAll(events(1_001))).toEqual({ known: 0 });
    expect(batches(portal).map(({ inputs }) => inputs)).toEqual([500, 500]);
    expect(idsIn(portal)).toEqual(events(1_001).map(({ id }) => id));
  });

  it('of which one is known are refused as a batch, and all taken in parts', async () => {
    const { portal, appEvents } = await setup();
    await appEvents.expectSend(event('e-37'));
    expect(await appEvents.sendBatch(events(100))).toMatchObject({ kind: 'reply', status: 409 });
    expect(idsIn(portal)).toEqual(['e-37']);
    const calls = portal.journal().length;
    expect(await appEvents.expectSendAll(events(100))).toEqual({ known: 1 });
    expect(idsIn(portal).sort()).toEqual(
      events(100)
        .map(({ id }) => id)
        .sort(),
    );
    // Seven halvings until it stands alone, two calls each.
    expect(portal.journal().length - calls).toBeLessThanOrEqual(15);
  });

  it('with one id twice put it there once', async () => {
    const { portal, appEvents } = await setup();
    expect(await appEvents.expectSendAll([...events(3), event('e-1')])).toEqual({ known: 1 });
    expect(idsIn(portal).sort()).toEqual(['e-0', 'e-1', 'e-2']);
  });

  it('whose answer was lost are sent again as a whole', async () => {
    const { portal, appEvents } = await setup();
    portal.setFaults([{ do: 'reset', at: 'after-apply', times: 1 }]);
    await expect(appEvents.expectSendAll(events(4))).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
    });
    expect(await appEvents.expectSendAll(events(5))).toEqual({ known: 4 });
    expect(idsIn(portal).sort()).toEqual(events(5).map(({ id }) => id));
  });

  it('with one that is wrong raise, nothing of their batch written', async () => {
    const { portal, appEvents } = await setup();
    const wrong = event('e-9', { record: { objectId: '1' } });
    await expect(appEvents.expectSendAll([...events(3), wrong])).rejects.toMatchObject({
      code: 'HUBSPOT_NOT_FOUND',
    });
    expect(idsIn(portal)).toEqual([]);
  });
});

describe('the credential', () => {
  it.each([
    ['a service key with every scope', undefined],
    ['an app without approved event types', 'plain'],
    ['an approved app without the scope', 'without-scope'],
  ])('of %s may not send app events, and its error names the scopes', async (_, token) => {
    const { portal, clientOf } = await setup();
    const { appEvents } = clientOf(token ?? portal.token);
    for (const refused of [appEvents.expectSend(event('e-1')), appEvents.expectSendAll(events(2))])
      await expect(refused).rejects.toMatchObject({
        code: 'HUBSPOT_FORBIDDEN',
        message: expect.stringContaining('timeline'),
      });
    expect(portal.journal().map(({ status }) => status)).toEqual([403, 403]);
    expect(portal.appEvents()).toEqual([]);
  });

  it('of an approved app may be an OAuth installation', async () => {
    const { portal, clientOf } = await setup();
    const redirectUri = 'https://app.example.com/connected';
    const code = portal.authorize({ clientId: APPROVED.clientId, redirectUri, scopes: ['timeline'] });
    const app = createOAuthApp({ ...APPROVED, baseUrl: portal.url });
    onTestFinished(() => app.close());
    const { accessToken } = await app.exchangeCode({ code, redirectUri });
    expect(await clientOf(accessToken).appEvents.expectSend(event('e-1'))).toEqual({ known: false });
    expect(idsIn(portal)).toEqual(['e-1']);
  });
});
