import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsOfRule, type Rule, type RuleValue } from '../../src/config/rule.ts';
import type { Database } from '../../src/db/database.ts';
import { compileRule, kindOf, type PropertyType } from '../../src/mirror/rules/compile-rule.ts';
import { writeRecords } from '../../src/mirror/write-records.ts';
import { databaseKinds, testDatabaseOf } from '../support/database.ts';

const NOW = '2026-03-01T00:00:00Z';
const DAY = 86_400_000;

const TYPES: ReadonlyMap<string, PropertyType> = new Map([
  ['company', { type: 'string' }],
  ['amount', { type: 'number' }],
  ['seen', { type: 'datetime' }],
  ['born', { type: 'date' }],
  ['vip', { type: 'bool' }],
  ['stage', { type: 'enumeration', fieldType: 'select' }],
  ['likes', { type: 'enumeration', fieldType: 'checkbox' }],
]);

/** Values as portals hold them, with what people type into the wrong field. */
const VALUES = {
  company: ['Acme', 'acme', 'Chainge GmbH', '100%', 'a_b', 'x\\y', '"quoted"', "O'Neil", '  '],
  amount: ['10', '9.5', '-3', '1e3', '1,000', 'ten', '0010', '1e', '.'],
  seen: [
    '2026-02-20T10:00:00.000Z',
    '1771581600000',
    '2026-02-28',
    '2026-02-30',
    '2026-13-01',
    '2027-01-01T00:00:00+02:00',
    'soon',
    '1',
  ],
  born: ['1990-05-01', '2026-02-01', '', 'x'],
  vip: ['true', 'false', 'TRUE', 'maybe'],
  stage: ['customer', 'Customer', 'lead', 'opportunity'],
  likes: ['tea', 'tea;coffee', 'coffee', 'TEA', 'teapot'],
} as const;

type Properties = Readonly<Record<string, string>>;

/** The meaning of a rule, written a second time without SQL. */
function fits(rule: Rule, properties: Properties): boolean {
  if ('all' in rule) return rule.all.every((part) => fits(part, properties));
  if ('any' in rule) return rule.any.some((part) => fits(part, properties));
  if ('not' in rule) return !fits(rule.not, properties);
  if ('list' in rule || 'segment' in rule || 'event' in rule || 'text' in rule)
    throw new Error('not evaluated here');
  const text = properties[rule.property] || undefined;
  const type = TYPES.get(rule.property);
  const kind = type && kindOf(type);
  const asNumber = (value: string) =>
    /^\s*[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,2})?\s*$/i.test(value)
      ? Number(value)
      : undefined;
  const asTime = (value: string) => {
    if (/^-?\d{1,14}$/.test(value)) return Number(value);
    const day = /^\d{4}-\d\d-\d\d/.exec(value)?.[0];
    if (
      day === undefined ||
      Number.isNaN(Date.parse(day)) ||
      new Date(day).toISOString().slice(0, 10) !== day
    )
      return undefined;
    const time = Date.parse(value.length > 10 && !/(Z|[+-]\d\d:?\d\d)$/.test(value) ? `${value}Z` : value);
    return Number.isNaN(time) ? undefined : time;
  };
  const same = (value: RuleValue) => {
    if (text === undefined) return false;
    const wanted = String(value);
    if (kind === 'number') return asNumber(text) !== undefined && asNumber(text) === asNumber(wanted);
    if (kind === 'time') return asTime(text) !== undefined && asTime(text) === asTime(wanted);
    if (kind === 'option' || kind === 'options') return text === wanted;
    return text.toLowerCase() === wanted.toLowerCase();
  };
  const compare = (bound: number | string, test: (a: number, b: number) => boolean) => {
    if (text === undefined) return false;
    const [a, b] =
      typeof bound === 'number' && kind !== 'time'
        ? [asNumber(text), bound]
        : [asTime(text), asTime(String(bound))];
    return a !== undefined && b !== undefined && test(a, b);
  };
  const within = (days: number) => {
    const time = text === undefined ? undefined : asTime(text);
    return time !== undefined && time >= Date.parse(NOW) - days * DAY;
  };
  if ('is' in rule) return same(rule.is);
  if ('isNot' in rule) return !same(rule.isNot);
  if ('in' in rule) return rule.in.some(same);
  if ('notIn' in rule) return !rule.notIn.some(same);
  if ('known' in rule) return (text !== undefined) === rule.known;
  if ('contains' in rule) {
    if (text === undefined) return false;
    return kind === 'options'
      ? text.split(';').includes(rule.contains)
      : text.toLowerCase().includes(rule.contains.toLowerCase());
  }
  if ('startsWith' in rule) return text?.toLowerCase().startsWith(rule.startsWith.toLowerCase()) ?? false;
  if ('above' in rule) return compare(rule.above, (a, b) => a > b);
  if ('atLeast' in rule) return compare(rule.atLeast, (a, b) => a >= b);
  if ('below' in rule) return compare(rule.below, (a, b) => a < b);
  if ('atMost' in rule) return compare(rule.atMost, (a, b) => a <= b);
  if ('between' in rule)
    return compare(rule.between[0], (a, b) => a >= b) && compare(rule.between[1], (a, b) => a <= b);
  return 'withinDays' in rule ? within(rule.withinDays) : !within(rule.notWithinDays);
}

const names = Object.keys(VALUES) as (keyof typeof VALUES)[];
const anyValue = fc
  .constantFrom(...names)
  .chain((name) => fc.constantFrom(...VALUES[name]))
  .filter((value) => value.trim() !== '');
const bound = fc.oneof(
  fc.constantFrom(10, 9.5, -3, 0, 1000, 1.5e12),
  fc.constantFrom('2026-02-20T10:00:00Z', '2026-02-28', '1990-05-01', '2027-01-01'),
);
const propertyRule = fc.constantFrom(...names, 'unknown_one').chain((property) =>
  fc.oneof(
    anyValue.map((is): Rule => ({ property, is })),
    fc
      .oneof(anyValue, fc.constantFrom<RuleValue>(10, true, 1000))
      .map((isNot): Rule => ({ property, isNot })),
    fc.array(anyValue, { minLength: 1, maxLength: 3 }).map((list): Rule => ({ property, in: list })),
    fc.array(anyValue, { minLength: 1, maxLength: 3 }).map((notIn): Rule => ({ property, notIn })),
    fc.boolean().map((known): Rule => ({ property, known })),
    fc
      .constantFrom('a', '%', '_', '\\', 'tea', '"', "'", 'CHAINGE')
      .map((contains): Rule => ({ property, contains })),
    fc.constantFrom('a', '1', '%', 'tea', 'ch').map((startsWith): Rule => ({ property, startsWith })),
    fc.constantFrom(1, 5, 30, 20_000, 0.5).map((withinDays): Rule => ({ property, withinDays })),
    fc.constantFrom(1, 5, 30).map((notWithinDays): Rule => ({ property, notWithinDays })),
    bound.map((above): Rule => ({ property, above })),
    bound.map((atLeast): Rule => ({ property, atLeast })),
    bound.map((below): Rule => ({ property, below })),
    bound.map((atMost): Rule => ({ property, atMost })),
    fc
      .tuple(fc.constantFrom(-5, 0, 9), fc.constantFrom(9.5, 2000))
      .map((between): Rule => ({ property, between })),
  ),
);
const { rule: anyRule } = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: propertyRule },
    {
      weight: 1,
      arbitrary: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all): Rule => ({ all })),
    },
    {
      weight: 1,
      arbitrary: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any): Rule => ({ any })),
    },
    { weight: 1, arbitrary: tie('rule').map((not): Rule => ({ not })) },
  ),
}));

/** Every value of every property, alone and beside others. */
const RECORDS: readonly Properties[] = [
  {},
  ...names.flatMap((name) => VALUES[name].map((value) => ({ [name]: value }))),
  ...Array.from({ length: 9 }, (_, n) =>
    Object.fromEntries(names.map((name) => [name, VALUES[name][n % VALUES[name].length] ?? ''])),
  ),
];

describe.each(databaseKinds)('rules on %s', (kind) => {
  const opening = testDatabaseOf(kind);
  let db: Database;

  beforeAll(async () => {
    ({ db } = await opening);
    await writeRecords(
      db,
      RECORDS.map((properties, index) => ({
        id: String(index + 1),
        properties,
        updatedAt: '2026-02-01T00:00:00Z',
      })),
      { objectType: 'contacts', readAt: new Date() },
    );
  });
  afterAll(async () => (await opening).drop());

  async function found(rule: Rule, types: ReadonlyMap<string, PropertyType> = TYPES): Promise<number[]> {
    const values: unknown[] = [];
    const condition = compileRule(rule, {
      objectType: 'contacts',
      types,
      now: `timestamptz '${NOW}'`,
      bind: (value) => `$${values.push(value)}`,
    });
    const rows = await db.query<{ id: number; fits: boolean; found: boolean }>(
      `select m.id, (${condition}) is true as fits, m.id in (select m.id from {schema}.mirror_records m where m.object_type = 'contacts' and ${condition}) as found from {schema}.mirror_records m where m.object_type = 'contacts' order by m.id`,
      values,
    );
    for (const row of rows) expect(row.found).toBe(row.fits);
    return rows.filter((row) => row.fits).map(({ id }) => id);
  }

  it('mean the same in SQL as written out', async () => {
    await fc.assert(
      fc.asyncProperty(anyRule, async (rule) => {
        expect(problemsOfRule('rule', rule)).toEqual([]);
        const expected = RECORDS.flatMap((properties, index) => (fits(rule, properties) ? [index + 1] : []));
        expect(await found(rule)).toEqual(expected);
      }),
      { numRuns: kind === 'pglite' ? 60 : 250 },
    );
  });

  it('run without definitions too, and raise for no value', async () => {
    await fc.assert(
      fc.asyncProperty(anyRule, async (rule) => {
        await found(rule, new Map());
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['2026-02-30', null],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2023-02-29', null],
    ['2026-12-31T23:59:59.5Z', '2026-12-31T23:59:59.500Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2026-01-01T00:30:00-0330', '2026-01-01T04:00:00.000Z'],
    ['2026-01-01 10:20', '2026-01-01T10:20:00.000Z'],
    ['1767225600000', '2026-01-01T00:00:00.000Z'],
    ['-86400000', '1969-12-31T00:00:00.000Z'],
    ['2026-1-1', null],
    ['2026-01-01T25:00:00Z', null],
    ['', null],
    ['99999999999999999999', null],
  ])('read %j as the time %j', async (text, expected) => {
    const [row] = await db.query<{ time: Date | null; day: unknown }>(
      'select {schema}.as_time($1) as time, {schema}.as_date($1) as day',
      [text],
    );
    expect(row?.time?.toISOString() ?? null).toBe(expected);
    expect(row?.day === null).toBe(expected === null);
  });

  it('find lists, segments, words and times of the record itself', async () => {
    await db.query(`
      insert into {schema}.mirror_lists (id, name, object_type, processing_type, size, read_at) values (7, 'News', 'contacts', 'MANUAL', 1, now()), (8, 'News', 'companies', 'MANUAL', 1, now());
      insert into {schema}.mirror_memberships values (7, 1, now(), null, now()), (7, 2, now(), now(), now()), (8, 3, now(), null, now());
      insert into {schema}.segments (name, object_type, rule) values ('vips', 'contacts', '{}');
      insert into {schema}.segment_members (segment, record_id) values ('vips', 4)`);
    expect(await found({ list: 'News' })).toEqual([1]);
    expect(await found({ list: '7' })).toEqual([1]);
    expect(await found({ list: 'Other' })).toEqual([]);
    expect(await found({ segment: 'vips' })).toEqual([4]);
    const acme = RECORDS.flatMap(({ company }, index) =>
      company?.toLowerCase() === 'chainge gmbh' ? [index + 1] : [],
    );
    expect(await found({ text: 'GmbH  chainge' })).toEqual(acme);
    expect(await found({ property: 'updatedAt', withinDays: 28 })).toHaveLength(RECORDS.length);
    expect(await found({ property: 'updatedAt', withinDays: 27 })).toEqual([]);
    expect(await found({ property: 'updatedAt', below: '2026-02-01T00:00:01Z' })).toHaveLength(
      RECORDS.length,
    );
    expect(await found({ property: 'createdAt', known: true })).toEqual([]);
  });

  it('count events of the application', async () => {
    await db.query(`
      insert into {schema}.lanes (id, record_key) overriding system value values (1, 'contacts:email:a@example.com');
      insert into {schema}.links (record_key, object_type, hubspot_id) values ('contacts:email:a@example.com', 'contacts', '5');
      insert into {schema}.outbox_events (type, payload, lane_id, occurred_at)
      values ('bought', '{}', 1, '2026-02-27Z'), ('bought', '{}', 1, '2026-01-01Z'), ('left', '{}', 1, '2026-01-01Z')`);
    expect(await found({ event: 'bought' })).toEqual([5]);
    expect(await found({ event: 'bought', atLeast: 2 })).toEqual([5]);
    expect(await found({ event: 'bought', atLeast: 2, withinDays: 30 })).toEqual([]);
    expect(await found({ event: 'bought', withinDays: 30 })).toEqual([5]);
    expect(await found({ event: 'returned' })).toEqual([]);
  });
});
