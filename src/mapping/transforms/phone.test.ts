import fc from 'fast-check';
import { expect, test } from 'vitest';
import { phoneNumber } from './phone.ts';

test.each<[string | null, string | undefined, string | undefined, boolean?]>([
  ['(415) 555-2671', 'US', '+14155552671', true],
  ['(415) 555-2671', undefined, '(415) 555-2671', false],
  ['+81 3-3224-9999 ext. 12', undefined, '+81332249999 ext. 12', true],
  ['+1-800-FLOWERS', 'US', '+1-800-FLOWERS', false],
  ['0044 20 7946 0018', 'DE', '+442079460018', true],
  ['0044 20 7946 0018', undefined, '0044 20 7946 0018', false],
  ['+34 612 345 678', 'US', '+34612345678', true],
  ['１２３-４５６-７８９０', 'US', '１２３-４５６-７８９０', false],
  ['０３０ ９０１８２０', 'DE', '+4930901820', true],
  ['06-12345678', 'NL', '+31612345678', true],
  ['06-12345678', 'Narnia', '06-12345678', false],
  ['+49 (0)30 901820', 'DE', '+4930901820', true],
  ['+999 12345', 'DE', '+999 12345', false],
  ['++++', 'DE', '++++', false],
  ['n/a', 'DE', 'n/a', false],
  ['555', 'US', '555', false],
  ['call\nme', 'US', 'call me', false],
  ['1'.repeat(500), 'US', '1'.repeat(100), false],
  ['', 'US', undefined],
  [' ', 'US', undefined],
  [null, 'US', undefined],
])('%j with the hint %j is %j, valid: %j', (given, country, phone, valid) => {
  expect(phoneNumber(given, country)).toEqual(phone === undefined ? undefined : { phone, valid });
});

test('what was typed is never dropped, and a valid number stays what it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('DE', 'US', 'JP', undefined),
      (given, country) => {
        const once = phoneNumber(given, country);
        if (once?.valid) expect(phoneNumber(once.phone, country)).toEqual(once);
        else if (given.replace(/[\p{C}\s]/gu, '') !== '') expect(once?.phone).not.toBe('');
      },
    ),
  );
});
