import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FormOptions } from '../index.ts';
import { startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const DAY = 86_400_000;
const FORM = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const SUBMIT = `/submissions/v3/integration/submit/4242/${FORM}`;
const HUTK = '0123456789abcdef0123456789abcdef';
const form = (options: Partial<FormOptions> = {}): FormOptions => ({
  id: FORM,
  name: 'Sign-up',
  fieldGroups: [
    {
      fields: [
        { name: 'email', fieldType: 'email', required: true },
        { name: 'firstname' },
        { name: 'city' },
        { name: 'zip' },
      ],
    },
  ],
  ...options,
});

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({
    portalId: 4242,
    forms: [form()],
    tokens: [{ token: 'reader', scopes: ['crm.objects.contacts.read'] }],
  });
  portal.simulator.setClock({ now: NOON, frozen: true });
});
afterEach(() => portal.simulator.stop());

const fields = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ objectTypeId: '0-1', name, value }));
const submit = (values: Record<string, string>, more: Record<string, unknown> = {}, path = SUBMIT) =>
  portal.call('POST', path, { fields: fields(values), ...more }, { authorization: null });
const errorTypes = ({ body }: { body: unknown }) =>
  ((body as { errors?: { errorType: string }[] }).errors ?? []).map(({ errorType }) => errorType);
const later = (ms = 2_000) => portal.simulator.setClock({ advanceMs: ms });

describe('a submission', () => {
  it('is taken without a token, and its contact made later', async () => {
    const answer = await submit({ email: 'Ada@Example.com', firstname: 'Ada' });
    expect(answer).toMatchObject({ status: 200, body: { inlineMessage: expect.any(String) } });
    expect(JSON.stringify(answer.body)).not.toMatch(/\d{5}/);
    expect(portal.simulator.records('contacts')).toEqual([]);
    later(1_999);
    expect(portal.simulator.records('contacts')).toEqual([]);
    later(1);
    expect(portal.simulator.records('contacts')).toMatchObject([
      {
        properties: { email: 'ada@example.com', firstname: 'Ada' },
        createdAt: '2026-11-22T12:00:02.000Z',
      },
    ]);
  });

  it('waits as long as the portal is set to', async () => {
    portal.simulator.setBehaviour({ formContactDelayMs: 60_000 });
    await submit({ email: 'a@example.com' });
    later(59_999);
    expect(portal.simulator.records('contacts')).toHaveLength(0);
    later(1);
    expect(portal.simulator.records('contacts')).toHaveLength(1);
  });

  it('makes its contact while the clock runs, without a further request', async () => {
    portal.simulator.setClock({ frozen: false });
    portal.simulator.setBehaviour({ formContactDelayMs: 5 });
    await submit({ email: 'a@example.com' });
    await expect.poll(() => portal.simulator.submissions()[0]?.contactId).toMatch(/^\d+$/);
  });

  it('changes the contact that has the address, as a form and not as an app', async () => {
    const [id = ''] = portal.simulator.insert('contacts', [{ email: 'a@example.com', city: 'Oslo' }]);
    await submit({ email: 'a@example.com', city: 'Rome' });
    later();
    expect(portal.simulator.records('contacts')).toMatchObject([{ id, properties: { city: 'Rome' } }]);
    const path = `/crm/objects/2026-09/contacts/${id}?propertiesWithHistory=city`;
    const { body } = await portal.call('GET', path);
    expect(body.propertiesWithHistory).toMatchObject({ city: [{ sourceType: 'FORM' }, {}] });
  });

  it('leaves the primary address as it is when an additional one is given', async () => {
    portal.simulator.insert('contacts', [{ email: 'a@example.com', hs_additional_emails: 'b@example.com' }]);
    await submit({ email: 'b@example.com', city: 'Rome' });
    later();
    expect(portal.simulator.records('contacts')).toMatchObject([
      { properties: { email: 'a@example.com', city: 'Rome' } },
    ]);
  });

  it('goes to the contact of the same visitor when it names no address', async () => {
    const open: FormOptions = { ...form(), id: OTHER, fieldGroups: [{ fields: [{ name: 'city' }] }] };
    portal.simulator.addForm(open);
    const path = SUBMIT.replace(FORM, OTHER);
    await submit({ email: 'a@example.com' }, { context: { hutk: HUTK } });
    later();
    await submit({ city: 'Rome' }, { context: { hutk: HUTK } }, path);
    await submit({ city: 'Bonn' }, {}, path);
    later();
    expect(portal.simulator.records('contacts')).toMatchObject([{ properties: { city: 'Rome' } }]);
    expect(portal.simulator.submissions(OTHER).map(({ contactId }) => contactId)).toEqual([
      portal.simulator.records('contacts')[0]?.id,
      undefined,
    ]);
  });

  it('gives the lifecycle stage of the form, but never moves one back', async () => {
    portal.simulator.addForm(
      form({ configuration: { lifecycleStages: [{ objectTypeId: '0-1', value: 'lead' }] } }),
    );
    portal.simulator.insert('contacts', [{ email: 'a@example.com', lifecyclestage: 'customer' }]);
    await submit({ email: 'a@example.com' });
    await submit({ email: 'b@example.com' });
    later();
    expect(portal.simulator.records('contacts').map(({ properties }) => properties.lifecyclestage)).toEqual([
      'customer',
      'lead',
    ]);
  });

  it('leaves out values that the property does not take', async () => {
    portal.simulator.addForm(
      form({ fieldGroups: [{ fields: [{ name: 'email' }, { name: 'city' }, { name: 'nowhere' }] }] }),
    );
    await submit({ email: 'a@example.com', city: 'Rome', nowhere: 'x' });
    later();
    expect(portal.simulator.records('contacts')).toMatchObject([{ properties: { city: 'Rome' } }]);
  });

  it('is forgotten with the records', async () => {
    await submit({ email: 'a@example.com' });
    portal.simulator.reset(['records']);
    later();
    expect(portal.simulator.records('contacts')).toEqual([]);
    expect(portal.simulator.submissions()).toEqual([]);
    expect((await submit({ email: 'a@example.com' })).status).toBe(200);
  });

  it('answers with the address to go to, when the form has one', async () => {
    const value = 'https://www.example.com/thanks';
    portal.simulator.addForm(form({ configuration: { postSubmitAction: { type: 'redirect_url', value } } }));
    expect((await submit({ email: 'a@example.com' })).body).toEqual({ redirectUri: value });
  });
});

describe('errors', () => {
  const rich = form({
    fieldGroups: [
      {
        fields: [
          {
            name: 'email',
            required: true,
            validation: { blockedEmailDomains: ['blocked.example'], useDefaultBlockList: true },
          },
          { name: 'firstname' },
          { name: 'age', fieldType: 'number', validation: { minAllowedDigits: 1, maxAllowedDigits: 3 } },
          { name: 'colour', fieldType: 'dropdown', options: [{ value: 'red' }, { value: 'blue' }] },
        ],
      },
    ],
  });
  const ok = { email: 'a@example.com' };
  const cases: [string, Record<string, string>, Record<string, unknown>][] = [
    ['REQUIRED_FIELD', { firstname: 'Ada' }, {}],
    ['REQUIRED_FIELD', { email: ' ' }, {}],
    ['INVALID_EMAIL', { email: 'nobody' }, {}],
    ['BLOCKED_EMAIL', { email: 'a@blocked.example' }, {}],
    ['BLOCKED_EMAIL', { email: 'a@gmail.com' }, {}],
    ['INVALID_NUMBER', { ...ok, age: 'old' }, {}],
    ['NUMBER_OUT_OF_RANGE', { ...ok, age: '1234' }, {}],
    ['VALUE_NOT_IN_FIELD_DEFINITION', { ...ok, colour: 'red;green' }, {}],
    ['FIELD_NOT_IN_FORM_DEFINITION', { ...ok, city: 'Rome' }, {}],
    ['INPUT_TOO_LARGE', { ...ok, firstname: 'x'.repeat(65_537) }, {}],
    ['INVALID_HUTK', ok, { context: { hutk: '37184' } }],
    ['INVALID_HUTK', ok, { context: { hutk: '' } }],
    ['INVALID_IP_ADDRESS', ok, { context: { ipAddress: '1.2.3' } }],
    ['INVALID_PAGE_URI', ok, { context: { pageUri: 'nowhere' } }],
    ['INVALID_GOTOWEBINAR_WEBINAR_KEY', ok, { context: { goToWebinarWebinarKey: 'x' } }],
    ['INVALID_METADATA', ok, { context: { pageName: 5 } }],
    ['INVALID_METADATA', ok, { context: 'here' }],
    ['INVALID_METADATA', ok, { submittedAt: NOON - 31 * DAY }],
    ['INVALID_METADATA', ok, { submittedAt: 'yesterday' }],
  ];
  it.each(cases)('%s is the answer to %j with %j', async (errorType, values, more) => {
    portal.simulator.addForm(rich);
    const answer = await submit(values, more);
    expect(answer).toMatchObject({
      status: 400,
      body: { status: 'error', message: 'The request is not valid', errors: [{ errorType }] },
    });
    expect(errorTypes(answer)).toEqual([errorType]);
    expect(portal.simulator.submissions()).toEqual([]);
  });

  it('name the place and the value', async () => {
    const { body } = await submit(ok, { context: { hutk: '37184' } });
    expect(body.errors[0]?.message).toBe("Error in 'context.hutk'. '37184' is not a valid Hutk");
  });

  it('come all at once', async () => {
    const answer = await submit({ email: 'nobody', nowhere: 'x' }, { context: { ipAddress: '?' } });
    expect(errorTypes(answer).sort()).toEqual([
      'FIELD_NOT_IN_FORM_DEFINITION',
      'INVALID_EMAIL',
      'INVALID_IP_ADDRESS',
    ]);
  });

  it('are what the type of the form brings', async () => {
    portal.simulator.addForm(form({ formType: 'blog_comment' }));
    expect(errorTypes(await submit(ok))).toEqual(['FORM_TYPE_NOT_ALLOWED']);
    portal.simulator.addForm(form({ configuration: { recaptchaEnabled: true } }));
    expect(errorTypes(await submit(ok))).toEqual(['FORM_HAS_RECAPTCHA_ENABLED']);
  });

  it('count 1,000 values and no more', async () => {
    const many = (count: number) =>
      portal.call('POST', SUBMIT, {
        fields: [...fields(ok), ...Array.from({ length: count - 1 }, () => fields({ city: 'Rome' })[0])],
      });
    expect((await many(1_000)).status).toBe(200);
    expect(errorTypes(await many(1_001))).toEqual(['MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED']);
  });

  it.each([[SUBMIT.replace('4242', '1')], [SUBMIT.replace(FORM, OTHER)]])('%s is 404', async (path) => {
    expect((await submit(ok, {}, path)).status).toBe(404);
  });

  it('a body that is no JSON is 400', async () => {
    expect((await portal.call('POST', SUBMIT, '{')).status).toBe(400);
  });
});

describe('browsers', () => {
  it('get leave for any site, for answers and for errors', async () => {
    const preflight = await portal.call('OPTIONS', SUBMIT, undefined, { authorization: null });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': expect.stringContaining('Content-Type'),
      },
    });
    for (const values of [{ email: 'a@example.com' }, { email: 'nobody' }])
      expect((await submit(values)).headers['access-control-allow-origin']).toBe('*');
  });
});

describe('the limit of an address', () => {
  it('is fifty in ten seconds, refused by the edge', async () => {
    portal.simulator.setLimits('default');
    for (let place = 0; place < 50; place += 1)
      expect((await submit({ email: `p${place}@example.com` })).status).toBe(200);
    const refused = await submit({ email: 'late@example.com' });
    expect(refused).toMatchObject({ status: 429, text: 'error code: 1015' });
    expect(refused.headers['content-type']).toMatch(/^text\/plain/);
    later(10_000);
    expect((await submit({ email: 'late@example.com' })).status).toBe(200);
  });

  it('leaves calls with a token alone, which count in the budget', async () => {
    portal.simulator.setLimits({ submissionsPerWindow: 0, perWindow: 5 });
    expect((await submit({ email: 'a@example.com' })).status).toBe(429);
    const path = SUBMIT.replace('integration/', 'integration/secure/');
    const answer = await portal.call('POST', path, { fields: fields({ email: 'a@example.com' }) });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-hubspot-ratelimit-remaining': '4' } });
  });
});

it.each([
  [null, 401],
  ['Bearer reader', 403],
])('the secure endpoint answers the header %j with %i', async (authorization, status) => {
  const path = SUBMIT.replace('integration/', 'integration/secure/');
  const body = { fields: fields({ email: 'a@example.com' }) };
  expect((await portal.call('POST', path, body, { authorization })).status).toBe(status);
});

describe('reading submissions', () => {
  const READ = `/form-integrations/v1/submissions/forms/${FORM}`;

  it('gives them newest first, in pages, without ids', async () => {
    for (const [place, name] of ['a', 'b', 'c'].entries()) {
      await submit(
        { email: `${name}@example.com`, city: 'Rome' },
        { submittedAt: NOON - DAY * place, context: { pageUri: 'https://www.example.com/' } },
      );
    }
    const first = await portal.call('GET', `${READ}?limit=2`);
    expect(first.body.results).toEqual([
      {
        submittedAt: NOON,
        values: [
          { name: 'email', value: 'a@example.com', objectTypeId: '0-1' },
          { name: 'city', value: 'Rome', objectTypeId: '0-1' },
        ],
        pageUrl: 'https://www.example.com/',
      },
      expect.objectContaining({ submittedAt: NOON - DAY }),
    ]);
    const second = await portal.call('GET', `${READ}?limit=2&after=${first.body.paging.next.after}`);
    expect(second.body.results).toMatchObject([{ submittedAt: NOON - 2 * DAY }]);
    expect(second.body).not.toHaveProperty('paging');
  });

  it.each([
    [`${READ}?limit=51`, 400],
    [`${READ}?after=%3F%3F`, 400],
    [READ.replace(FORM, OTHER), 404],
  ])('%s is %i', async (path, status) => {
    expect((await portal.call('GET', path)).status).toBe(status);
  });
});

it('submissions and forms are told over the admin endpoints', async () => {
  await portal.admin('POST', 'forms', { ...form(), id: OTHER, name: 'Second' });
  await submit({ email: 'a@example.com' }, {}, SUBMIT.replace(FORM, OTHER));
  later();
  expect((await portal.admin('GET', 'forms')).body.results).toMatchObject([{ id: FORM }, { id: OTHER }]);
  expect((await portal.admin('GET', `submissions/${OTHER}`)).body.results).toMatchObject([
    { formId: OTHER, handled: true, contactId: expect.stringMatching(/^\d+$/) },
  ]);
  expect((await portal.admin('GET', `submissions/${FORM}`)).body.results).toEqual([]);
});
