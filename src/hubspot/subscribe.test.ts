import { expect, it } from 'vitest';
import { reply, scriptedTransport } from '../../test/support/scripted-transport.ts';
import { type ConsentState, type ConsentStatus, createConsent } from './consent.ts';
import { decideConsent, subscribe } from './subscribe.ts';

const OPTED_OUT_AT = 1000;
const AGREEMENT = {
  subscriptionId: '42',
  legal: { basis: 'CONSENT_WITH_NOTICE', explanation: 'Form' },
  givenAt: OPTED_OUT_AT + 1,
} as const;

function held(state: ConsentState, at?: number): ConsentStatus {
  return {
    email: 'ada@example.com',
    subscriptionId: '42',
    subscriptionName: 'News',
    state,
    ...(at === undefined ? {} : { at }),
  };
}

it.each([
  ['SUBSCRIBED', undefined, OPTED_OUT_AT, 'set'],
  ['SUBSCRIBED', held('NOT_SPECIFIED'), OPTED_OUT_AT, 'set'],
  ['SUBSCRIBED', held('SUBSCRIBED', 1), OPTED_OUT_AT, 'unchanged'],
  ['SUBSCRIBED', held('UNSUBSCRIBED', OPTED_OUT_AT), OPTED_OUT_AT + 1, 'set'],
  ['SUBSCRIBED', held('UNSUBSCRIBED', OPTED_OUT_AT), OPTED_OUT_AT, 'opted-out'],
  ['SUBSCRIBED', held('UNSUBSCRIBED'), OPTED_OUT_AT + 1, 'opted-out'],
  ['SUBSCRIBED', held('UNSUBSCRIBED', OPTED_OUT_AT), Number.NaN, 'opted-out'],
  ['NOT_SPECIFIED', held('UNSUBSCRIBED', OPTED_OUT_AT), 0, 'opted-out'],
  ['UNSUBSCRIBED', held('SUBSCRIBED', OPTED_OUT_AT), 0, 'set'],
  ['UNSUBSCRIBED', held('UNSUBSCRIBED', OPTED_OUT_AT), 0, 'unchanged'],
] as const)('%s over %j, given at %d: %s', (state, current, givenAt, decision) => {
  expect(decideConsent(current, { state, givenAt })).toBe(decision);
});

const wire = (status: ConsentState, timestamp: number) => ({
  subscriptionId: 42,
  subscriptionName: 'News',
  subscriberIdString: 'ada@example.com',
  status,
  timestamp,
});

it('an opt-out that is younger than the agreement stays, and nothing is sent', async () => {
  const transport = scriptedTransport(reply(200, { results: [wire('UNSUBSCRIBED', AGREEMENT.givenAt + 1)] }));
  const result = await subscribe(createConsent(transport), 'ada@example.com', AGREEMENT);
  expect(result).toMatchObject({ kind: 'opted-out', status: { state: 'UNSUBSCRIBED' } });
  expect(transport.requests).toHaveLength(1);
});

it('a fresh agreement brings the address back', async () => {
  const transport = scriptedTransport(
    reply(200, { results: [wire('UNSUBSCRIBED', OPTED_OUT_AT)] }),
    reply(200, { ...wire('SUBSCRIBED', 2000), setStatusSuccessReason: 'RESUBSCRIBE_OCCURRED' }),
  );
  const result = await subscribe(createConsent(transport), 'ada@example.com', AGREEMENT);
  expect(result).toMatchObject({ kind: 'set', status: { change: 'RESUBSCRIBE_OCCURRED' } });
  expect(transport.requests[1]).toMatchObject({
    body: { legalBasis: 'CONSENT_WITH_NOTICE', statusState: 'SUBSCRIBED' },
  });
});
