import { expect, test } from 'vitest';
import { parseLine } from './import-line.ts';

test('reads every key of a line', () => {
  const line = {
    type: 'lead_created',
    payload: { email: 'ada@example.com' },
    idempotencyKey: 'lead-1',
    recordKey: 'contacts:email:ada@example.com',
    occurredAt: '2026-01-31T12:00:00.5+01:00',
    priority: 'bulk',
  };
  expect(parseLine(JSON.stringify(line))).toEqual({
    ok: true,
    type: 'lead_created',
    payload: { email: 'ada@example.com' },
    options: {
      idempotencyKey: 'lead-1',
      recordKey: 'contacts:email:ada@example.com',
      occurredAt: new Date('2026-01-31T11:00:00.500Z'),
      priority: 'bulk',
    },
  });
});

test('takes null for a key that may be absent', () => {
  const line =
    '{"type":"a","payload":{},"idempotencyKey":null,"recordKey":null,"occurredAt":null,"priority":null}';
  expect(parseLine(line)).toMatchObject({ ok: true, type: 'a' });
});

test.each([
  ['{"type":', 'not JSON'],
  ['{"type":"a" "payload":{}}', 'not JSON (character 13)'],
  ['[]', 'no object'],
  ['null', 'no object'],
  ['"text"', 'no object'],
  ['{"type":"a","payload":{},"idempotencykey":"x"}', 'Did you mean idempotencyKey?'],
  ['{"type":"a","payload":{},"zzzzzzzz":1}', 'Known: type, payload'],
  ['{"payload":{}}', '"type" is missing'],
  ['{"type":1,"payload":{}}', '"type" is missing or no text'],
  ['{"type":"a"}', '"payload" is missing'],
  ['{"type":"a","payload":{},"idempotencyKey":1}', '"idempotencyKey" holds no text'],
  ['{"type":"a","payload":{},"recordKey":1}', '"recordKey" holds no text'],
  ['{"type":"a","payload":{},"priority":"urgent"}', 'none of interactive, normal, bulk'],
  ['{"type":"a","payload":{},"priority":"toString"}', 'none of interactive, normal, bulk'],
  ['{"type":"a","payload":{},"occurredAt":1760000000}', 'holds no date'],
  ['{"type":"a","payload":{},"occurredAt":"2026-01-31T12:00:00"}', 'without zone'],
  ['{"type":"a","payload":{},"occurredAt":"2026-02-31"}', 'holds no date'],
  ['{"type":"a","payload":{},"occurredAt":"2026-01-31T25:00:00Z"}', 'holds no date'],
])('refuses %s', (line, reason) => {
  const parsed = parseLine(line);
  expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining(reason) });
});

test('never repeats a value of the line in its reason', () => {
  const parsed = parseLine('{"type":"a","payload":{"email":"ada@example.com"}');
  expect(JSON.stringify(parsed)).not.toContain('ada');
});
