import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineConfig, defineEvent } from '../config/define-config.ts';
import { checkSamples } from './check-samples.ts';
import type { EffectDraft, RecordRef } from './effects.ts';
import { createMapper, type PlannedEvent } from './mapper.ts';
import { note } from './note.ts';
import { contactByEmail } from './record-refs.ts';
import { upsertContact } from './upserts.ts';

const occurredAt = new Date('2026-10-01T09:00:00Z');
const person = z.object({ email: z.string(), plan: z.string().default('free') });

function setup(
  effects: (payload: { email: string; plan: string }) => readonly EffectDraft[] = upsertAndNote,
) {
  const signed_up = defineEvent({
    payload: person,
    aliases: ['user_signup'],
    record: ({ email }) => contactByEmail(email),
    effects,
  });
  const mapper = createMapper(defineConfig({ events: { signed_up } }), { ownerId: '7' });
  const event = (change: Partial<PlannedEvent> = {}): PlannedEvent => ({
    id: 1,
    type: 'signed_up',
    payload: { email: 'Ada@example.com' },
    occurredAt,
    ...change,
  });
  return { mapper, event };
}

function upsertAndNote({ email, plan }: { email: string; plan: string }): EffectDraft[] {
  const contact = contactByEmail(email);
  return [upsertContact(contact, { plan }), note(contact, { title: 'Signed up' })];
}

describe('route', () => {
  test('gives the key of the record, the same for every spelling', () => {
    const { mapper, event } = setup();
    const key = { ok: true, recordKey: 'contacts:email:ada@example.com' };
    expect(mapper.route(event())).toEqual(key);
    expect(mapper.route(event({ payload: { email: ' ADA@EXAMPLE.COM' } }))).toEqual(key);
  });

  test('takes an alias for its event', () => {
    const { mapper, event } = setup();
    expect(mapper.route(event({ type: 'user_signup' })).ok).toBe(true);
  });

  test('keeps the key that the producer gave', () => {
    const { mapper, event } = setup();
    expect(mapper.route({ ...event(), recordKey: 'driver:17' })).toEqual({
      ok: true,
      recordKey: 'driver:17',
    });
  });

  test('refuses a wrong payload although the producer gave a key', () => {
    const { mapper, event } = setup();
    expect(mapper.route({ ...event({ payload: {} }), recordKey: 'driver:17' })).toMatchObject({
      code: 'EVENT_PAYLOAD_INVALID',
    });
  });

  test('suggests the nearest name for an unknown type', () => {
    const { mapper, event } = setup();
    expect(mapper.route(event({ type: 'signd_up' }))).toEqual({
      ok: false,
      code: 'EVENT_TYPE_UNKNOWN',
      message: 'The config defines no event "signd_up". Did you mean signed_up?',
    });
  });

  test('lists what is known where nothing is near', () => {
    const { mapper, event } = setup();
    expect(mapper.route(event({ type: 'toString' }))).toMatchObject({
      code: 'EVENT_TYPE_UNKNOWN',
      message: expect.stringContaining('signed_up, user_signup'),
    });
  });

  test('names the field of a wrong payload and never its value', () => {
    const { mapper, event } = setup();
    const route = mapper.route(event({ payload: { email: 'ada@example.com', plan: 12_345 } }));
    expect(route).toMatchObject({ code: 'EVENT_PAYLOAD_INVALID', message: expect.stringContaining('plan:') });
    expect(JSON.stringify(route)).not.toMatch(/ada@|12345/);
  });

  test('refuses an unusable address with its own code', () => {
    const { mapper, event } = setup();
    expect(mapper.route(event({ payload: { email: 'ada' } }))).toMatchObject({
      ok: false,
      code: 'EMAIL_UNUSABLE',
    });
  });

  test.each([[null], ['text'], [[]], [undefined]])('refuses the payload %j', (payload) => {
    const { mapper, event } = setup();
    expect(mapper.route(event({ payload }))).toMatchObject({ code: 'EVENT_PAYLOAD_INVALID' });
  });

  test('refuses what is no record', () => {
    const broken = defineEvent({
      payload: person,
      record: () => ({ id: '1' }) as unknown as RecordRef,
      effects: () => [],
    });
    const mapper = createMapper(defineConfig({ events: { broken } }));
    expect(mapper.route({ type: 'broken', payload: { email: 'x' } })).toMatchObject({
      code: 'EVENT_MAPPING_FAILED',
      message: expect.stringContaining('record of broken'),
    });
  });

  test('refuses an event whose schema throws', () => {
    const broken = defineEvent({
      payload: person.transform(() => {
        throw new RangeError('Invalid time value');
      }),
      record: () => contactByEmail('ada@example.com'),
      effects: () => [],
    });
    const mapper = createMapper(defineConfig({ events: { broken } }));
    expect(mapper.route({ type: 'broken', payload: { email: 'x' } })).toMatchObject({
      code: 'EVENT_MAPPING_FAILED',
      message: expect.stringContaining('RangeError: Invalid time value'),
    });
  });
});

describe('plan', () => {
  test('gives the effects with time and owner filled in and defaults applied', () => {
    const { mapper, event } = setup();
    const record = contactByEmail('ada@example.com');
    expect(mapper.plan(event())).toEqual({
      ok: true,
      record,
      effects: [
        { kind: 'contact.upsert', record, properties: { plan: 'free' } },
        {
          kind: 'activity.create',
          record,
          body: '<p><strong>Signed up</strong></p>',
          occurredAt,
          ownerId: '7',
        },
      ],
      running: {},
    });
  });

  test('leaves time and owner that the mapping gave', () => {
    const at = new Date(0);
    const { mapper, event } = setup(({ email }) => [
      note(contactByEmail(email), { text: 'x', at, ownerId: '9' }),
    ]);
    expect(mapper.plan(event())).toMatchObject({ effects: [{ occurredAt: at, ownerId: '9' }] });
  });

  test('tells the mapping id, name and time of the event, the name also under an alias', () => {
    const seen: unknown[] = [];
    const event = defineEvent({
      payload: person,
      aliases: ['old'],
      record: ({ email }) => contactByEmail(email),
      effects: (_, context) => {
        seen.push(context);
        return [];
      },
    });
    const mapper = createMapper(defineConfig({ events: { fresh: event } }));
    mapper.plan({ id: 5, type: 'old', payload: { email: 'ada@example.com' }, occurredAt });
    expect(seen).toEqual([{ eventId: '5', type: 'fresh', occurredAt, running: {} }]);
  });

  test('takes effects on other records', () => {
    const { mapper, event } = setup(() => [upsertContact(contactByEmail('grace@example.com'))]);
    expect(mapper.plan(event())).toMatchObject({
      ok: true,
      record: { id: 'ada@example.com' },
      effects: [{ record: { id: 'grace@example.com' } }],
    });
  });

  test.each([
    [() => undefined, /no list/],
    [() => [undefined], /position 1/],
    [() => [{ kind: 'deal.upsert' }], /position 1/],
  ])('refuses what is no list of effects (%s)', (effects, why) => {
    const { mapper, event } = setup(effects as unknown as () => EffectDraft[]);
    expect(mapper.plan(event())).toMatchObject({
      code: 'EVENT_MAPPING_FAILED',
      message: expect.stringMatching(why),
    });
  });

  test('turns a thrown error into a refusal that names the place and hides the values', () => {
    const { mapper, event } = setup(({ email }) => {
      throw new Error(`no plan for ${email}`);
    });
    expect(mapper.plan(event())).toMatchObject({
      code: 'EVENT_MAPPING_FAILED',
      message: expect.stringMatching(
        /^effects of signed_up threw Error: no plan for … \(mapper\.test\.ts:\d+\)\.$/,
      ),
    });
  });

  test('hides the text that a syntax error quotes', () => {
    const { mapper, event } = setup(({ plan }) => JSON.parse(plan));
    const plan = mapper.plan(event({ payload: { email: 'ada@example.com', plan: 'secret words' } }));
    expect(plan).toMatchObject({ code: 'EVENT_MAPPING_FAILED' });
    expect(JSON.stringify(plan)).not.toMatch(/secret|words/);
  });

  test('keeps the code of a builder that refused', () => {
    const { mapper, event } = setup(({ email }) => [upsertContact(contactByEmail(email), { n: Number.NaN })]);
    expect(mapper.plan(event())).toMatchObject({ code: 'PROPERTY_VALUE_UNUSABLE' });
  });
});

describe('checkSamples', () => {
  const config = (sample: { email: string } | undefined) =>
    defineConfig({
      events: {
        signed_up: defineEvent({
          payload: person,
          record: ({ email }) => contactByEmail(email),
          effects: upsertAndNote,
          ...(sample ? { sample } : {}),
        }),
      },
    });

  test('finds nothing wrong with a good sample or none', () => {
    expect(checkSamples(config({ email: 'ada@example.com' }))).toEqual([]);
    expect(checkSamples(config(undefined))).toEqual([]);
  });

  test('reports a sample that would be refused', () => {
    expect(checkSamples(config({ email: 'ada' }))).toEqual([
      { name: 'events.signed_up.sample', message: expect.stringContaining('EMAIL_UNUSABLE') },
    ]);
  });
});

test('what an event adds may come of its time', () => {
  const config = defineConfig({
    running: { last_seen: 'last' },
    events: {
      seen: defineEvent({
        payload: z.object({ email: z.string() }),
        record: ({ email }) => contactByEmail(email),
        adds: (_, { occurredAt, type, eventId }) => ({
          last_seen: `${type} ${eventId} ${occurredAt.toISOString()}`,
        }),
        effects: (_, { running }) => [upsertContact(contactByEmail('ada@example.com'), running)],
        aliases: ['looked'],
      }),
    },
  });
  const event = { id: 7, type: 'looked', payload: { email: 'ada@example.com' }, occurredAt: new Date(0) };
  expect(createMapper(config).plan(event)).toMatchObject({
    effects: [{ properties: { last_seen: 'seen 7 1970-01-01T00:00:00.000Z' } }],
  });
});
