import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal({
    behaviour: {
      requiredOnCreate: { contacts: ['city'] },
      conditionalRules: [
        { objectType: 'contacts', property: 'country', values: ['Norway'], requires: ['city', 'zip'] },
        { objectType: 'deals', property: 'amount', requires: ['closedate'] },
      ],
    },
  });
});
afterEach(() => portal.simulator.stop());

const rules = async (path: string) =>
  (await portal.call('GET', `/crm/property-validations/2026-09/${path}`)).body.results;

const REQUIRED = { ruleType: 'REQUIRED_ON_CREATE', ruleArguments: [] };
const IN_NORWAY = { ruleType: 'CONDITIONALLY_REQUIRED', ruleArguments: ['country', 'Norway'] };

it('lists the rules of a type by property', async () => {
  expect(await rules('0-1')).toEqual([
    { propertyName: 'city', propertyValidationRules: [REQUIRED, IN_NORWAY] },
    { propertyName: 'zip', propertyValidationRules: [IN_NORWAY] },
  ]);
});

it.each([
  ['0-1/zip', [IN_NORWAY]],
  ['0-1/phone', []],
  ['0-3/closedate', [{ ruleType: 'CONDITIONALLY_REQUIRED', ruleArguments: ['amount'] }]],
])('shows those of one property: %s', async (path, expected) => {
  expect(await rules(path)).toEqual(expected);
});
