import { describe, expect, test } from 'vitest';
import { contactBy, contactByEmail } from './record-refs.ts';
import { upsertContact } from './upserts.ts';

const ada = contactByEmail('ada@example.com');

describe('contactByEmail', () => {
  test('names one person in one way', () => {
    expect(contactByEmail(' ADA@Example.com')).toEqual({
      objectType: 'contacts',
      idProperty: 'email',
      id: 'ada@example.com',
    });
  });

  test('refuses an unusable address with its flaw and without the address', () => {
    const build = () => contactByEmail('ada@@example.com');
    expect(build).toThrow(expect.objectContaining({ code: 'EMAIL_UNUSABLE', facts: { flaw: 'several-at' } }));
    expect(build).not.toThrow(/ada/);
  });
});

describe('contactBy', () => {
  test.each([
    ['u-1', 'u-1'],
    [' u-1 ', 'u-1'],
    [17, '17'],
    [9_007_199_254_740_993n, '9007199254740993'],
  ])('takes %s as id', (value, id) => {
    expect(contactBy('app_user_id', value)).toEqual({
      objectType: 'contacts',
      idProperty: 'app_user_id',
      id,
    });
  });

  test('treats email like contactByEmail', () => {
    expect(contactBy('email', 'ADA@example.com')).toEqual(ada);
  });

  test.each([[''], ['  '], [null], [undefined], [1.5], [2 ** 53], ['a\nb'], ['x'.repeat(256)], ['\uD800']])(
    'refuses %j',
    (value) => {
      expect(() => contactBy('app_user_id', value)).toThrow(
        expect.objectContaining({ code: 'RECORD_ID_UNUSABLE' }),
      );
    },
  );
});

describe('upsertContact', () => {
  test('leaves out what is undefined, clears what is null and sets the rest', () => {
    const { properties } = upsertContact(ada, {
      firstname: 'Ada',
      phone: null,
      company: undefined,
      score: 3,
    });
    expect(properties).toEqual({ firstname: 'Ada', phone: '', score: '3' });
  });

  test('does not send the address that identifies the contact', () => {
    expect(upsertContact(ada, { email: ' ADA@example.com' }).properties).toEqual({});
  });

  test('refuses another address than the one that identifies the contact', () => {
    expect(() => upsertContact(ada, { email: 'grace@example.com' })).toThrow(
      expect.objectContaining({ code: 'PROPERTY_VALUE_UNUSABLE' }),
    );
  });

  test('sends a normalised address for a contact with another id', () => {
    const contact = contactBy('app_user_id', 'u-1');
    expect(upsertContact(contact, { email: ' ADA@example.com' }).properties).toEqual({
      email: 'ada@example.com',
    });
  });

  test('refuses an unusable address for a contact with another id', () => {
    expect(() => upsertContact(contactBy('app_user_id', 'u-1'), { email: 'ada' })).toThrow(
      expect.objectContaining({ code: 'EMAIL_UNUSABLE' }),
    );
  });
});
