import { describe, expect, it } from 'vitest';
import { lost, reply, scriptedTransport } from '../../../test/support/scripted-transport.ts';
import type { Exchange } from '../exchange.ts';
import { createRecords } from '../records.ts';
import { clashOf, upsertOne } from './upsert-one.ts';

const KEY = { id: '7', idProperty: 'app_user_id' };
const RESULT = { id: '501', properties: { app_user_id: '7' }, new: true, objectWriteTraceId: 'only' };

async function upsert(answer: Exchange): Promise<Exchange> {
  return upsertOne(createRecords(scriptedTransport(answer)), 'contacts', KEY, { city: 'Bern' });
}

const error = (category: string) => ({
  category,
  message: 'Contact already exists. Existing ID: 77',
  context: {},
});

describe('a batch of one', () => {
  it('is sent with its key', async () => {
    const transport = scriptedTransport(reply(200, { results: [RESULT] }));
    await upsertOne(createRecords(transport), 'contacts', KEY, { city: 'Bern' });
    expect(transport.requests).toMatchObject([
      {
        path: '/crm/objects/2026-09/contacts/batch/upsert',
        body: { inputs: [{ id: '7', idProperty: 'app_user_id', properties: { city: 'Bern' } }] },
      },
    ]);
  });

  it.each<[string, Exchange, object]>([
    ['a new record', reply(200, { results: [RESULT] }), { status: 201, body: RESULT }],
    ['a known one', reply(200, { results: [{ ...RESULT, new: false }] }), { status: 200 }],
    ['a conflict', reply(207, { results: [], errors: [error('CONFLICT')] }), { status: 409 }],
    ['a refusal', reply(207, { results: [], errors: [error('VALIDATION_ERROR')] }), { status: 400 }],
    ['a limit', reply(207, { results: [], errors: [error('RATE_LIMITS')] }), { status: 429 }],
    ['no mention', reply(200, { results: [], errors: [] }), { status: 200, body: undefined }],
    ['both', reply(207, { results: [RESULT], errors: [error('CONFLICT')] }), { body: undefined }],
    ['a whole refusal', reply(400, { message: 'no' }), { status: 400, body: { message: 'no' } }],
    ['no answer', lost(), { kind: 'fault' }],
    ['a page', reply(200, undefined, { flaw: 'html' }), { flaw: 'html' }],
  ])('gives the answer of a single call: %s', async (_, answer, expected) => {
    expect(await upsert(answer)).toMatchObject(expected);
  });
});

it.each<[string, Exchange, object | undefined]>([
  ['409 with an id', reply(409, error('CONFLICT')), { existingId: '77' }],
  ['409 without', reply(409, {}), {}],
  [
    '400 for a unique value',
    reply(400, {
      errors: [{ code: 'CONFLICTING_UNIQUE_VALUE', context: { propertyName: ['app_user_id'] } }],
    }),
    {},
  ],
  ['400 for another reason', reply(400, { errors: [{ code: 'INVALID_OPTION' }] }), undefined],
  ['409 of a proxy', reply(409, undefined, { flaw: 'html' }), undefined],
  ['a success', reply(200, { code: 'CONFLICTING_UNIQUE_VALUE' }), undefined],
  ['no answer', lost(), undefined],
])('a clash: %s', (_, exchange, expected) => {
  expect(clashOf(exchange)).toEqual(expected);
});
