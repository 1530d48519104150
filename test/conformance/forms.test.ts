import { describe, expect, it } from 'vitest';
import type { Answer, Body } from './answer.ts';
import { objects, SUBMISSIONS } from './paths.ts';
import { makeContact, valuesOf } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const FORMS = '/marketing/v3/forms';
const CONTACTS = objects('2026-09', 'contacts');
const UNKNOWN_FORM = '00000000-0000-4000-8000-000000000000';
const ANONYMOUS = { token: null };
const MINUTE = 60_000;

type Submit = (formId: string, values: Record<string, string>, more?: object) => Promise<Answer>;

const field = (name: string, more: object = {}) => ({
  objectTypeId: '0-1',
  name,
  label: name,
  required: false,
  hidden: false,
  fieldType: 'single_line_text',
  ...more,
});
const emailField = (blockedEmailDomains: readonly string[]) =>
  field('email', {
    required: true,
    fieldType: 'email',
    validation: { blockedEmailDomains, useDefaultBlockList: false },
  });
const CONFIGURATION = {
  language: 'en',
  cloneable: true,
  editable: true,
  archivable: true,
  recaptchaEnabled: false,
  notifyContactOwner: false,
  notifyRecipients: [],
  createNewContactForNewEmail: true,
  prePopulateKnownValues: true,
  allowLinkToResetKnownValues: false,
  lifecycleStages: [],
  postSubmitAction: { type: 'thank_you', value: 'Thank you.' },
};

/** Makes a form for an address, a first name and a city. */
async function makeForm(configuration: object = {}, blockedDomains: readonly string[] = []): Promise<string> {
  const answer = await portal.call('POST', FORMS, {
    name: portal.name('form'),
    formType: 'hubspot',
    createdAt: new Date().toISOString(),
    archived: false,
    fieldGroups: [
      {
        groupType: 'default_group',
        richTextType: 'text',
        fields: [emailField(blockedDomains), field('firstname'), field('city')],
      },
    ],
    configuration: { ...CONFIGURATION, ...configuration },
    displayOptions: { renderRawHtml: false, theme: 'default_style', submitButtonText: 'Send' },
    legalConsentOptions: { type: 'none' },
  });
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body.id;
}

const submitPath = (formId: string, kind = 'submit') => `${SUBMISSIONS}/${kind}/${portal.portalId}/${formId}`;
const filled = (values: Record<string, string>, more: object = {}) => ({
  fields: Object.entries(values).map(([name, value]) => ({ objectTypeId: '0-1', name, value })),
  ...more,
});
const submit: Submit = (formId, values, more = {}) =>
  portal.call('POST', submitPath(formId), filled(values, more), ANONYMOUS);
/** A form that was just made may not be known yet where forms are sent to. */
const submitFirst: Submit = (formId, values, more = {}) =>
  portal.until(
    () => submit(formId, values, more),
    ({ status }) => status !== 404,
  );
/**
 * Fills in a form for a contact, and waits until the contact shows it: a form that is handled after its contact was removed makes
 * another one, which nothing removes. Returns the answer to the form.
 */
async function submitFor(contact: Body, formId: string, more: object = {}, call?: Submit): Promise<Answer> {
  const city = portal.name('city');
  const answer = await (call ?? submitFirst)(formId, { email: contact.properties.email ?? '', city }, more);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  const shown = await portal.until(
    () => portal.call('GET', `${CONTACTS}/${contact.id}?properties=city`),
    ({ body }) => body.properties.city === city,
  );
  expect(shown.body.properties.city).toBe(city);
  return answer;
}
const contactAt = (address: string) =>
  portal.call('GET', `${CONTACTS}/${address}?idProperty=email&properties=firstname`);
const submissionsOf = (formId: string, query = '') =>
  portal.call('GET', `/form-integrations/v1/submissions/forms/${formId}${query}`);
const countIn = ({ body }: Answer) => (body.results ?? []).length;

describe('a form', () => {
  it('is made, read, listed, renamed and removed', async () => {
    const id = await makeForm();
    expect(id).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const read = await portal.call('GET', `${FORMS}/${id}`);
    expect(read).toMatchObject({ status: 200, body: { id, formType: 'hubspot', archived: false } });
    const groups = read.body.fieldGroups as { fields: { name: string }[] }[];
    expect(groups.flatMap(({ fields }) => fields.map(({ name }) => name))).toEqual([
      'email',
      'firstname',
      'city',
    ]);
    const name = portal.name('renamed');
    expect(await portal.call('PATCH', `${FORMS}/${id}`, { name })).toMatchObject({
      status: 200,
      body: { id, name },
    });
    const list = await portal.call('GET', `${FORMS}?limit=500`);
    expect(list.body.results).toContainEqual(expect.objectContaining({ id, name }));
    expect(await portal.call('DELETE', `${FORMS}/${id}`)).toMatchObject({ status: 204, text: '' });
    expect((await portal.call('GET', `${FORMS}/${id}`)).status).toBe(404);
  });
});

describe('a filled form', () => {
  it('is taken without a token and thanked for, no id told', async () => {
    const { body } = await submitFor(await makeContact(portal), await makeForm());
    expect(body.inlineMessage).toContain('Thank you.');
    expect(body).not.toHaveProperty('id');
  });

  it('is answered with the address to go to, when the form has one', async () => {
    const value = 'https://www.example.com/thanks';
    const form = await makeForm({ postSubmitAction: { type: 'redirect_url', value } });
    const { body } = await submitFor(await makeContact(portal), form);
    expect(body.redirectUri).toContain(value);
  });

  it('is taken with a token where only those are taken', async () => {
    const form = await makeForm();
    const path = submitPath(form, 'secure/submit');
    const secure: Submit = (_, values, more) =>
      portal.until(
        () => portal.call('POST', path, filled(values, more)),
        ({ status }) => status !== 404,
      );
    await submitFor(await makeContact(portal), form, {}, secure);
    expect((await portal.call('POST', path, filled({}), ANONYMOUS)).status).toBe(401);
  });

  it('changes the contact that has its address, and leaves what it does not name', async () => {
    const contact = await makeContact(portal, { city: 'Ulm', jobtitle: 'Pilot' });
    await submitFor(contact, await makeForm());
    expect(await valuesOf(portal, 'contacts', contact.id, ['jobtitle'])).toMatchObject({ jobtitle: 'Pilot' });
  });

  it('makes the contact of an address that nobody has', async () => {
    const address = portal.address('new');
    await submitFirst(await makeForm(), { email: address, firstname: 'Ada' });
    const made = await portal.until(
      () => contactAt(address),
      ({ status }) => status === 200,
    );
    // Not made by a call, so that nothing else takes it out again.
    const removed = await portal.call('DELETE', `${CONTACTS}/${made.body.id}`);
    expect(made).toMatchObject({ status: 200, body: { properties: { firstname: 'Ada' } } });
    expect(removed.status).toBe(204);
  });
});

describe('what was filled in', () => {
  it('is read back newest first in pages, with its page and without ids', async () => {
    const contact = await makeContact(portal);
    const form = await makeForm();
    const now = Date.now();
    const context = { pageUri: 'https://www.example.com/join', pageName: 'Join' };
    const instants = [now - 2 * MINUTE, now - MINUTE, now];
    for (const submittedAt of instants) await submitFor(contact, form, { submittedAt, context });
    await portal.until(
      () => submissionsOf(form),
      (answer) => countIn(answer) === 3,
    );
    const first = await submissionsOf(form, '?limit=2');
    const after = encodeURIComponent(first.body.paging.next.after);
    const second = await submissionsOf(form, `?limit=2&after=${after}`);
    const read = [...first.body.results, ...second.body.results];
    expect(read.map(({ submittedAt }) => submittedAt)).toEqual(instants.toReversed());
    expect(read[0]).toMatchObject({
      pageUrl: context.pageUri,
      values: expect.arrayContaining([
        { objectTypeId: '0-1', name: 'email', value: contact.properties.email },
      ]),
    });
    for (const submission of read) expect(submission).not.toHaveProperty('id');
    expect(second.body).not.toHaveProperty('paging');
  });

  it('of a form that nobody has filled in is an empty list', async () => {
    const form = await makeForm();
    const answer = await portal.until(
      () => submissionsOf(form),
      ({ status }) => status === 200,
    );
    expect(answer).toMatchObject({ status: 200, body: { results: [] } });
  });
});

describe('a filled form is refused', () => {
  // Of a contact that goes at the end, should the form be taken after all.
  const known = async () => (await makeContact(portal)).properties.email ?? '';

  it.each<[string, Record<string, string>, object?]>([
    ['FIELD_NOT_IN_FORM_DEFINITION', { jobtitle: 'Pilot' }],
    ['INVALID_EMAIL', { email: 'no address' }],
    ['INPUT_TOO_LARGE', { firstname: 'x'.repeat(65_537) }],
    ['INVALID_HUTK', {}, { context: { hutk: '37184' } }],
    ['INVALID_IP_ADDRESS', {}, { context: { ipAddress: '1.2.3' } }],
    ['INVALID_PAGE_URI', {}, { context: { pageUri: 'nowhere' } }],
  ])('as %s', async (errorType, values, more = {}) => {
    const answer = await submitFirst(await makeForm(), { email: await known(), ...values }, more);
    expect(answer).toMatchObject({
      status: 400,
      body: { status: 'error', message: 'The request is not valid' },
    });
    const errors = answer.body.errors as unknown as { message: string; errorType: string }[];
    expect(errors.map((error) => error.errorType)).toContain(errorType);
  });

  it('without a required value: REQUIRED_FIELD', async () => {
    const answer = await submitFirst(await makeForm(), { firstname: 'Ada' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('REQUIRED_FIELD');
  });

  it('with an address at a blocked domain: BLOCKED_EMAIL', async () => {
    const answer = await submitFirst(await makeForm({}, ['example.com']), { email: await known() });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('BLOCKED_EMAIL');
  });

  it('with the place and the value in the sentence', async () => {
    const answer = await submitFirst(
      await makeForm(),
      { email: await known() },
      { context: { hutk: '37184' } },
    );
    expect(answer.body.errors[0]?.message).toBe("Error in 'context.hutk'. '37184' is not a valid Hutk");
  });

  it('when it has more than 1,000 values', async () => {
    const fields = Array.from({ length: 1_001 }, () => ({ objectTypeId: '0-1', name: 'city', value: 'Ulm' }));
    const form = await makeForm();
    const answer = await portal.until(
      () => portal.call('POST', submitPath(form), { fields }, ANONYMOUS),
      ({ status }) => status !== 404,
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED');
  });

  it('where a captcha is asked for, which no call can carry', async () => {
    const answer = await submitFirst(await makeForm({ recaptchaEnabled: true }), { email: await known() });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('FORM_HAS_RECAPTCHA_ENABLED');
  });
});

simulatorOnly('no answer of a portal is recorded', () => {
  it('a form that nobody has made is 404, filled in and read', async () => {
    expect((await submit(UNKNOWN_FORM, { email: 'somebody@example.com' })).status).toBe(404);
    expect((await submissionsOf(UNKNOWN_FORM)).status).toBe(404);
  });

  it('a page of submissions holds 50', async () => {
    const form = await makeForm();
    expect((await submissionsOf(form, '?limit=50')).status).toBe(200);
    expect((await submissionsOf(form, '?limit=51')).status).toBe(400);
  });

  it('a form is not filled in later than a month after', async () => {
    const submittedAt = Date.now() - 31 * 24 * 60 * MINUTE;
    const answer = await submit(await makeForm(), { email: 'somebody@example.com' }, { submittedAt });
    expect(answer.status).toBe(400);
  });
});

simulatorOnly('it takes a clock that stands still, another kind of form and a flood', () => {
  it('the contact is made a while after the answer', async () => {
    await portal.admin('POST', 'clock', { frozen: true });
    const address = portal.address('later');
    expect((await submit(await makeForm(), { email: address })).status).toBe(200);
    expect((await contactAt(address)).status).toBe(404);
    const made = await portal.until(
      () => contactAt(address),
      ({ status }) => status === 200,
    );
    expect(made.status).toBe(200);
    await portal.admin('POST', 'clock', { frozen: false });
  });

  it('a form under a blog post takes nothing: FORM_TYPE_NOT_ALLOWED', async () => {
    const { body } = await portal.admin('POST', 'forms', {
      name: portal.name('comments'),
      formType: 'blog_comment',
      fieldGroups: [{ fields: [{ name: 'email' }] }],
    });
    const answer = await submit(body.id, { email: 'somebody@example.com' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('FORM_TYPE_NOT_ALLOWED');
  });

  it('too many of one address are refused by the edge, as text; those with a token are not', async () => {
    const form = await makeForm();
    await portal.admin('POST', 'limits', { submissionsPerWindow: 1 });
    const values = { email: portal.address('flood') };
    const answers = [await submit(form, values), await submit(form, values)];
    expect(answers.map(({ status }) => status)).toEqual([200, 429]);
    expect(answers[1]?.text).toBe('error code: 1015');
    const secure = await portal.call('POST', submitPath(form, 'secure/submit'), filled(values));
    expect(secure.status).toBe(200);
    await portal.admin('POST', 'limits', 'none');
  });
});
