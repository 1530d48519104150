import { describe, expect, it } from 'vitest';
import { lost, reply, scriptedTransport } from '../../test/support/scripted-transport.ts';
import { createConsent, parseConsentStatuses } from './consent.ts';

const ROW = {
  subscriberIdString: 'ada@example.com',
  subscriptionId: 42,
  subscriptionName: 'News',
  status: 'SUBSCRIBED',
  source: 'API',
  legalBasis: 'CONSENT_WITH_NOTICE',
  legalBasisExplanation: 'Form of 2026-11-22',
  channel: 'EMAIL',
  timestamp: '2026-11-22T10:00:00.000Z',
};
const READ = {
  email: 'ada@example.com',
  subscriptionId: '42',
  subscriptionName: 'News',
  state: 'SUBSCRIBED',
  source: 'API',
  legalBasis: 'CONSENT_WITH_NOTICE',
  legalBasisExplanation: 'Form of 2026-11-22',
  at: Date.UTC(2026, 10, 22, 10),
};
const LEGAL = { basis: 'CONSENT_WITH_NOTICE', explanation: 'Form of 2026-11-22' } as const;

describe('the statuses of an address', () => {
  it('are read, with the address encoded in the path', async () => {
    const transport = scriptedTransport(reply(200, { results: [ROW] }));
    expect(await createConsent(transport).expectStatuses('a+b@example.com')).toEqual([READ]);
    expect(transport.requests).toMatchObject([
      {
        method: 'GET',
        path: '/communication-preferences/2026-09/statuses/a%2Bb%40example.com?channel=EMAIL',
      },
    ]);
  });

  it.each([{}, { results: [ROW, { ...ROW, status: 'NEW_STATE' }] }, { results: [ROW, null] }])(
    'that cannot all be read are unexpected, since one may be an opt-out: %j',
    async (body) => {
      const consent = createConsent(scriptedTransport(reply(200, body)));
      await expect(consent.expectStatuses('a@example.com')).rejects.toMatchObject({
        code: 'HUBSPOT_UNEXPECTED',
      });
    },
  );

  it('have times as text, as number, or none', () => {
    const at = (timestamp: unknown) => parseConsentStatuses({ ...ROW, timestamp })[0]?.at;
    expect([at('2026-11-22T10:00:00Z'), at(5), at('soon'), at(null)]).toEqual([
      READ.at,
      5,
      undefined,
      undefined,
    ]);
  });
});

describe('a status', () => {
  const change = { subscriptionId: '42', state: 'SUBSCRIBED', legal: LEGAL } as const;

  it('is set with its legal basis, and comes back with what changed', async () => {
    const row = { ...ROW, setStatusSuccessReason: 'RESUBSCRIBE_OCCURRED' };
    const transport = scriptedTransport(reply(200, { results: [row] }), reply(200, row));
    const consent = createConsent(transport);
    const expected = { ...READ, change: 'RESUBSCRIBE_OCCURRED' };
    expect(await consent.expectSetStatus('ada@example.com', change)).toEqual(expected);
    expect(await consent.expectSetStatus('ada@example.com', change)).toEqual(expected);
    expect(transport.requests[0]).toMatchObject({
      method: 'POST',
      path: '/communication-preferences/2026-09/statuses/ada%40example.com',
      body: {
        channel: 'EMAIL',
        statusState: 'SUBSCRIBED',
        subscriptionId: 42,
        legalBasis: 'CONSENT_WITH_NOTICE',
        legalBasisExplanation: 'Form of 2026-11-22',
      },
    });
  });

  it('whose answer is lost may be set again', async () => {
    const consent = createConsent(scriptedTransport(lost()));
    await expect(consent.expectSetStatus('ada@example.com', change)).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: true },
    });
  });

  it('that is refused leaves the address out of the error', async () => {
    const consent = createConsent(
      scriptedTransport(reply(400, { message: 'Email address canary@example.com is invalid' })),
    );
    const error: unknown = await consent
      .expectSetStatus('canary@example.com', change)
      .catch((reason) => reason);
    expect(error).toMatchObject({ code: 'HUBSPOT_REFUSED' });
    expect(JSON.stringify([error, String(error)])).not.toContain('canary');
  });
});

describe('all e-mail', () => {
  it('is opted out of', async () => {
    const transport = scriptedTransport(reply(200, { results: [{ ...ROW, status: 'UNSUBSCRIBED' }] }));
    const statuses = await createConsent(transport).expectUnsubscribeAll('ada@example.com');
    expect(statuses).toMatchObject([{ state: 'UNSUBSCRIBED' }]);
    expect(transport.requests).toMatchObject([
      {
        method: 'POST',
        path: '/communication-preferences/2026-09/statuses/ada%40example.com/unsubscribe-all?channel=EMAIL',
      },
    ]);
  });

  it.each([
    [[], false],
    [[{ wideStatusType: 'PORTAL_WIDE', status: 'UNSUBSCRIBED' }], true],
  ])('with rows %j is opted out of: %s', async (results, expected) => {
    const consent = createConsent(scriptedTransport(reply(200, { results })));
    expect(await consent.expectOptedOutOfAll('ada@example.com')).toBe(expected);
  });
});

describe('a batch', () => {
  it('gives the rows of every address, and the errors of the others', async () => {
    const errors = [{ category: 'VALIDATION_ERROR', message: 'Email address canary@example.com is invalid' }];
    const results = [{ subscriberIdString: 'ada@example.com', statuses: [ROW] }];
    const transport = scriptedTransport(reply(207, { results, errors }));
    const batch = await createConsent(transport).expectBatchRead(['ada@example.com', 'canary@example.com']);
    expect(batch.statuses).toEqual([READ]);
    expect(batch.refused).toMatchObject([{ category: 'VALIDATION_ERROR' }]);
    expect(JSON.stringify(batch.refused)).not.toContain('canary');
    expect(transport.requests).toMatchObject([
      { body: { inputs: ['ada@example.com', 'canary@example.com'] } },
    ]);
  });

  it('sets several addresses, each with its channel', async () => {
    const transport = scriptedTransport(reply(200, { results: [ROW] }));
    await createConsent(transport).expectBatchSet([
      { email: 'ada@example.com', subscriptionId: '42', state: 'UNSUBSCRIBED' },
    ]);
    expect(transport.requests).toEqual([
      {
        method: 'POST',
        path: '/communication-preferences/2026-09/statuses/batch/write',
        body: {
          inputs: [
            {
              subscriberIdString: 'ada@example.com',
              channel: 'EMAIL',
              statusState: 'UNSUBSCRIBED',
              subscriptionId: 42,
            },
          ],
        },
      },
    ]);
  });
});

it('definitions are read', async () => {
  const results = [{ id: '42', name: 'News', purpose: 'Marketing', isActive: true, isInternal: false }, {}];
  const consent = createConsent(scriptedTransport(reply(200, { results })));
  expect(await consent.expectDefinitions()).toEqual([
    { id: '42', name: 'News', description: '', purpose: 'Marketing', active: true, internal: false },
  ]);
});
