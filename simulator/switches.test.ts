import { expect, it } from 'vitest';
import { readSwitch, SWITCH_NAMES } from './switches.ts';

it.each([
  ['shuffleResults', 'false', false],
  ['archiveUnknownId', '404', '404'],
  ['retryAfterSeconds', '5', 5],
  ['defaultLifecycleStage', 'lead', 'lead'],
  ['searchLag', '250', 250],
  ['requiredOnCreate', '{"contacts":["city"]}', { contacts: ['city'] }],
])('%s=%s is read as %j', (name, text, value) => {
  expect(SWITCH_NAMES).toContain(name);
  expect(readSwitch(name, text)).toEqual({ [name]: value });
});

it.each([
  ['mergedId', 'old', 'mergedId'],
  ['shuffleResults', 'yes', 'shuffleResults'],
  ['nothing', '1', 'nothing'],
])('%s=%s is refused and named', (name, text, message) => {
  expect(() => readSwitch(name, text)).toThrow(message);
});
