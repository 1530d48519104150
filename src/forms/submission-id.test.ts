import { expect, it } from 'vitest';
import { submissionId } from './submission-id.ts';

const ID = '7f9c24e8-3b12-4fef-91e0-56a2d5a2c1b3';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[48][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it('is the one of the body, then that of the header, in lower case', () => {
  expect(submissionId('contact', { id: ID.toUpperCase(), key: 'x' })).toBe(ID);
  expect(submissionId('contact', { id: undefined, key: `"${ID}"` })).toBe(ID);
});

it('of another key is the same for the same form and key', () => {
  const of = (form: string, key: string) => submissionId(form, { id: undefined, key });
  expect(of('contact', 'order 1')).toMatch(UUID);
  expect(of('contact', 'order 1')).toBe(of('contact', 'order 1'));
  expect(of('contact', 'order 1')).not.toBe(of('contact', 'order 2'));
  expect(of('contact', 'order 1')).not.toBe(of('demo', 'order 1'));
});

it('is none without either', () => {
  expect(submissionId('contact', { id: '', key: undefined })).toBeUndefined();
});

it.each<[unknown, string | undefined]>([
  ['x', undefined],
  [17, undefined],
  [[ID], undefined],
  [`${ID}'`, undefined],
  [undefined, ''],
  [undefined, 'x'.repeat(256)],
])('is refused for %j and the key %j', (id, key) => {
  expect(() => submissionId('contact', { id, key })).toThrow(/Correct (_id|idempotency-key)/);
});
