import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const BASE = '/communication-preferences/2026-09';
const EMAIL = 'ada@example.com';
const STATUSES = `${BASE}/statuses/${EMAIL}`;
const MARKETING = 42;

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({
    tokens: [
      { token: 'reader', scopes: ['communication_preferences.read'] },
      { token: 'both', scopes: ['communication_preferences.read_write'] },
    ],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
});
afterEach(() => portal.simulator.stop());

const set = (statusState: string, fields: Record<string, unknown> = {}, path = STATUSES) =>
  portal.call('POST', path, { channel: 'EMAIL', statusState, subscriptionId: MARKETING, ...fields });
const read = async () => (await portal.call('GET', `${STATUSES}?channel=EMAIL`)).body.results;
const statusOf = async (id: number) =>
  (await read()).find(({ subscriptionId }) => subscriptionId === id)?.status;
const optOut = () => portal.call('POST', `${STATUSES}/unsubscribe-all?channel=EMAIL`);

it('definitions list the kinds of e-mail, those of the options too', async () => {
  expect((await portal.call('GET', `${BASE}/definitions`)).body.results).toMatchObject([
    { id: '41', name: 'One to One', isInternal: true, isDefault: true },
    { id: '42', name: 'Marketing Information', isActive: true, communicationMethod: 'Email' },
    { id: '43', name: 'Customer Service Communication' },
  ]);
  const other = await startPortal({ subscriptionTypes: [{ id: 7, name: 'News' }] });
  expect((await other.call('GET', `${BASE}/definitions`)).body.results).toMatchObject([{ id: '7' }]);
  await other.simulator.stop();
});

it('an address nobody knows has said nothing', async () => {
  expect((await read()).map(({ status }) => status)).toEqual([
    'NOT_SPECIFIED',
    'NOT_SPECIFIED',
    'NOT_SPECIFIED',
  ]);
  expect((await portal.call('GET', `${STATUSES}/unsubscribe-all?channel=EMAIL`)).body.results).toEqual([]);
});

describe('writing a status', () => {
  it('answers with the row and why it is so', async () => {
    const legal = { legalBasis: 'CONSENT_WITH_NOTICE', legalBasisExplanation: 'Sign-up form' };
    expect(await set('SUBSCRIBED', legal)).toMatchObject({
      status: 200,
      body: {
        status: 'COMPLETE',
        results: [
          {
            subscriberIdString: EMAIL,
            subscriptionId: MARKETING,
            subscriptionName: 'Marketing Information',
            channel: 'EMAIL',
            status: 'SUBSCRIBED',
            timestamp: '2026-11-22T12:00:00.000Z',
            setStatusSuccessReason: 'REQUESTED_CHANGE_OCCURRED',
            ...legal,
          },
        ],
      },
    });
    expect(await statusOf(MARKETING)).toBe('SUBSCRIBED');
    expect(await statusOf(43)).toBe('NOT_SPECIFIED');
  });

  it.each([
    [[], 'SUBSCRIBED', 'REQUESTED_CHANGE_OCCURRED'],
    [['SUBSCRIBED'], 'SUBSCRIBED', 'NO_STATUS_CHANGE'],
    [['SUBSCRIBED'], 'UNSUBSCRIBED', 'REQUESTED_CHANGE_OCCURRED'],
    [['UNSUBSCRIBED'], 'UNSUBSCRIBED', 'NO_STATUS_CHANGE'],
    [['UNSUBSCRIBED'], 'SUBSCRIBED', 'RESUBSCRIBE_OCCURRED'],
    [['SUBSCRIBED'], 'NOT_SPECIFIED', 'REQUESTED_CHANGE_OCCURRED'],
  ])('after %j, %s gives %s', async (before, state, reason) => {
    for (const each of before) await set(each);
    const answer = await set(state);
    expect(answer.body.results).toMatchObject([{ status: state, setStatusSuccessReason: reason }]);
    expect(portal.simulator.journal().at(-1)?.applied).toBe(reason !== 'NO_STATUS_CHANGE');
  });

  it('takes the address in any case', async () => {
    await set('SUBSCRIBED', {}, `${BASE}/statuses/ADA%40Example.com`);
    expect(await statusOf(MARKETING)).toBe('SUBSCRIBED');
  });

  it.each([
    [{ subscriptionId: 999 }, 'Subscription 999 does not exist'],
    [{ channel: 'SMS' }, 'channel must be EMAIL'],
    [{ statusState: 'MAYBE' }, 'statusState'],
    [{ legalBasis: 'BECAUSE' }, 'legalBasis must be one of'],
  ])('refuses %j', async (fields, message) => {
    expect(await set('SUBSCRIBED', fields)).toMatchObject({
      status: 400,
      body: { category: 'VALIDATION_ERROR', message: expect.stringContaining(message) },
    });
  });

  it('refuses what is no address', async () => {
    expect((await set('SUBSCRIBED', {}, `${BASE}/statuses/nobody`)).status).toBe(400);
  });

  it('needs basis and explanation where privacy settings are on', async () => {
    portal.simulator.setBehaviour({ privacySettings: true });
    expect((await set('SUBSCRIBED', { legalBasis: 'NON_GDPR' })).body.message).toContain('legalBasis');
    const legal = { legalBasis: 'NON_GDPR', legalBasisExplanation: 'asked on the phone' };
    expect((await set('SUBSCRIBED', legal)).status).toBe(200);
  });
});

describe('the opt-out from everything', () => {
  it('counts for every kind, and is read by itself', async () => {
    await set('SUBSCRIBED');
    expect((await optOut()).body.results[0]).toMatchObject({
      status: 'UNSUBSCRIBED',
      setStatusSuccessReason: 'UNSUBSCRIBE_FROM_ALL_OCCURRED',
    });
    expect((await read()).map(({ status }) => status)).toEqual(Array(3).fill('UNSUBSCRIBED'));
    expect(
      (await portal.call('GET', `${STATUSES}/unsubscribe-all?channel=EMAIL`)).body.results,
    ).toMatchObject([{ status: 'UNSUBSCRIBED', wideStatusType: 'PORTAL_WIDE' }]);
    expect((await optOut()).body.results[0]).toMatchObject({ setStatusSuccessReason: 'NO_STATUS_CHANGE' });
  });

  it('is lifted by a new opt-in, for that kind alone', async () => {
    await optOut();
    expect((await set('SUBSCRIBED')).body.results[0]).toMatchObject({
      setStatusSuccessReason: 'RESUBSCRIBE_OCCURRED',
    });
    expect(await statusOf(MARKETING)).toBe('SUBSCRIBED');
    expect(await statusOf(43)).toBe('UNSUBSCRIBED');
  });
});

describe('the mirror on the contact', () => {
  const optOuts = (id: string) => {
    const properties = portal.simulator.record('contacts', id)?.properties ?? {};
    return Object.fromEntries(
      Object.entries(properties).filter(([name]) => name.startsWith('hs_email_optout')),
    );
  };
  const insert = () => portal.simulator.insert('contacts', [{ email: EMAIL }])[0] ?? '';

  it('shows the opt-out from one kind, from all, and the way back', async () => {
    const id = insert();
    expect(optOuts(id)).toEqual({});
    await set('UNSUBSCRIBED');
    expect(optOuts(id)).toEqual({ hs_email_optout_42: 'true' });
    await optOut();
    expect(optOuts(id)).toEqual({
      hs_email_optout: 'true',
      hs_email_optout_41: 'true',
      hs_email_optout_42: 'true',
      hs_email_optout_43: 'true',
    });
    await set('SUBSCRIBED');
    expect(optOuts(id)).toMatchObject({ hs_email_optout: 'false', hs_email_optout_42: 'false' });
  });

  it('comes to a contact that is made after the opt-out, or given the address later', async () => {
    await optOut();
    const id = insert();
    expect(optOuts(id)).toMatchObject({ hs_email_optout: 'true' });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { email: 'other@example.com' } });
    const [second = ''] = portal.simulator.insert('contacts', [{ email: 'b@example.com' }]);
    await portal.call('PATCH', `${CONTACTS}/${second}`, { properties: { email: EMAIL } });
    expect(optOuts(second)).toMatchObject({ hs_email_optout: 'true' });
  });

  it('moves the modified date, and cannot be written by hand', async () => {
    const id = insert();
    portal.simulator.setClock({ advanceMs: 60_000 });
    await optOut();
    expect(portal.simulator.record('contacts', id)?.updatedAt).toBe('2026-11-22T12:01:00.000Z');
    for (const name of ['hs_email_optout', 'hs_email_optout_42']) {
      const answer = await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { [name]: 'false' } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'READ_ONLY_VALUE' }] } });
    }
  });
});

describe('v3', () => {
  const V3 = '/communication-preferences/v3';
  const post = (path: string, fields: Record<string, unknown> = {}, version = V3) =>
    portal.call('POST', `${version}/${path}`, {
      emailAddress: EMAIL,
      subscriptionId: String(MARKETING),
      ...fields,
    });
  const status = async () => {
    const { body } = await portal.call('GET', `${V3}/status/email/${EMAIL}`);
    return (body.subscriptionStatuses as { id: string; status: string; sourceOfStatus: string }[]).find(
      ({ id }) => id === '42',
    );
  };

  it('has its definitions under another name', async () => {
    const { body } = await portal.call('GET', `${V3}/definitions`);
    expect(body.subscriptionDefinitions).toHaveLength(3);
    expect(body).not.toHaveProperty('results');
  });

  it('subscribes and unsubscribes', async () => {
    expect(await status()).toMatchObject({ status: 'NOT_SUBSCRIBED', sourceOfStatus: 'SUBSCRIPTION_STATUS' });
    expect(await post('subscribe')).toMatchObject({ status: 200, body: { id: '42', status: 'SUBSCRIBED' } });
    expect((await post('unsubscribe')).body.status).toBe('NOT_SUBSCRIBED');
    expect(await status()).toMatchObject({ status: 'NOT_SUBSCRIBED' });
  });

  it('does not bring back who opted out; the dated form does', async () => {
    await post('subscribe');
    await post('unsubscribe');
    expect((await post('subscribe')).status).toBe(400);
    expect((await post('subscribe', {}, BASE)).status).toBe(400);
    expect((await set('SUBSCRIBED')).body.results[0]).toMatchObject({
      setStatusSuccessReason: 'RESUBSCRIBE_OCCURRED',
    });
    await post('unsubscribe');
    expect((await post('resubscribe', {}, BASE)).status).toBe(200);
    expect((await post('resubscribe')).status).toBe(404);
  });

  it('does not bring back who opted out of all', async () => {
    await optOut();
    expect(await status()).toMatchObject({ sourceOfStatus: 'PORTAL_WIDE_STATUS' });
    expect((await post('subscribe')).status).toBe(400);
  });

  it('refuses to subscribe again, unless the portal is set so', async () => {
    await post('subscribe');
    expect((await post('subscribe')).body.message).toContain('already subscribed');
    portal.simulator.setBehaviour({ subscribeAgain: 'accept' });
    expect((await post('subscribe')).status).toBe(200);
  });

  it('names what is missing, and the legal basis where it is needed', async () => {
    expect((await portal.call('POST', `${V3}/subscribe`, {})).body.message).toContain(
      'some of required attributes are not set [emailAddress, subscriptionId]',
    );
    portal.simulator.setBehaviour({ privacySettings: true });
    expect((await post('subscribe')).body.message).toContain('legalBasis');
  });
});

describe('batches', () => {
  const BATCH = `${BASE}/statuses/batch`;
  const input = (subscriberIdString: string, fields = {}) => ({
    subscriberIdString,
    channel: 'EMAIL',
    subscriptionId: MARKETING,
    statusState: 'SUBSCRIBED',
    ...fields,
  });

  it('write and read many addresses', async () => {
    const inputs = [input('a@example.com'), input('b@example.com', { statusState: 'UNSUBSCRIBED' })];
    const { body } = await portal.call('POST', `${BATCH}/write`, { inputs });
    expect(body.results).toMatchObject([{ status: 'SUBSCRIBED' }, { status: 'UNSUBSCRIBED' }]);
    const all = await portal.call('POST', `${BATCH}/read?channel=EMAIL`, { inputs: ['a@example.com'] });
    expect(all.body.results).toMatchObject([
      { subscriberIdString: 'a@example.com', statuses: [{}, { status: 'SUBSCRIBED' }, {}] },
    ]);
  });

  it('opt many out, and tell who did', async () => {
    await portal.call('POST', `${BATCH}/unsubscribe-all?channel=EMAIL`, { inputs: ['a@example.com'] });
    const inputs = ['a@example.com', 'b@example.com'];
    const { body } = await portal.call('POST', `${BATCH}/unsubscribe-all/read?channel=EMAIL`, { inputs });
    expect(body.results).toMatchObject([
      { subscriberIdString: 'a@example.com', wideStatuses: [{ status: 'UNSUBSCRIBED' }] },
      { subscriberIdString: 'b@example.com', wideStatuses: [] },
    ]);
  });

  it('write the good inputs and name the bad ones', async () => {
    const inputs = [input('nobody'), input('a@example.com'), input('b@example.com', { subscriptionId: 9 })];
    const answer = await portal.call('POST', `${BATCH}/write`, { inputs });
    expect(answer).toMatchObject({
      status: 207,
      body: { numErrors: 2, results: [{ status: 'SUBSCRIBED' }] },
    });
  });

  it('hold a hundred inputs', async () => {
    const inputs = Array.from({ length: 101 }, (_, place) => input(`p${place}@example.com`));
    expect((await portal.call('POST', `${BATCH}/write`, { inputs })).status).toBe(400);
  });

  it('need scopes of their own', async () => {
    const answer = await portal.call(
      'POST',
      `${BATCH}/write`,
      { inputs: [] },
      { authorization: 'Bearer both' },
    );
    expect(answer).toMatchObject({
      status: 403,
      body: {
        errors: [{ context: { requiredGranularScopes: ['communication_preferences.statuses.batch.write'] } }],
      },
    });
  });
});

it.each([
  ['reader', 'GET', `${STATUSES}?channel=EMAIL`, 200],
  ['reader', 'POST', STATUSES, 403],
  ['both', 'GET', `${STATUSES}?channel=EMAIL`, 200],
  ['both', 'POST', STATUSES, 200],
])('the token %s may %s %s: %i', async (token, method, path, status) => {
  const body = { channel: 'EMAIL', statusState: 'SUBSCRIBED', subscriptionId: MARKETING };
  const answer = await portal.call(method, path, method === 'POST' ? body : undefined, {
    authorization: `Bearer ${token}`,
  });
  expect(answer.status).toBe(status);
});

it('links lead to pages of the address', async () => {
  const { body } = await portal.call('POST', `${BASE}/links/generate`, {
    subscriberIdString: EMAIL,
    subscriptionId: MARKETING,
  });
  expect(body.unsubscribeSingleUrl).toContain('subscription=42');
  expect(body.unsubscribeAllUrl).toContain(encodeURIComponent(EMAIL));
});

it('a person can change their mind through the admin endpoints, which tell all that was said', async () => {
  await portal.admin('POST', 'subscription-types', { id: 90, name: 'News' });
  await set('SUBSCRIBED', { subscriptionId: 90 });
  await portal.admin('POST', 'consent', { email: EMAIL, state: 'UNSUBSCRIBED' });
  const { body } = await portal.admin('GET', `consent/${EMAIL}`);
  expect(body).toMatchObject({
    email: EMAIL,
    optedOutOfAll: true,
    changes: [
      { subscriptionId: 90, state: 'SUBSCRIBED', source: 'API', at: NOON },
      { state: 'UNSUBSCRIBED', source: 'RECIPIENT', reason: 'UNSUBSCRIBE_FROM_ALL_OCCURRED' },
    ],
  });
  portal.simulator.reset(['records']);
  expect(portal.simulator.consent(EMAIL)).toMatchObject({ optedOutOfAll: false, changes: [] });
  expect(portal.simulator.subscriptionTypes()).toHaveLength(3);
});

it('the admin endpoint refuses consent to all e-mail at once', async () => {
  const answer = await portal.admin('POST', 'consent', { email: EMAIL, state: 'SUBSCRIBED' });
  expect(answer.status).toBe(400);
});
