import { describe, expect, it } from 'vitest';
import { SpokeError } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { type CallMeaning, expectTaken } from './expect-taken.ts';

const EFFECTS = ['read', 'repeatable', 'once'] as const;

function reply(status: number, body?: unknown, rest: object = {}): Exchange {
  return { kind: 'reply', status, headers: {}, body, durationMs: 1, ...rest };
}

function fault(sent: boolean, rest: object = {}): Exchange {
  return { kind: 'fault', reason: 'timeout', sent, message: 'Too slow.', durationMs: 1, ...rest };
}

function errorOf(exchange: Exchange, effect: CallMeaning['effect'] = 'once'): SpokeError {
  try {
    expectTaken(exchange, { what: 'create a deal', effect });
  } catch (error) {
    if (error instanceof SpokeError) return error;
  }
  throw new Error('no SpokeError was raised');
}

it.each([reply(200, {}), reply(201, { id: '1' }), reply(204)])('a success is its reply', (exchange) => {
  expect(expectTaken(exchange, { what: 'x', effect: 'once' })).toBe(exchange);
});

describe('a write that may have been applied', () => {
  it.each([
    ['a fault after it was sent', fault(true)],
    ['a 502', reply(502, undefined, { flaw: 'html' })],
    ['a 408', reply(408)],
    ['a success that cannot be read', reply(201, undefined, { flaw: 'truncated' })],
  ])('has an unknown outcome: %s', (_, exchange) => {
    expect(errorOf(exchange, 'once')).toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: false },
      message: expect.stringMatching(/create a deal .*look there before you make this call again/),
    });
    expect(errorOf(exchange, 'repeatable')).toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: true },
      message: expect.stringMatching(/make the same call again/),
    });
  });

  it('is none when it was never sent, or when it was a read', () => {
    expect(errorOf(fault(false)).code).toBe('HUBSPOT_UNREACHABLE');
    expect(errorOf(fault(false, { code: 'TOKEN_EMPTY' })).code).toBe('TOKEN_EMPTY');
    expect(errorOf(fault(true), 'read').code).toBe('HUBSPOT_UNREACHABLE');
    expect(errorOf(reply(503), 'read').code).toBe('HUBSPOT_UNREACHABLE');
    expect(errorOf(reply(200, undefined, { flaw: 'html' }), 'read').code).toBe('HUBSPOT_UNEXPECTED');
  });
});

describe('a refusal', () => {
  it.each([
    [400, 'HUBSPOT_REFUSED'],
    [401, 'HUBSPOT_UNAUTHORIZED'],
    [403, 'HUBSPOT_FORBIDDEN'],
    [404, 'HUBSPOT_NOT_FOUND'],
    [409, 'HUBSPOT_CONFLICT'],
    [413, 'HUBSPOT_TOO_LARGE'],
    [414, 'HUBSPOT_TOO_LARGE'],
    [422, 'HUBSPOT_REFUSED'],
    [423, 'HUBSPOT_LOCKED'],
    [429, 'HUBSPOT_RATE_LIMITED'],
    [437, 'HUBSPOT_UNEXPECTED'],
    [477, 'HUBSPOT_MIGRATING'],
    [302, 'HUBSPOT_UNEXPECTED'],
  ])('%d is %s, whatever the call does', (status, code) => {
    for (const effect of EFFECTS) expect(errorOf(reply(status, {}), effect).code).toBe(code);
  });

  it.each([400, 404])('%d with a page of HTML is not about the call', (status) => {
    expect(errorOf(reply(status, undefined, { flaw: 'html' })).code).toBe('HUBSPOT_UNEXPECTED');
  });

  it('for its values names properties and codes, and no value', () => {
    const message =
      'Property values were not valid: [{"message":"canary was not one of the allowed options","error":"INVALID_OPTION","name":"plan"}]';
    const error = errorOf(reply(400, { category: 'VALIDATION_ERROR', message }));
    expect(error.message).toContain('plan (INVALID_OPTION)');
    expect(JSON.stringify([error.message, error.facts])).not.toContain('canary');
    expect(error.facts).toMatchObject({ properties: [{ name: 'plan', code: 'INVALID_OPTION' }] });
  });

  it('for a conflict gives the id of the record that is there', () => {
    const error = errorOf(reply(409, { message: 'Contact already exists. Existing ID: 6001' }));
    expect(error.facts).toMatchObject({ existingId: '6001', status: 409 });
    expect(error.message).toContain('6001');
  });
});
