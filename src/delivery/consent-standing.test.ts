import { describe, expect, test } from 'vitest';
import type { ConsentStatus } from '../hubspot/consent.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { optsIn, readStanding } from './consent-standing.ts';

const MOMENT = Date.parse('2026-11-26T10:00:00Z');
const row = (state: ConsentStatus['state'], at?: number): ConsentStatus => ({
  email: 'ada@example.com',
  subscriptionId: '42',
  subscriptionName: 'News',
  state,
  ...(at === undefined ? {} : { at }),
});

describe('optsIn', () => {
  test.each<[string, readonly ConsentStatus[], boolean]>([
    ['nothing is known', [], true],
    ['nothing was said', [row('NOT_SPECIFIED')], true],
    ['only another kind was ended', [{ ...row('UNSUBSCRIBED', MOMENT + 1), subscriptionId: '7' }], true],
    ['it is subscribed already', [row('SUBSCRIBED', MOMENT - 1)], false],
    ['it opted out before', [row('UNSUBSCRIBED', MOMENT - 1)], true],
    ['it opted out at that moment', [row('UNSUBSCRIBED', MOMENT)], false],
    ['it opted out since', [row('UNSUBSCRIBED', MOMENT + 1)], false],
    ['it opted out nobody knows when', [row('UNSUBSCRIBED')], false],
  ])('where %s', (_, rows, expected) => {
    expect(optsIn(rows, '42', MOMENT)).toBe(expected);
  });
});

describe('readStanding', () => {
  const reply = (status: number, body: unknown) => ({ kind: 'reply', status, body }) as unknown as Exchange;
  const wire = { subscriptionId: 42, status: 'UNSUBSCRIBED', timestamp: MOMENT };

  test.each<[string, Exchange, number | undefined]>([
    ['rows', reply(200, { results: [wire, { ...wire, subscriptionId: 7 }] }), 2],
    ['an address that HubSpot does not know', reply(404, { status: 'error' }), 0],
    ['a row that cannot be read', reply(200, { results: [wire, { status: 'OTHER' }] }), undefined],
    ['no list', reply(200, {}), undefined],
    ['a refusal', reply(403, { results: [] }), undefined],
    ['no answer', { kind: 'fault', reason: 'timeout', message: 'late' } as unknown as Exchange, undefined],
  ])('of %s', (_, exchange, rows) => {
    expect(readStanding(exchange)?.length).toBe(rows);
  });
});
