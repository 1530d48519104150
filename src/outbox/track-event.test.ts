import { expect, test } from 'vitest';
import { eventPreparer, type TrackTypes } from './track-event.ts';

const TYPES: TrackTypes = {
  names: ['driver_signed_up', 'nova_earned'],
  aliases: { user_signup: 'driver_signed_up' },
  priorities: { nova_earned: 9 },
};

test('prepares an event with the defaults', () => {
  const prepare = eventPreparer({ maxPayloadBytes: 1_000 });
  expect(prepare('anything', { a: 1 })).toEqual({
    ok: true,
    event: {
      type: 'anything',
      payload: '{"a":1}',
      idempotencyKey: null,
      recordKey: null,
      priority: 5,
      occurredAt: null,
    },
  });
});

test('prepares an event with every option', () => {
  const prepare = eventPreparer({ maxPayloadBytes: 1_000 });
  const options = {
    idempotencyKey: 'k',
    recordKey: 'r',
    priority: 'interactive',
    occurredAt: new Date(0),
  } as const;
  expect(prepare('a', {}, options)).toMatchObject({
    event: { idempotencyKey: 'k', recordKey: 'r', priority: 1, occurredAt: '1970-01-01T00:00:00.000Z' },
  });
});

test('records an alias under the name of its event', () => {
  const prepare = eventPreparer({ types: TYPES, maxPayloadBytes: 1_000 });
  expect(prepare('user_signup', {})).toMatchObject({ event: { type: 'driver_signed_up' } });
});

test('takes the priority of the definition unless the event has its own', () => {
  const prepare = eventPreparer({ types: TYPES, maxPayloadBytes: 1_000 });
  expect(prepare('nova_earned', {})).toMatchObject({ event: { priority: 9 } });
  expect(prepare('nova_earned', {}, { priority: 'normal' })).toMatchObject({ event: { priority: 5 } });
});

test.each([
  ['driver_signedup', 'Did you mean driver_signed_up?'],
  ['user_sign_up', 'Did you mean user_signup?'],
  ['completely_different_thing', 'Known: '],
  ['constructor', 'Known: '],
])('refuses the unknown type %s with the nearest known name', (type, hint) => {
  const prepare = eventPreparer({ types: TYPES, maxPayloadBytes: 1_000 });
  expect(prepare(type, {})).toMatchObject({
    ok: false,
    receipt: { code: 'EVENT_TYPE_UNKNOWN', message: expect.stringContaining(hint) },
  });
});

test.each(['', '1st', 'two words', 'a'.repeat(101), 'nul\0', undefined, null, 7, {}])(
  'refuses the type %j',
  (type) => {
    const prepare = eventPreparer({ maxPayloadBytes: 1_000 });
    expect(prepare(type as string, {})).toMatchObject({
      ok: false,
      receipt: { code: 'OUTBOX_TYPE_INVALID' },
    });
  },
);

test.each([
  [{ idempotencyKey: '' }, 'idempotencyKey is empty'],
  [{ idempotencyKey: 7 }, 'idempotencyKey is a number'],
  [{ idempotencyKey: 'a'.repeat(256) }, 'more than 255 characters'],
  [{ idempotencyKey: 'a\0' }, 'a NUL'],
  [{ idempotencyKey: '\ud800' }, 'half of a surrogate pair'],
  [{ recordKey: 'a'.repeat(513) }, 'more than 512 characters'],
  [{ recordKey: '' }, 'recordKey is empty'],
  [{ priority: 'urgent' }, 'priority is none of interactive, normal, bulk'],
  [{ priority: 'valueOf' }, 'priority is none of'],
  [{ occurredAt: new Date(Number.NaN) }, 'occurredAt is no valid Date'],
  [{ occurredAt: '2026-01-01' }, 'occurredAt is no valid Date'],
  [{ occurredAt: new Date(8.64e15) }, 'occurredAt is no valid Date of the years 1 to 9999'],
])('refuses the options %j', (options, reason) => {
  const prepare = eventPreparer({ maxPayloadBytes: 1_000 });
  expect(prepare('a', {}, options as object)).toMatchObject({
    ok: false,
    receipt: { code: 'OUTBOX_OPTION_INVALID', message: expect.stringContaining(reason) },
  });
});

test('counts the characters of a key as Postgres does', () => {
  const prepare = eventPreparer({ maxPayloadBytes: 1_000 });
  expect(prepare('a', {}, { idempotencyKey: '\u{1f600}'.repeat(255) }).ok).toBe(true);
});

test('lets the config check the payload as the worker will read it', () => {
  const seen: unknown[] = [];
  const validate = (type: string, payload: unknown) => {
    seen.push(type, payload);
    return { code: 'EVENT_PAYLOAD_INVALID', message: 'email: missing.' };
  };
  const prepare = eventPreparer({ types: { ...TYPES, validate }, maxPayloadBytes: 1_000 });
  expect(prepare('user_signup', { at: new Date(0) })).toEqual({
    ok: false,
    receipt: { status: 'refused', code: 'EVENT_PAYLOAD_INVALID', message: 'email: missing.' },
  });
  expect(seen).toEqual(['driver_signed_up', { at: '1970-01-01T00:00:00.000Z' }]);
});

test('refuses the event, without the message, when the check itself throws', () => {
  const validate = () => {
    throw new Error('ada@example.com');
  };
  const prepare = eventPreparer({ types: { ...TYPES, validate }, maxPayloadBytes: 1_000 });
  expect(prepare('nova_earned', {})).toEqual({
    ok: false,
    receipt: {
      status: 'refused',
      code: 'EVENT_MAPPING_FAILED',
      message: 'The check of the payload of nova_earned threw Error.',
    },
  });
});
