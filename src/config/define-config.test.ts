import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { SpokeError } from '../errors.ts';
import { contactForm } from '../mapping/forms/presets.ts';
import { contactByEmail } from '../mapping/record-refs.ts';
import {
  type ConfigProblem,
  defineConfig,
  defineEvent,
  type EventDefinitions,
  type EventTypes,
  isSpokeConfig,
  type PayloadOf,
} from './define-config.ts';

const signedUp = defineEvent({
  payload: z.object({ email: z.string(), at: z.coerce.date().default(new Date(0)) }),
  aliases: ['user_signup'],
  record: (payload) => {
    expectTypeOf(payload).toEqualTypeOf<{ email: string; at: Date }>();
    return contactByEmail(payload.email);
  },
  effects: () => [],
});
const redeemed = defineEvent({
  payload: z.object({ email: z.string(), amount: z.number() }),
  record: ({ email }) => contactByEmail(email),
  effects: (payload) => {
    expectTypeOf(payload.amount).toEqualTypeOf<number>();
    return [];
  },
});

function problemsOf(events: unknown, others: object = {}): readonly ConfigProblem[] {
  try {
    defineConfig({ events: events as EventDefinitions, ...others });
  } catch (error) {
    if (error instanceof SpokeError && error.code === 'CONFIG_INVALID')
      return error.facts.problems as ConfigProblem[];
    throw error;
  }
  return [];
}

describe('types', () => {
  const config = defineConfig({ events: { signed_up: signedUp, redeemed } });
  type Config = typeof config;

  test('track takes the names of the events and their aliases', () => {
    expectTypeOf<EventTypes<Config>>().toEqualTypeOf<'signed_up' | 'user_signup' | 'redeemed'>();
  });

  test('the payload is what goes into the schema', () => {
    expectTypeOf<PayloadOf<Config, 'redeemed'>>().toEqualTypeOf<{ email: string; amount: number }>();
    expectTypeOf<PayloadOf<Config, 'signed_up'>['email']>().toEqualTypeOf<string>();
    expectTypeOf<PayloadOf<Config, 'user_signup'>>().toEqualTypeOf<PayloadOf<Config, 'signed_up'>>();
  });
});

describe('defineConfig', () => {
  test('refuses segments that count events which nobody records', () => {
    const counting = (event: string) => ({
      mirror: {
        objects: { contacts: {} },
        segments: { busy: { rule: { all: [{ not: { event } }, { property: 'email', known: true }] } } },
      },
      forms: { contact: contactForm() },
    });
    for (const event of ['signed_up', 'user_signup', 'form.contact', 'upload.profiled', 'spoke.effects'])
      expect(problemsOf({ signed_up: signedUp }, counting(event)), event).toEqual([]);
    expect(problemsOf({ signed_up: signedUp }, counting('sign_up'))).toEqual([
      {
        name: 'mirror.segments.busy.rule',
        message:
          'There is no event sign_up: name it under events, or as an alias of what it is called now. Did you mean signed_up?',
      },
    ]);
  });

  test('marks what it has checked', () => {
    expect(isSpokeConfig(defineConfig({ events: { redeemed } }))).toBe(true);
    expect(isSpokeConfig({ events: { redeemed } })).toBe(false);
    expect(isSpokeConfig(undefined)).toBe(false);
  });

  test.each(['1st', 'sign up', '', 'x'.repeat(101), 'é'])('refuses the event name %j', (name) => {
    expect(problemsOf({ [name]: redeemed })).toMatchObject([{ name: `events.${name}` }]);
  });

  test('keeps the names that begin with spoke. for itself', () => {
    const message = expect.stringContaining('take another');
    expect(problemsOf({ 'spoke.effects': redeemed })).toEqual([{ name: 'events.spoke.effects', message }]);
    expect(problemsOf({ redeemed: { ...redeemed, aliases: ['spoke.x'] } })).toEqual([
      { name: 'events.redeemed.aliases', message },
    ]);
    expect(problemsOf({ redeemed }, { running: { 'spoke.x': 'count' } })).toEqual([
      { name: 'running.spoke.x', message },
    ]);
  });

  test('suggests the nearest key', () => {
    expect(problemsOf({ redeemed: { ...redeemed, alias: ['x'] } })).toEqual([
      { name: 'events.redeemed', message: 'alias is not a known key. Did you mean aliases?' },
    ]);
    expect(problemsOf({ redeemed }, { evnts: {} })).toEqual([
      { name: 'config', message: 'evnts is not a known key. Did you mean events?' },
    ]);
  });

  test('refuses an alias that is an event or the alias of another', () => {
    const other = { ...redeemed, aliases: ['user_signup', 'signed_up', 'not a name'] };
    expect(problemsOf({ signed_up: signedUp, redeemed: other }).map(({ message }) => message)).toEqual([
      'user_signup is already an alias of signed_up.',
      'signed_up is already the name of an event.',
      '"not a name" is not a valid event name.',
    ]);
  });

  test('reports everything at once', () => {
    const names = problemsOf({ a: {}, b: null, redeemed: { ...redeemed, priority: 2 } }).map(
      ({ name }) => name,
    );
    expect(names).toEqual([
      'events.a.payload',
      'events.a.record',
      'events.a.effects',
      'events.b',
      'events.redeemed.priority',
    ]);
  });

  test.each([[undefined], [null], [[]], [{}]])('refuses %j as events', (events) => {
    expect(problemsOf(events)).toMatchObject([{ name: 'events' }]);
  });
});
