import { describe, expect, it } from 'vitest';
import { parseBatchAnswer } from './batch-answer.ts';

const RESULT = {
  id: '601',
  properties: { email: 'ada@example.com', firstname: null },
  createdAt: '2026-11-20T08:00:00.000Z',
  updatedAt: '2026-11-20T08:00:00.000Z',
  archived: false,
};

describe('a batch answer', () => {
  it('of an upsert gives id, trace id, whether it is new, and the values', () => {
    const body = { status: 'COMPLETE', results: [{ ...RESULT, new: true, objectWriteTraceId: 't1' }] };
    expect(parseBatchAnswer(body)).toEqual({
      results: [
        {
          id: '601',
          traceId: 't1',
          new: true,
          properties: { email: 'ada@example.com', firstname: null },
          archived: false,
        },
      ],
      errors: [],
    });
  });

  it('without trace ids or `new` leaves both out', () => {
    const [result] = parseBatchAnswer({ results: [RESULT] }).results;
    expect(result).not.toHaveProperty('traceId');
    expect(result).not.toHaveProperty('new');
  });

  it('with faults of single inputs names each with its trace id, existing record and properties', () => {
    const { results, errors } = parseBatchAnswer({
      status: 'COMPLETE',
      results: [RESULT],
      numErrors: 2,
      errors: [
        {
          status: 'error',
          category: 'CONFLICT',
          message: 'Contact already exists. Existing ID: 77',
          context: { objectWriteTraceId: ['t2'], existingId: ['77'] },
        },
        {
          status: 'error',
          category: 'VALIDATION_ERROR',
          message:
            'Property values were not valid: [{"isValid":false,"message":"Property \\"nope\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"nope","portalId":1}]',
          context: { objectWriteTraceId: ['t3'] },
        },
      ],
    });
    expect(results).toHaveLength(1);
    expect(errors).toEqual([
      {
        category: 'CONFLICT',
        message: 'Contact already exists. Existing ID: 77',
        traceIds: ['t2'],
        ids: [],
        existingIds: ['77'],
        propertyErrors: [],
      },
      {
        category: 'VALIDATION_ERROR',
        message: expect.stringContaining('Property values were not valid'),
        traceIds: ['t3'],
        ids: [],
        existingIds: [],
        propertyErrors: [
          { name: 'nope', code: 'PROPERTY_DOESNT_EXIST', message: 'Property "nope" does not exist' },
        ],
      },
    ]);
  });

  it('about records that do not exist names all their ids in one error', () => {
    const { errors } = parseBatchAnswer({
      results: [],
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          message: 'Could not get some CONTACT objects, they may be deleted or not exist.',
          context: { ids: ['9', '10'] },
        },
      ],
    });
    expect(errors).toMatchObject([{ category: 'OBJECT_NOT_FOUND', ids: ['9', '10'], traceIds: [] }]);
  });

  it('with ids as numbers gives them as text', () => {
    const body = { results: [{ id: 601, objectWriteTraceId: 12, properties: { age: 7, paid: true } }] };
    expect(parseBatchAnswer(body).results).toMatchObject([
      { id: '601', traceId: '12', properties: { age: '7', paid: 'true' } },
    ]);
  });

  it.each([
    ['a result without id', { results: [{ properties: {} }] }],
    ['a result with an empty id', { results: [{ id: '' }] }],
    ['results that are no list', { results: { 0: RESULT } }],
    ['results that are no objects', { results: [null, 1, 'a', [RESULT]] }],
    ['results of the prototype', JSON.parse('{"__proto__":{"results":[{"id":"1"}]}}')],
    ['a list', [RESULT]],
    ['a text', 'COMPLETE'],
    ['null', null],
    ['nothing', undefined],
  ])('that holds %s reports no success', (_, body) => {
    expect(parseBatchAnswer(body)).toEqual({ results: [], errors: [] });
  });

  it('keeps an error of which nothing is known, since it may be about any input', () => {
    expect(parseBatchAnswer({ errors: [{}] }).errors).toEqual([
      { traceIds: [], ids: [], existingIds: [], propertyErrors: [] },
    ]);
  });

  it('with a property named like a prototype leaves it out', () => {
    const body = JSON.parse(
      '{"results":[{"id":"1","properties":{"__proto__":"p","constructor":"c","email":{}}}]}',
    );
    const [result] = parseBatchAnswer(body).results;
    expect(Object.keys(result?.properties ?? {})).toEqual(['constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
