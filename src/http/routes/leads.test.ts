import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig, defineEvent } from '../../config/define-config.ts';
import { contactByEmail } from '../../mapping/index.ts';
import { leadTypesOf } from './leads.ts';

const event = (...aliases: string[]) =>
  defineEvent({
    payload: z.object({ email: z.string() }),
    record: ({ email }) => contactByEmail(email),
    effects: () => [],
    aliases,
  });

it('takes the events whose name begins with lead, with their aliases', () => {
  const config = defineConfig({
    events: { lead_created: event('new_lead'), LeadChanged: event(), order: event() },
  });
  expect(leadTypesOf(config)).toEqual(['lead_created', 'new_lead', 'LeadChanged']);
});

it('takes those that the config names instead', () => {
  const config = defineConfig({
    events: { lead_created: event(), order: event('sale') },
    leadTypes: ['order'],
  });
  expect(leadTypesOf(config)).toEqual(['order', 'sale']);
});

it('takes none where there are none', () => {
  expect(leadTypesOf(defineConfig({ events: { order: event() } }))).toEqual([]);
});

it('a name that is no event is a problem of the config', () => {
  expect(() => defineConfig({ events: { order: event() }, leadTypes: ['ordr'] })).toThrow(
    'Did you mean order?',
  );
});
