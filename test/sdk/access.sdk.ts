import { describe, expect, it } from 'vitest';
import { clientOf, connected } from './connect.ts';

const portal = connected();

describe('consent', () => {
  it('reads the kinds of consent, gives and takes it', async () => {
    const { definitionApi, statusApi } = portal.client.communicationPreferences;
    const { subscriptionDefinitions } = await definitionApi.getPage();
    const [kind] = subscriptionDefinitions;
    expect(kind).toBeDefined();
    const change = {
      emailAddress: 'agreed@example.com',
      subscriptionId: kind?.id ?? '',
      legalBasis: 'CONSENT_WITH_NOTICE' as never,
      legalBasisExplanation: 'Ticked the box',
    };
    await statusApi.subscribe(change);
    const given = await statusApi.getEmailStatus('agreed@example.com');
    expect(given.subscriptionStatuses.find(({ id }) => id === kind?.id)?.status).toBe('SUBSCRIBED');
    await statusApi.unsubscribe(change);
    const taken = await statusApi.getEmailStatus('agreed@example.com');
    expect(taken.subscriptionStatuses.find(({ id }) => id === kind?.id)?.status).toBe('NOT_SUBSCRIBED');
  });
});

describe('an app', () => {
  it('exchanges a code, renews its token and is told whose it is', async () => {
    const app = { clientId: 'app-1', clientSecret: 'secret-1' };
    portal.simulator.addApp(app);
    const redirectUri = 'https://app.example.com/callback';
    const code = portal.simulator.authorize({
      clientId: app.clientId,
      redirectUri,
      scopes: ['crm.objects.contacts.read'],
    });
    const { tokensApi, accessTokensApi } = portal.client.oauth;
    const first = await tokensApi.create(
      'authorization_code',
      code,
      redirectUri,
      app.clientId,
      app.clientSecret,
    );
    expect(first.expiresIn).toBe(1_800);
    const renewed = await tokensApi.create(
      'refresh_token',
      undefined,
      undefined,
      app.clientId,
      app.clientSecret,
      first.refreshToken,
    );
    expect(await accessTokensApi.get(renewed.accessToken)).toMatchObject({
      hubId: portal.simulator.portalId,
      scopes: expect.arrayContaining(['crm.objects.contacts.read']),
    });
    expect(await clientOf(portal.simulator, renewed.accessToken).crm.contacts.getAll()).toEqual([]);
    await expect(
      tokensApi.create('refresh_token', undefined, undefined, app.clientId, 'wrong', first.refreshToken),
    ).rejects.toMatchObject({ code: 400 });
  });
});
