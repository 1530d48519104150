import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SpokeError } from '../errors.ts';
import { createAccount } from './account.ts';
import { createAssociations } from './associations.ts';
import { parseBatchAnswer } from './batch-answer.ts';
import { parseErrorAnswer } from './error-answer.ts';
import type { Exchange } from './exchange.ts';
import { expectBody } from './expect.ts';
import { createProperties } from './properties.ts';
import { parseRateHeaders } from './rate-headers.ts';
import { readBody } from './read-body.ts';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';
import { tokenFromText } from './token.ts';
import type { Transport } from './transport.ts';

const RUNS = 2000;
const CANARY = 'canary.person@example.com';

const SOUND: readonly unknown[] = [
  {
    status: 'COMPLETE',
    results: [
      {
        id: '601',
        properties: { email: 'x', plan: null },
        archived: false,
        new: true,
        objectWriteTraceId: 't1',
      },
      { id: '602', properties: {}, archived: false, new: false, objectWriteTraceId: 't2' },
    ],
    numErrors: 1,
    errors: [
      {
        category: 'VALIDATION_ERROR',
        message: `Property values were not valid: [{"message":"${CANARY} is invalid","error":"INVALID_EMAIL","name":"email"}]`,
        context: { objectWriteTraceId: ['t3'], ids: ['9'], existingId: ['77'] },
        errors: [{ message: `no ${CANARY}`, code: 'INVALID_EMAIL', context: { propertyName: ['email'] } }],
      },
    ],
  },
  { category: 'MISSING_SCOPES', message: CANARY, errors: [{ context: { requiredGranularScopes: ['a.b'] } }] },
  { results: [{ from: { id: '1' }, to: [{ toObjectId: 2 }], paging: { next: { after: '3' } } }] },
  {
    results: [
      { name: 'plan', options: [{ label: 'a', value: 'b' }], modificationMetadata: { readOnlyValue: true } },
    ],
  },
  { portalId: 1, timeZone: 'UTC', utcOffsetMilliseconds: 0, hubId: 1, scopes: ['a'] },
];

/** Names that a careless reader trips over, among names HubSpot uses. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  'results',
  'errors',
  'id',
  'context',
  'message',
];

const hostileJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, '', '[{', 't1', '__proto__', `${CANARY}`),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 5 })), tie('value')), {
        maxLength: 5,
      })
      // As JSON text: only the parser makes `__proto__` an own property, as it would on the wire.
      .map((entries) =>
        JSON.parse(
          `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
        ),
      ),
  ),
})).value;

/** A sound body of which up to three places hold something else, or nothing. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SOUND),
    fc.array(fc.tuple(fc.nat(), fc.option(hostileJson, { nil: undefined })), { minLength: 1, maxLength: 3 }),
  )
  .map(([sound, changes]) => {
    let body: unknown = structuredClone(sound);
    for (const [pick, value] of changes) {
      const places = placesIn(body);
      const place = places[pick % Math.max(1, places.length)];
      if (!place) body = value;
      else if (value === undefined) Reflect.deleteProperty(place.holder, place.key);
      else
        Object.defineProperty(place.holder, place.key, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
    }
    return body;
  });

const anyBody = fc.oneof(mutated, hostileJson);

function placesIn(value: unknown): { holder: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    { holder: value, key },
    ...placesIn(Object.getOwnPropertyDescriptor(value, key)?.value),
  ]);
}

const BEFORE = Reflect.ownKeys(Object.prototype).join();
afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype).join()).toBe(BEFORE);
});

describe('whatever HubSpot answers', () => {
  it('a batch answer reports only ids that the body has, each a non-empty text', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { results, errors } = parseBatchAnswer(body);
        const given = new Set(leaves(body));
        for (const { id, traceId, properties } of results) {
          expect(id).not.toBe('');
          expect(given).toContain(id);
          if (traceId !== undefined) expect(given).toContain(traceId);
          expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
          for (const value of Object.values(properties))
            expect(value === null || typeof value === 'string').toBe(true);
        }
        for (const error of errors) expect(error.traceIds.every((each) => given.has(each))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('no sentence taken from it holds an e-mail address or a control character, or is long', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const answer = parseErrorAnswer(body);
        const { errors } = parseBatchAnswer(body);
        const texts = [answer, ...errors].flatMap((problem) => [
          problem.message ?? '',
          problem.category ?? '',
          problem.subCategory ?? '',
          problem.code ?? '',
          ...problem.propertyErrors.flatMap(({ name, code, message }) => [name, code, message]),
        ]);
        for (const text of [...texts, ...answer.scopes]) {
          expect(text).not.toMatch(/canary|@/);
          expect(text).not.toMatch(/[\p{Cc}]/u);
          expect(text.length).toBeLessThanOrEqual(500);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('an expected answer is a body or one of our errors, which quotes nobody', () => {
    fc.assert(
      fc.property(anyBody, fc.integer({ min: 100, max: 599 }), (body, status) => {
        const exchange: Exchange = { kind: 'reply', status, headers: {}, body, durationMs: 1 };
        try {
          expect(expectBody(exchange, 'read')).toBe(body);
        } catch (error) {
          expect(error).toBeInstanceOf(SpokeError);
          expect(`${(error as Error).message}${JSON.stringify((error as SpokeError).facts)}`).not.toContain(
            'canary',
          );
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('every parsed read ends with a value or one of our errors', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, async (body) => {
        const transport: Transport = {
          request: async () => ({ kind: 'reply', status: 200, headers: {}, body, durationMs: 1 }),
          close: async () => undefined,
        };
        const account = createAccount(transport, tokenFromText('t'));
        const reads = await Promise.allSettled([
          account.expectDetails(),
          account.expectTokenInfo(),
          createProperties(transport).expectList('contacts'),
          createAssociations(transport).readAssociations('contacts', 'notes', ['1', '2']),
        ]);
        for (const read of reads)
          if (read.status === 'rejected') expect(read.reason).toBeInstanceOf(SpokeError);
        expect(reads[3]?.status).toBe('fulfilled');
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('a waiting time or rate that it names is sane or absent', () => {
    const text = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(text, text, fc.integer(), (retry, date, now) => {
        const wait = parseRetryAfter({ 'retry-after': retry, date }, now);
        if (wait !== undefined) {
          expect(wait).toBeGreaterThan(0);
          expect(wait).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
        }
        const rate = parseRateHeaders({
          'x-hubspot-ratelimit-max': retry,
          'x-hubspot-ratelimit-daily': date,
        });
        for (const value of Object.values(rate)) expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('whatever bytes arrive', () => {
  it('reading them gives an object, a list, nothing or a flaw', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      hostileJson.map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(bytes, fc.option(fc.string(), { nil: undefined }), (body, contentType) => {
        const read = readBody(body, contentType);
        if (read.flaw === undefined && read.value !== undefined) expect(typeof read.value).toBe('object');
      }),
      { numRuns: RUNS },
    );
  });

  it('an answer that was cut anywhere is flagged as truncated, never taken for a shorter one', () => {
    const texts = SOUND.map((body) => JSON.stringify(body));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), (text, at) => {
        const cut = Buffer.from(text).subarray(0, 1 + (at % (text.length - 1)));
        expect(readBody(cut, 'application/json')).toEqual({ flaw: 'truncated' });
      }),
      { numRuns: RUNS },
    );
  });

  it('deeply nested ones do not exhaust the stack', () => {
    const deep = '[{"results":'.repeat(200_000);
    expect(readBody(Buffer.from(deep), undefined)).toEqual({ flaw: 'truncated' });
    const closed = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const read = readBody(Buffer.from(`{"results":${closed},"message":${closed}}`), undefined);
    if (read.flaw === undefined) {
      expect(parseBatchAnswer(read.value).results).toEqual([]);
      expect(parseErrorAnswer(read.value).message).toBe('');
    } else expect(read.flaw).toBe('not-json');
  });
});

/** Every text and number in a body, as text. */
function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => leaves(Object.getOwnPropertyDescriptor(value, key)?.value));
}
