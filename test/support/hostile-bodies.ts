import fc from 'fast-check';

/** Bodies for each law; `FUZZ_RUNS=100000 npx vitest run src/hubspot/hostile` reads more. */
export const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
export const CANARY = 'canary.person@example.com';

export const SOUND: readonly unknown[] = [
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
  {
    total: 2,
    results: [
      {
        id: '601',
        properties: { email: CANARY, lastmodifieddate: '2026-11-20T08:00:00.000Z', plan: null },
        createdAt: '2026-11-20T08:00:00.000Z',
        updatedAt: '2026-11-20T08:00:00.000Z',
        archived: false,
        associations: {
          companies: { results: [{ id: '7', type: 'a_to_b' }], paging: { next: { after: '8' } } },
        },
        propertiesWithHistory: { email: [{ value: CANARY, timestamp: '2026-11-20T08:00:00.000Z' }] },
      },
      { id: '602', properties: {}, updatedAt: '2026-11-20T08:00:01.000Z' },
    ],
    paging: { next: { after: '603' } },
  },
  {
    results: [
      { toObjectId: 7, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 279, label: null }] },
      { fromObjectId: 1, toObjectId: 2, labels: [] },
      { from: { id: '1' }, to: { id: '2' } },
    ],
    errors: [{ message: CANARY, context: { id: ['1'] } }],
  },
  {
    results: [
      {
        id: '41',
        userId: 9,
        email: CANARY,
        teams: [{ id: '1', primary: true }],
        label: CANARY,
        stages: [{ id: 'won', label: 'Won', metadata: { isClosed: 'true' } }],
        objectTypeId: '2-1',
        name: 'boat',
        properties: [{ name: 'plan' }],
        propertyName: 'plan',
        propertyValidationRules: [{ ruleType: 'REGEX', ruleArguments: ['a'] }],
        usageLimit: 1,
        currentUsage: 1,
      },
    ],
    byObjectType: [{ objectTypeId: '0-1', limit: 1, usage: 1 }],
    overallLimit: 1,
    overallUsage: 1,
  },
  {
    lists: [{ listId: '7', name: CANARY, objectTypeId: '0-1', processingType: 'MANUAL', size: 1 }],
    list: { listId: '7' },
    results: [{ recordId: '5', membershipTimestamp: 'x', listId: '7' }],
    recordsIdsAdded: ['1'],
    recordIdsRemoved: ['2'],
    recordIdsMissing: ['3'],
    paging: { next: { after: 'b' } },
  },
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

export const hostileJson = fc.letrec<{ value: unknown }>((tie) => ({
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

export const anyBody = fc.oneof(mutated, hostileJson);

function placesIn(value: unknown): { holder: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    { holder: value, key },
    ...placesIn(Object.getOwnPropertyDescriptor(value, key)?.value),
  ]);
}

/** Every text and number in a body, as text. */
export function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => leaves(Object.getOwnPropertyDescriptor(value, key)?.value));
}
