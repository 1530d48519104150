import { describe, expect, it } from 'vitest';
import { parseErrorAnswer } from './error-answer.ts';

const EMBEDDED = (name: string, error: string) =>
  `{"isValid":false,"message":"gold was not one of the allowed options: [free, pro]","error":"${error}","name":"${name}","localizedErrorMessage":"…","portalId":123}`;

describe('an error answer', () => {
  it.each<[string, unknown, object]>([
    [
      'validation: errors[] wins over the JSON in the message',
      {
        status: 'error',
        category: 'VALIDATION_ERROR',
        correlationId: 'c',
        message: `Property values were not valid: [${EMBEDDED('other', 'INVALID_DATE')}]`,
        errors: [
          {
            message: 'gold was not one of the allowed options: [free, pro]',
            code: 'INVALID_OPTION',
            context: { propertyName: ['plan'] },
          },
        ],
      },
      {
        category: 'VALIDATION_ERROR',
        code: 'INVALID_OPTION',
        propertyErrors: [
          {
            name: 'plan',
            code: 'INVALID_OPTION',
            message: 'gold was not one of the allowed options: [free, pro]',
          },
        ],
      },
    ],
    [
      'validation: the JSON in the message, each fault once',
      {
        category: 'VALIDATION_ERROR',
        message: `Property values were not valid: [${EMBEDDED('plan', 'INVALID_OPTION')},${EMBEDDED('plan', 'INVALID_OPTION')}]`,
      },
      {
        propertyErrors: [
          {
            name: 'plan',
            code: 'INVALID_OPTION',
            message: 'gold was not one of the allowed options: [free, pro]',
          },
        ],
      },
    ],
    [
      'validation: a message whose JSON is cut',
      { message: `Property values were not valid: [${EMBEDDED('plan', 'INVALID_OPTION')},{"isVal]` },
      { propertyErrors: [] },
    ],
    [
      'duplicate ids',
      {
        category: 'VALIDATION_ERROR',
        message: 'Duplicate IDs found in batch input: [X]. IDs must be unique',
        context: { ids: ['X'] },
      },
      { ids: ['X'], traceIds: [] },
    ],
    [
      'conflict with the id in the text',
      { message: 'Contact already exists. Existing ID: 6001', category: 'CONFLICT' },
      { category: 'CONFLICT', existingId: '6001' },
    ],
    ['conflict with the id in the context', { context: { existingId: ['77'] } }, { existingId: '77' }],
    [
      'missing scopes, listed in errors[]',
      {
        category: 'MISSING_SCOPES',
        message: "This app hasn't been granted all required scopes to make this call.",
        errors: [{ message: 'x', context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
      },
      { category: 'MISSING_SCOPES', scopes: ['crm.objects.contacts.write'] },
    ],
    [
      'missing scopes, listed in the context',
      {
        category: 'MISSING_SCOPES',
        context: {
          requiredGranularScopes: ['custom-object-read'],
          links: ['https://developers.hubspot.com/scopes'],
        },
      },
      { scopes: ['custom-object-read'] },
    ],
    [
      'rate limit of ten seconds',
      {
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        policyName: 'TEN_SECONDLY_ROLLING',
      },
      { category: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' },
    ],
    ['rate limit of search', { category: 'RATE_LIMITS' }, { category: 'RATE_LIMITS' }],
    [
      'existing property',
      { category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
      { subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
    ],
    [
      'invalid association id, as a subcategory within errors[]',
      {
        errors: [
          {
            subCategory: 'crm.associations.INVALID_IDENTIFIER',
            message: 'x is not a valid ID',
            context: { id: ['x'] },
          },
        ],
      },
      { subCategory: 'crm.associations.INVALID_IDENTIFIER', ids: ['x'] },
    ],
    [
      'trace ids of the faulty inputs',
      { errors: [{ context: { objectWriteTraceId: ['t1'] } }, { context: { objectWriteTraceId: 't2' } }] },
      { traceIds: ['t1', 't2'] },
    ],
  ])('%s', (_, body, expected) => {
    expect(parseErrorAnswer(body)).toMatchObject(expected);
  });

  it.each([undefined, null, '<html>', [], 7, { message: 7, category: {}, errors: 'no', context: [] }])(
    'of %j is empty rather than an exception',
    (body) => {
      expect(parseErrorAnswer(body)).toMatchObject({ scopes: [], propertyErrors: [], traceIds: [], ids: [] });
    },
  );

  it('masks e-mail addresses wherever HubSpot quotes them', () => {
    const message =
      'ada@example.com is invalid: [{"message":"Email address ada@example.com is invalid","error":"INVALID_EMAIL","name":"email"}]';
    const answer = parseErrorAnswer({
      message,
      errors: [{ message: 'no ada%40example.com', context: { propertyName: 'email' } }],
    });
    expect(JSON.stringify([answer, parseErrorAnswer({ message })])).not.toMatch(/ada|example\.com/);
    expect(answer.message).toContain('[email] is invalid');
  });

  it('of a conflict that names no record has no id', () => {
    const body = { message: 'Contact already exists', category: 'CONFLICT' };
    expect(parseErrorAnswer(body)).not.toHaveProperty('existingId');
  });

  it('bounds the message', () => {
    expect(parseErrorAnswer({ message: 'x'.repeat(100_000) }).message).toHaveLength(500);
  });
});
