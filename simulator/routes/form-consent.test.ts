import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FormOptions } from '../index.ts';
import { startPortal, type TestPortal } from '../test-client.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const FORM = '11111111-1111-4111-8111-111111111111';
const SUBMIT = `/submissions/v3/integration/submit/4242/${FORM}`;
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

const consent = (more: Record<string, unknown> = {}) => ({
  legalConsentOptions: {
    consent: {
      consentToProcess: true,
      text: 'I agree.',
      communications: [
        { value: true, subscriptionTypeId: 42, text: 'News, please.' },
        { value: false, subscriptionTypeId: 43, text: 'Service, please.' },
      ],
      ...more,
    },
  },
});

it('subscribes to what was ticked, with its text, once the contact is made', async () => {
  await submit({ email: 'a@example.com' }, consent());
  expect(portal.simulator.consent('a@example.com').changes).toEqual([]);
  later();
  expect(portal.simulator.consent('a@example.com').changes).toMatchObject([
    {
      subscriptionId: 42,
      state: 'SUBSCRIBED',
      source: 'FORM',
      legalBasis: 'CONSENT_WITH_NOTICE',
      legalBasisExplanation: 'News, please.',
    },
  ]);
});

it('may rest on a legitimate interest', async () => {
  const legitimateInterest = { value: true, subscriptionTypeId: 42, legalBasis: 'LEAD', text: 'We write.' };
  await submit({ email: 'a@example.com' }, { legalConsentOptions: { legitimateInterest } });
  later();
  expect(portal.simulator.consent('a@example.com').changes).toMatchObject([
    { legalBasis: 'LEGITIMATE_INTEREST_PQL' },
  ]);
});

const asked = form({ legalConsentOptions: { type: 'explicit_consent_to_process' } });
const cases: [string, Record<string, unknown>][] = [
  ['MISSING_PROCESSING_CONSENT', {}],
  ['MISSING_PROCESSING_CONSENT', consent({ consentToProcess: false })],
  ['MISSING_PROCESSING_CONSENT_TEXT', consent({ text: ' ' })],
  [
    'MISSING_COMMUNICATION_CONSENT_TEXT',
    consent({ communications: [{ value: true, subscriptionTypeId: 42 }] }),
  ],
  [
    'DUPLICATE_SUBSCRIPTION_TYPE_ID',
    consent({
      communications: [
        { value: true, subscriptionTypeId: 42, text: 'a' },
        { value: true, subscriptionTypeId: 42, text: 'b' },
      ],
    }),
  ],
  ['INVALID_LEGAL_OPTION_FORMAT', { legalConsentOptions: {} }],
  ['INVALID_LEGAL_OPTION_FORMAT', { legalConsentOptions: 'yes' }],
  [
    'MISSING_LEGITIMATE_INTEREST_TEXT',
    {
      legalConsentOptions: {
        legitimateInterest: { value: true, subscriptionTypeId: 42, legalBasis: 'LEAD', text: '' },
      },
    },
  ],
];
it.each(cases)('%s is the answer to %j', async (errorType, more) => {
  portal.simulator.addForm(asked);
  const answer = await submit({ email: 'a@example.com' }, more);
  expect({ status: answer.status, errors: errorTypes(answer) }).toEqual({
    status: 400,
    errors: [errorType],
  });
});
