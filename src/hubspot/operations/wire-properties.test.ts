import { describe, expect, it } from 'vitest';
import { reply, scriptedTransport } from '../../../test/support/scripted-transport.ts';
import { createProperties } from '../properties.ts';
import { createPropertyTypes } from './property-types.ts';
import { toWire } from './wire-properties.ts';

const AT = new Date('2026-11-22T15:30:00.500Z');
const TYPES: Readonly<Record<string, string>> = { day: 'date', time: 'datetime', city: 'string' };
const typeOf = async (_: string, name: string) => TYPES[name];

describe('a value', () => {
  it.each([
    ['city', 'a\u0000b', 'a\ufffdb'],
    ['city', null, ''],
    ['day', AT, '2026-11-22'],
    ['time', AT, '2026-11-22T15:30:00.500Z'],
    ['unknown', AT, '2026-11-22T15:30:00.500Z'],
    ['flag', false, 'false'],
    ['count', 1e21, '1000000000000000000000'],
    ['choices', ['a', 'b', 'a'], 'a;b'],
    ['choices', [], ''],
    ['email', ' ADA@Example.com', 'ada@example.com'],
    ['email', null, ''],
  ])('of %s given as %j is sent as %j', async (name, value, sent) => {
    expect(await toWire('contacts', { [name]: value }, typeOf)).toEqual({ [name]: sent });
  });

  it('that is undefined is not sent', async () => {
    expect(await toWire('contacts', { city: undefined }, typeOf)).toEqual({});
  });

  it.each([
    ['count', Number.NaN, 'PROPERTY_VALUE_UNUSABLE'],
    ['day', new Date('nonsense'), 'PROPERTY_VALUE_UNUSABLE'],
    ['choices', ['a;b'], 'PROPERTY_VALUE_UNUSABLE'],
    ['email', 'canary', 'EMAIL_UNUSABLE'],
    ['email', 7, 'EMAIL_UNUSABLE'],
  ])('of %s that is %j is refused', async (name, value, code) => {
    const error: unknown = await toWire('contacts', { [name]: value }, typeOf).catch((reason) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('canary');
  });

  it('is an address on contacts only', async () => {
    expect(await toWire('deals', { email: 'none' }, typeOf)).toEqual({ email: 'none' });
  });
});

describe('the types of properties', () => {
  function setup(...statuses: number[]) {
    const body = { results: [{ name: 'day', type: 'date' }] };
    const transport = scriptedTransport(...statuses.map((status) => reply(status, body)));
    let now = 0;
    const clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
    return {
      transport,
      type: createPropertyTypes(createProperties(transport), clock),
      advance: (ms: number) => {
        now += ms;
      },
    };
  }

  it('are read once for many, and again after ten minutes', async () => {
    const { transport, type, advance } = setup(200, 200);
    const types = await Promise.all(Array.from({ length: 20 }, () => type('contacts', 'day')));
    expect(new Set(types)).toEqual(new Set(['date']));
    expect(await type('contacts', 'other')).toBeUndefined();
    expect(transport.requests).toHaveLength(1);
    advance(600_001);
    expect(await type('contacts', 'day')).toBe('date');
    expect(transport.requests).toHaveLength(2);
  });

  it('are unknown to a credential that may not read them', async () => {
    const { type } = setup(403);
    expect(await type('contacts', 'day')).toBeUndefined();
    expect(await type('contacts', 'day')).toBeUndefined();
  });

  it('that could not be read are read at the next use', async () => {
    const { type } = setup(503, 200);
    await expect(type('contacts', 'day')).rejects.toMatchObject({ code: 'HUBSPOT_UNREACHABLE' });
    expect(await type('contacts', 'day')).toBe('date');
  });
});
