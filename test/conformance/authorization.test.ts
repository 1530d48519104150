import { describe, expect, it } from 'vitest';
import { account, consent, lists, objects, owners, pipelines, properties, VERSIONS } from './paths.ts';
import { UUID } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const GARBAGE = 'pat-na1-11111111-2222-4333-8444-555555555555';

const portal = useSubject();

describe.each(VERSIONS)('a call of %s', (version) => {
  const path = account(version);

  it('without a token is told where credentials are explained', async () => {
    const answer = await portal.call('GET', path, undefined, { token: null });
    expect(answer).toMatchObject({
      status: 401,
      body: { status: 'error', category: 'INVALID_AUTHENTICATION' },
    });
    expect(answer.body.message).toMatch(/^Authentication credentials not found\. This API supports /);
    expect(answer.body.correlationId).toMatch(UUID);
  });

  it('with a blank token is as one without', async () => {
    const answer = await portal.call('GET', path, undefined, {
      token: null,
      headers: { authorization: 'Bearer ' },
    });
    expect(answer).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } });
  });

  it('with a token nobody was given is told that it expired in 1970', async () => {
    const answer = await portal.call('GET', path, undefined, { token: GARBAGE });
    expect(answer).toMatchObject({
      status: 401,
      body: { status: 'error', category: 'EXPIRED_AUTHENTICATION' },
    });
    expect(answer.body.message).toMatch(
      /^The OAuth token used to make this call expired 2\d{4} day\(s\) ago\.$/,
    );
    expect(answer.body.context['expire time']?.[0]).toMatch(/^1970-01-01T/);
  });
});

describe('the introspection of a key', () => {
  const path = '/oauth/v2/private-apps/get/access-token-info';

  it('names its portal, user, app and scopes', async () => {
    const { status, body } = await portal.call('POST', path, { tokenKey: portal.token });
    expect({ status, body }).toMatchObject({ status: 200, body: { hubId: portal.portalId } });
    expect(typeof body.userId).toBe('number');
    expect(typeof body.appId).toBe('number');
    expect(body.scopes).toContain('crm.objects.contacts.read');
  });

  it('is not for the OAuth endpoint, which refuses keys', async () => {
    expect((await portal.call('GET', `/oauth/v1/access-tokens/${portal.token}`)).status).toBe(400);
  });
});

simulatorOnly('it takes tokens of other ages and scopes', () => {
  const give = async (more: object) => {
    const token = `pat-na1-${portal.name('token')}`;
    await portal.admin('POST', 'tokens', { add: { token, ...more } });
    return token;
  };

  it('an expired token is told how long ago', async () => {
    const token = await give({ expiresAt: Date.now() - 5_000 });
    const answer = await portal.call('GET', account('2026-09'), undefined, { token });
    expect(answer).toMatchObject({ status: 401, body: { category: 'EXPIRED_AUTHENTICATION' } });
    expect(answer.body.message).toMatch(/expired \d+ second\(s\) ago\.$/);
    expect(answer.body.context['expire time']?.[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  });

  it('a revoked token is refused', async () => {
    const token = await give({});
    await portal.admin('POST', 'tokens', { revoke: token });
    expect(await portal.call('GET', account('2026-09'), undefined, { token })).toMatchObject({
      status: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });
  });

  it('any token may ask for the account', async () => {
    const token = await give({ scopes: [] });
    expect((await portal.call('GET', account('2026-09'), undefined, { token })).status).toBe(200);
  });

  it.each<[string, string, string, unknown?]>([
    ['crm.objects.contacts.read', 'GET', objects('2026-09', 'contacts')],
    ['crm.objects.contacts.write', 'POST', objects('2026-09', 'contacts'), { properties: {} }],
    ['crm.objects.contacts.read', 'POST', `${objects('2026-09', 'contacts')}/search`, {}],
    ['crm.objects.companies.read', 'GET', objects('2026-09', 'companies')],
    ['crm.objects.companies.write', 'POST', objects('2026-09', 'companies'), { properties: {} }],
    ['crm.objects.deals.read', 'GET', objects('2026-09', 'deals')],
    ['crm.objects.deals.write', 'POST', objects('2026-09', 'deals'), { properties: {} }],
    ['crm.objects.contacts.read', 'GET', objects('2026-09', 'notes')],
    ['crm.objects.contacts.write', 'POST', objects('2026-09', 'notes'), { properties: {} }],
    ['crm.objects.contacts.write', 'POST', objects('2026-09', 'tasks'), { properties: {} }],
    ['crm.schemas.contacts.write', 'POST', properties('2026-09', 'contacts'), {}],
    ['crm.schemas.deals.write', 'POST', properties('2026-09', 'deals'), {}],
    ['crm.objects.owners.read', 'GET', owners('2026-09')],
    ['crm.objects.deals.read', 'GET', pipelines('2026-09', 'deals')],
    ['crm.lists.read', 'POST', `${lists('2026-09')}/search`, {}],
    ['forms', 'GET', '/marketing/v3/forms'],
    ['communication_preferences.read', 'GET', `${consent('2026-09')}/definitions`],
  ])('without %s a %s %s is refused by its name', async (scope, method, path, body) => {
    const token = await give({ scopes: ['oauth'] });
    const answer = await portal.call(method, path, body, { token });
    expect(answer).toMatchObject({ status: 403, body: { status: 'error', category: 'MISSING_SCOPES' } });
    const named = answer.body.errors?.[0]?.context ?? answer.body.context;
    expect(named.requiredGranularScopes).toContain(scope);
  });

  it('reading definitions takes the schema scope or that of the records', async () => {
    for (const scope of ['crm.schemas.contacts.read', 'crm.objects.contacts.read']) {
      const token = await give({ scopes: [scope] });
      const answer = await portal.call('GET', properties('2026-09', 'contacts'), undefined, { token });
      expect(answer.status, scope).toBe(200);
    }
  });

  it('links take the scopes of both sides', async () => {
    const token = await give({ scopes: ['crm.objects.contacts.read', 'crm.objects.contacts.write'] });
    const path = `${objects('2026-09', 'contacts')}/1/associations/default/companies/1`;
    expect(await portal.call('PUT', path, undefined, { token })).toMatchObject({ status: 403 });
  });

  it('writing members of a list takes the scope to read lists as well', async () => {
    const token = await give({ scopes: ['crm.lists.write'] });
    const answer = await portal.call('PUT', `${lists('2026-09')}/1/memberships/add`, ['1'], { token });
    expect(answer).toMatchObject({ status: 403, body: { category: 'MISSING_SCOPES' } });
    expect(JSON.stringify(answer.body)).toContain('crm.lists.read');
  });

  it('the scopes of segments are those of lists since 2026-09', async () => {
    const token = await give({ scopes: ['crm.segments.read'] });
    const search = (version: '2026-09' | 'v3') =>
      portal.call('POST', `${lists(version)}/search`, {}, { token });
    expect((await search('2026-09')).status).toBe(200);
    expect((await search('v3')).status).toBe(403);
  });

  it.each([
    ['errors', 'One or more of the following scopes are required.'],
    ['context', undefined],
  ])('the scopes are named in the form "%s" too', async (missingScopesForm, inErrors) => {
    await portal.admin('POST', 'options', { behaviour: { missingScopesForm } });
    const token = await give({ scopes: ['oauth'] });
    const { body } = await portal.call('GET', owners('2026-09'), undefined, { token });
    expect(body.errors?.[0]?.message).toBe(inErrors);
    const named = body.errors?.[0]?.context ?? body.context;
    expect(named.requiredGranularScopes).toEqual(['crm.objects.owners.read']);
    await portal.admin('POST', 'options', { behaviour: { missingScopesForm: 'auto' } });
  });
});
