import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeFailure, describeIssues } from './refusal.ts';

function issuesOf(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  return error ? describeIssues(error) : '';
}

test('names nested fields and list positions', () => {
  const schema = z.object({ items: z.array(z.object({ sku: z.string() })) });
  expect(issuesOf(schema, { items: [{ sku: 'a' }, {}] })).toMatch(/^items\.1\.sku: /);
});

test('hides keys that are data, such as addresses', () => {
  const text = issuesOf(z.record(z.string(), z.number()), { 'ada@example.com': 'x' });
  expect(text).toMatch(/^\(unnamed\): /);
  const strict = issuesOf(z.strictObject({}), { 'ada@example.com': 1, typo: 2 });
  expect(strict).toBe('payload: Unknown keys (unnamed), typo.');
});

test('lists five issues and counts the rest', () => {
  const schema = z.object(Object.fromEntries('abcdefgh'.split('').map((name) => [name, z.string()])));
  expect(issuesOf(schema, {})).toMatch(/e: .*; and 3 more\.$/);
});

test('blots out nested values, the longest first', () => {
  const error = new Error('ada@example.com or ada did 12345');
  const payload = { people: [{ email: 'ada@example.com', name: 'ada' }], id: 12_345 };
  expect(describeFailure(error, payload)).toMatch(/^Error: … or … did … /);
});

test('keeps the message of an engine error, which names code', () => {
  expect(
    describeFailure(new TypeError("Cannot read properties of undefined (reading 'name')"), { a: 'name' }),
  ).toMatch(/reading 'name'/);
});

test('says so when something else than an Error was thrown', () => {
  expect(describeFailure('ada@example.com', {})).toBe('something else than an Error (string).');
});

test('ends on a circular payload', () => {
  const payload: Record<string, unknown> = { name: 'ada' };
  payload.self = payload;
  expect(describeFailure(new Error('ada'), payload)).toMatch(/^Error: …/);
});
