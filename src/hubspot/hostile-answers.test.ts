import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { anyBody, hostileJson, leaves, RUNS, SOUND } from '../../test/support/hostile-bodies.ts';
import { SpokeError } from '../errors.ts';
import { createAccount } from './account.ts';
import { createAssociationLabels } from './association-labels.ts';
import { createAssociations } from './associations.ts';
import { parseBatchAnswer } from './batch-answer.ts';
import { parseErrorAnswer } from './error-answer.ts';
import type { Exchange } from './exchange.ts';
import { expectBody } from './expect.ts';
import { createPipelines } from './pipelines.ts';
import { createProperties } from './properties.ts';
import { parseRateHeaders } from './rate-headers.ts';
import { readBody } from './read-body.ts';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';
import { createSchemas } from './schemas.ts';
import { tokenFromText } from './token.ts';
import type { Transport } from './transport.ts';

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
          createProperties(transport).expectGroups('contacts'),
          createAssociationLabels(transport).expectList('contacts', 'companies'),
          createSchemas(transport).expectList(),
          createSchemas(transport).expectRules('0-1'),
          createSchemas(transport).expectPropertyLimits(),
          createPipelines(transport).expectList('deals'),
          account.expectUsage(),
          createAssociations(transport).readAssociations('contacts', 'notes', ['1', '2']),
        ]);
        for (const read of reads)
          if (read.status === 'rejected') expect(read.reason).toBeInstanceOf(SpokeError);
        expect(reads.at(-1)?.status).toBe('fulfilled');
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
