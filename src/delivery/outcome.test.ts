import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange, FaultReason, Flaw } from '../hubspot/exchange.ts';
import { batchOutcome, type SentInput } from './outcome.ts';

const three: SentInput[] = ['a', 'b', 'c'].map((name, index) => ({
  traceId: String(index + 1),
  key: { idProperty: 'email', id: `${name}@example.com` },
}));
const one = three.slice(0, 1);
const notes: SentInput[] = [{ traceId: '1.1' }, { traceId: '2.1' }];

const reply = (
  status: number,
  body?: unknown,
  over: { flaw?: Flaw; headers?: Record<string, string> } = {},
): Exchange => ({
  kind: 'reply',
  status,
  headers: {},
  body,
  durationMs: 1,
  ...over,
});
const fault = (reason: FaultReason, sent: boolean): Exchange => ({
  kind: 'fault',
  reason,
  sent,
  message: reason,
  durationMs: 1,
});
const error = (message: string, more: object = {}) => ({
  status: 'error',
  message,
  category: 'VALIDATION_ERROR',
  ...more,
});

/** `applied 601`, `dead CODE`, `retry CODE`, `wait CODE`, `unknown CODE`, or `again` for an input to be resent. */
const ends = (exchange: Exchange, inputs: readonly SentInput[] = three) =>
  batchOutcome(exchange, inputs).inputs.map((end) => {
    if (end === undefined) return 'again';
    if (end.end === 'applied') return `applied ${end.hubspotId}`;
    return end.end === 'unknown' ? `unknown ${end.code}` : `${end.next} ${end.code}`;
  });

describe('batchOutcome, the class table', () => {
  it.each([
    [401, 'wait HUBSPOT_UNAUTHORIZED'],
    [403, 'wait HUBSPOT_FORBIDDEN'],
    [423, 'wait HUBSPOT_LOCKED'],
    [429, 'wait HUBSPOT_RATE_LIMITED'],
    [477, 'wait HUBSPOT_MIGRATING'],
    [408, 'unknown HUBSPOT_UNAVAILABLE'],
    [500, 'unknown HUBSPOT_UNAVAILABLE'],
    [501, 'unknown HUBSPOT_UNAVAILABLE'],
    [502, 'unknown HUBSPOT_UNAVAILABLE'],
    [503, 'unknown HUBSPOT_UNAVAILABLE'],
    [504, 'unknown HUBSPOT_UNAVAILABLE'],
    [520, 'unknown HUBSPOT_UNAVAILABLE'],
    [521, 'unknown HUBSPOT_UNAVAILABLE'],
    [522, 'unknown HUBSPOT_UNAVAILABLE'],
    [523, 'unknown HUBSPOT_UNAVAILABLE'],
    [524, 'unknown HUBSPOT_UNAVAILABLE'],
    [525, 'unknown HUBSPOT_UNAVAILABLE'],
    [526, 'unknown HUBSPOT_UNAVAILABLE'],
    [301, 'unknown HUBSPOT_UNREADABLE'],
    [302, 'unknown HUBSPOT_UNREADABLE'],
    [304, 'unknown HUBSPOT_UNREADABLE'],
  ])('%i about the portal gives every input %j, with and without a JSON body', (status, end) => {
    expect(ends(reply(status, { message: 'x' }))).toEqual([end, end, end]);
    expect(ends(reply(status, undefined, { flaw: 'html' }))).toEqual([end, end, end]);
    expect(batchOutcome(reply(status), three).resend).toEqual([]);
  });

  it.each([
    [400, 'dead HUBSPOT_REFUSED'],
    [404, 'retry HUBSPOT_NOT_FOUND'],
    [409, 'retry HUBSPOT_CONFLICT'],
    [413, 'dead HUBSPOT_TOO_LARGE'],
    [414, 'dead HUBSPOT_TOO_LARGE'],
    [415, 'dead HUBSPOT_REFUSED'],
    [437, 'dead HUBSPOT_REFUSED'],
    [422, 'dead HUBSPOT_REFUSED'],
  ])('%i about an input ends it when it stands alone: %s', (status, end) => {
    expect(ends(reply(status, error('no')), one)).toEqual([end]);
  });

  it.each(['html', 'not-json', 'truncated', 'too-large', 'encoded'] as const)(
    'takes 200 with a body that is %s for unknown',
    (flaw) => {
      expect(ends(reply(200, undefined, { flaw }))).toEqual(Array(3).fill('unknown HUBSPOT_UNREADABLE'));
    },
  );

  it('takes 2xx without a body for unknown', () => {
    expect(ends(reply(204), one)).toEqual(['unknown HUBSPOT_UNREADABLE']);
  });

  it('takes an HTML 404 for a wrong address, not for a missing record', () => {
    expect(ends(reply(404, undefined, { flaw: 'html' }), one)).toEqual(['wait HUBSPOT_NOT_FOUND']);
  });

  const reasons: FaultReason[] = [
    'dns',
    'connect-refused',
    'connect-timeout',
    'tls',
    'reset',
    'protocol',
    'timeout',
    'aborted',
    'token-unavailable',
  ];
  it.each(reasons)('goes by whether a byte left when there was no answer (%s)', (reason) => {
    expect(ends(fault(reason, false), one)).toEqual(['wait HUBSPOT_UNREACHABLE']);
    expect(ends(fault(reason, true), one)).toEqual(['unknown HUBSPOT_NO_ANSWER']);
  });

  it.each([
    { status: 429, headers: { 'retry-after': '7' }, waitMs: 7_000 },
    { status: 429, headers: { 'retry-after': '1000000000' }, waitMs: 86_400_000 },
    { status: 429, headers: { 'retry-after': '-1' }, waitMs: undefined },
    { status: 429, headers: {}, waitMs: undefined },
    { status: 423, headers: {}, waitMs: 2_000 },
    { status: 423, headers: { 'retry-after': '1' }, waitMs: 2_000 },
    { status: 423, headers: { 'retry-after': '5' }, waitMs: 5_000 },
    { status: 477, headers: { 'retry-after': '3600' }, waitMs: 3_600_000 },
    { status: 477, headers: {}, waitMs: 300_000 },
    { status: 401, headers: {}, waitMs: 60_000 },
  ])(
    'waits as told: $status $headers',
    ({ status, headers, waitMs }: { status: number; headers: object; waitMs: number | undefined }) => {
      expect(batchOutcome(reply(status, {}, { headers: { ...headers } }), one).inputs[0]).toEqual(
        waitMs === undefined
          ? expect.not.objectContaining({ waitMs: expect.anything() })
          : expect.objectContaining({ waitMs }),
      );
    },
  );

  it('names the scopes that a 403 asks for', () => {
    const body = {
      message: 'no',
      errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
    };
    expect(batchOutcome(reply(403, body), one).inputs[0]).toMatchObject({
      message: expect.stringContaining('crm.objects.contacts.write'),
    });
  });
});

describe('batchOutcome, accepted calls', () => {
  const result = (id: string, traceId?: string, email?: string) => ({
    id,
    properties: email === undefined ? {} : { email },
    ...(traceId === undefined ? {} : { objectWriteTraceId: traceId }),
  });

  it('goes by trace id, in whatever order the results come', () => {
    const body = {
      status: 'COMPLETE',
      results: [result('603', '3'), result('601', '1'), result('602', '2')],
    };
    expect(ends(reply(200, body))).toEqual(['applied 601', 'applied 602', 'applied 603']);
  });

  it('goes by the id property where trace ids are absent, without regard to case', () => {
    const body = {
      results: [result('602', undefined, 'B@Example.com'), result('601', undefined, 'a@example.com')],
    };
    expect(ends(reply(200, body))).toEqual(['applied 601', 'applied 602', 'unknown HUBSPOT_INPUT_MISSING']);
  });

  it('does not go by another property with the same value', () => {
    const body = { results: [{ id: '601', properties: { work_email: 'a@example.com' } }] };
    expect(ends(reply(200, body), one)).toEqual(['unknown HUBSPOT_INPUT_MISSING']);
  });

  it('takes an input that nothing mentions for unknown', () => {
    expect(ends(reply(200, { results: [result('601', '1')] }))).toEqual([
      'applied 601',
      'unknown HUBSPOT_INPUT_MISSING',
      'unknown HUBSPOT_INPUT_MISSING',
    ]);
  });

  it.each([200, 201, 202, 207])('takes empty results of a %i for unknown', (status) => {
    expect(ends(reply(status, { results: [], errors: [] }), one)).toEqual(['unknown HUBSPOT_INPUT_MISSING']);
  });

  it('never takes the id of another call for one of ours', () => {
    expect(ends(reply(200, { results: [result('601', '99')] }), notes)).toEqual([
      'unknown HUBSPOT_INPUT_MISSING',
      'unknown HUBSPOT_INPUT_MISSING',
    ]);
  });

  it.each([
    ['CONFLICT', 'retry HUBSPOT_CONFLICT'],
    ['OBJECT_NOT_FOUND', 'retry HUBSPOT_NOT_FOUND'],
    ['RATE_LIMITS', 'wait HUBSPOT_RATE_LIMITED'],
    ['VALIDATION_ERROR', 'dead HUBSPOT_REFUSED'],
    ['SOMETHING_NEW', 'retry HUBSPOT_REFUSED'],
    [undefined, 'retry HUBSPOT_REFUSED'],
  ])('gives an input of a 207 with %s: %s', (category, end) => {
    const body = {
      results: [result('601', '1'), result('603', '3')],
      numErrors: 1,
      errors: [{ status: 'error', category, message: 'no', context: { objectWriteTraceId: ['2'] } }],
    };
    expect(ends(reply(207, body))).toEqual(['applied 601', end, 'applied 603']);
  });

  it('reads one error for several inputs, and errors that name ids instead of trace ids', () => {
    const grouped = { results: [], errors: [error('no', { context: { objectWriteTraceId: ['1', '3'] } })] };
    expect(ends(reply(207, grouped))).toEqual([
      'dead HUBSPOT_REFUSED',
      'unknown HUBSPOT_INPUT_MISSING',
      'dead HUBSPOT_REFUSED',
    ]);
    const byId = {
      results: [],
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['b@example.com'] } }],
    };
    expect(ends(reply(207, byId))[1]).toBe('retry HUBSPOT_NOT_FOUND');
  });

  it('takes an error that names nobody for nobody’s: those without a result are unknown', () => {
    const body = { results: [result('601', '1')], errors: [error('something is wrong')] };
    expect(ends(reply(207, body))).toEqual([
      'applied 601',
      'unknown HUBSPOT_INPUT_MISSING',
      'unknown HUBSPOT_INPUT_MISSING',
    ]);
  });

  it('takes an input that is both among the results and the errors for unknown: a note may be there', () => {
    const body = {
      results: [result('901', '1.1'), result('902', '2.1')],
      errors: [error('no', { context: { objectWriteTraceId: ['2.1'] } })],
    };
    expect(ends(reply(207, body), notes)).toEqual(['applied 901', 'unknown HUBSPOT_UNREADABLE']);
  });

  it('names the existing record of a conflict', () => {
    const body = {
      errors: [
        {
          category: 'CONFLICT',
          message: 'exists',
          context: { objectWriteTraceId: ['1'], existingId: ['77'] },
        },
      ],
    };
    expect(batchOutcome(reply(207, body), one).inputs[0]).toMatchObject({
      message: expect.stringContaining('77'),
    });
  });

  it('takes a missing input for applied only with the guard off', () => {
    expect(batchOutcome(reply(200, { results: [] }), one, { missingIsUnknown: false }).inputs).toMatchObject([
      { end: 'applied' },
    ]);
  });
});

describe('batchOutcome, refused batches', () => {
  it('ends the inputs that are named and sends the others again together', () => {
    const byTrace = reply(400, error('no', { context: { objectWriteTraceId: ['2'] } }));
    expect(ends(byTrace)).toEqual(['again', 'dead HUBSPOT_REFUSED', 'again']);
    expect(batchOutcome(byTrace, three).resend).toEqual([[0, 2]]);
    const byId = reply(409, error('exists', { context: { ids: ['c@example.com'] } }));
    expect(ends(byId)).toEqual(['again', 'again', 'retry HUBSPOT_CONFLICT']);
    expect(batchOutcome(byId, three).resend).toEqual([[0, 1]]);
  });

  it.each([
    ['nobody', {}],
    ['everybody', { context: { objectWriteTraceId: ['1', '2', '3'] } }],
    ['a stranger', { context: { ids: ['z@example.com'] } }],
  ])('halves the batch when the refusal names %s', (_, more) => {
    const outcome = batchOutcome(reply(400, error('no', more)), three);
    expect(outcome.inputs).toEqual([undefined, undefined, undefined]);
    expect(outcome.resend).toEqual([[0, 1], [2]]);
  });

  it('says what HubSpot says of each property', () => {
    const body = error('Property values were not valid', {
      errors: [
        {
          message: 'gold was not one of the allowed options',
          code: 'INVALID_OPTION',
          context: { propertyName: ['plan'] },
        },
      ],
    });
    expect(batchOutcome(reply(400, body), one).inputs[0]).toMatchObject({
      message: 'HubSpot answered 400: plan: gold was not one of the allowed options',
    });
  });
});

describe('batchOutcome, laws', () => {
  const status = fc.oneof(
    fc.integer({ min: 100, max: 599 }),
    fc.constantFrom(200, 201, 207, 400, 404, 409, 429),
  );
  const someTrace = fc.constantFrom('1', '2', '3', '99', 3, null);
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        message: fc.string(),
        category: fc.constantFrom('CONFLICT', 'VALIDATION_ERROR', 'RATE_LIMITS', 'x', 3),
        results: fc.array(fc.record({ id: fc.oneof(fc.string(), fc.nat()), objectWriteTraceId: someTrace }), {
          maxLength: 4,
        }),
        errors: fc.array(
          fc.record({
            category: fc.string(),
            context: fc.record({ objectWriteTraceId: fc.array(someTrace), ids: fc.array(fc.string()) }),
          }),
          { maxLength: 4 },
        ),
        context: fc.record({ objectWriteTraceId: fc.array(someTrace) }),
      },
      { requiredKeys: [] },
    ),
  );
  const exchange: fc.Arbitrary<Exchange> = fc.oneof(
    fc
      .record({
        status,
        body,
        flaw: fc.option(fc.constantFrom<Flaw>('html', 'truncated'), { nil: undefined }),
      })
      .map((given) => reply(given.status, given.body, given.flaw === undefined ? {} : { flaw: given.flaw })),
    fc
      .record({ reason: fc.constantFrom<FaultReason>('dns', 'reset', 'timeout'), sent: fc.boolean() })
      .map((given) => fault(given.reason, given.sent)),
  );

  it('gives every input one end or one place in a smaller call, whatever came', () => {
    fc.assert(
      fc.property(exchange, fc.integer({ min: 1, max: 3 }), (given, size) => {
        const inputs = three.slice(0, size);
        const outcome = batchOutcome(given, inputs);
        expect(outcome.inputs).toHaveLength(size);
        const again = outcome.resend.flat();
        const expected = outcome.inputs.flatMap((end, position) => (end === undefined ? [position] : []));
        expect([...again].sort()).toEqual(expected);
        for (const group of outcome.resend) {
          expect(group.length).toBeGreaterThan(0);
          expect(group.length).toBeLessThan(size);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes an input for applied only when an answer of 2xx names it', () => {
    fc.assert(
      fc.property(exchange, (given) => {
        const applied = batchOutcome(given, notes).inputs.some((end) => end?.end === 'applied');
        expect(applied).toBe(false);
        if (given.kind === 'fault' || given.status >= 300 || given.flaw !== undefined)
          expect(batchOutcome(given, three).inputs.some((end) => end?.end === 'applied')).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
