import { expect, test } from 'vitest';
import { createTracker, type TrackerOptions } from './track.ts';

const RECORDED = { receipt: '{"status":"recorded","id":7}' };

/** A handle that answers each statement with the next of `answers` (an Error is thrown), the last one again and again. */
function scripted(...answers: unknown[]) {
  const statements: string[] = [];
  return {
    statements,
    async query(text: string) {
      statements.push(text);
      const answer = answers[Math.min(statements.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return { rows: [answer] };
    },
  };
}

function setup(options: Partial<TrackerOptions> = {}) {
  const lines: { fields: Record<string, unknown>; message: string }[] = [];
  const counts: Record<string, number> = {};
  const time = { now: 0 };
  const tracker = createTracker({
    log: {
      error: (fields: object, message?: string) =>
        lines.push({ fields: { ...fields }, message: message ?? '' }),
    },
    counter: {
      inc({ status, code }) {
        const label = `${status} ${code}`.trim();
        counts[label] = (counts[label] ?? 0) + 1;
      },
    },
    clock: { monotonic: () => time.now },
    ...options,
  });
  return { tracker, lines, counts, time };
}

test('looks for the function once for each kind of handle, then takes one round trip an event', async () => {
  const { tracker } = setup();
  const first = scripted({ state: 'ready' }, RECORDED);
  const second = scripted(RECORDED);
  await tracker.track(first, 'a', {});
  await tracker.track(first, 'a', {});
  expect(await tracker.track(second, 'a', {})).toEqual({ status: 'recorded', id: 7 });
  expect([first.statements.length, second.statements.length]).toEqual([3, 1]);
  expect(second.statements[0]).toContain('"spoke".track_receipt(');
});

test('sends nothing but the look while the function is not there', async () => {
  const { tracker } = setup();
  const handle = scripted({ state: 'no_function' }, { state: 'no_function' }, { state: 'ready' }, RECORDED);
  expect(await tracker.track(handle, 'a', {})).toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
  expect(await tracker.track(handle, 'a', {})).toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
  expect(await tracker.track(handle, 'a', {})).toEqual({ status: 'recorded', id: 7 });
  expect(handle.statements).toHaveLength(4);
});

test('looks again after the function vanished', async () => {
  const { tracker } = setup();
  const gone = Object.assign(new Error('function does not exist'), { code: '42883' });
  const handle = scripted({ state: 'ready' }, gone, { state: 'no_function' });
  expect(await tracker.track(handle, 'a', {})).toMatchObject({
    code: 'OUTBOX_NOT_INSTALLED',
    sqlstate: '42883',
  });
  expect(await tracker.track(handle, 'a', {})).toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
  expect(handle.statements[2]).toBe(handle.statements[0]);
});

test('refuses an event that no database could take before any statement', async () => {
  const { tracker } = setup({ types: { names: ['order_placed'] } });
  const handle = scripted();
  expect(await tracker.track(handle, 'order_place', {})).toMatchObject({
    code: 'EVENT_TYPE_UNKNOWN',
    message: expect.stringContaining('Did you mean order_placed?'),
  });
  expect(await tracker.track(handle, 'order_placed', { n: 1n })).toMatchObject({
    code: 'OUTBOX_PAYLOAD_INVALID',
  });
  expect(handle.statements).toEqual([]);
});

test.each([
  ['a handle of no known kind', {}, 'OUTBOX_HANDLE_UNKNOWN'],
  ['no handle', undefined, 'OUTBOX_HANDLE_UNKNOWN'],
  [
    'a handle that throws at once',
    {
      query() {
        throw new Error('no');
      },
    },
    'OUTBOX_UNAVAILABLE',
  ],
  ['a handle whose promise rejects with nothing', { query: () => Promise.reject() }, 'OUTBOX_UNAVAILABLE'],
  ['a handle that answers nothing', { query: async () => undefined }, 'OUTBOX_UNAVAILABLE'],
  [
    'a handle that throws at every look',
    new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    ),
    'OUTBOX_UNAVAILABLE',
  ],
  ['a receipt that is no JSON', scripted({ state: 'ready' }, { receipt: 'x' }), 'OUTBOX_UNAVAILABLE'],
  ['a receipt of another shape', scripted({ state: 'ready' }, { receipt: '{}' }), 'OUTBOX_UNAVAILABLE'],
])('returns a refusal for %s', async (_, handle, code) => {
  const { tracker, counts } = setup();
  expect(await tracker.track(handle, 'a', {})).toMatchObject({ status: 'refused', code });
  expect(counts).toEqual({ [`refused ${code}`]: 1 });
});

test('returns a refusal for options that are null', async () => {
  const { tracker } = setup();
  const options = null as unknown as undefined;
  expect(await tracker.track(scripted(), 'a', {}, options)).toMatchObject({ status: 'refused' });
});

test('logs each code once a minute, with the number of refusals not logged, and counts them all', async () => {
  const { tracker, lines, counts, time } = setup();
  const handle = scripted();
  for (const now of [0, 1, 59_999]) {
    time.now = now;
    await tracker.track(handle, 'order_placed', []);
  }
  await tracker.track(handle, '?', {});
  expect(lines.map(({ fields }) => [fields.code, fields.unlogged])).toEqual([
    ['OUTBOX_PAYLOAD_INVALID', 0],
    ['OUTBOX_TYPE_INVALID', 0],
  ]);
  time.now = 60_000;
  await tracker.track(handle, 'order_placed', []);
  expect(lines[2]?.fields).toEqual({ code: 'OUTBOX_PAYLOAD_INVALID', type: 'order_placed', unlogged: 2 });
  expect(counts).toEqual({ 'refused OUTBOX_PAYLOAD_INVALID': 4, 'refused OUTBOX_TYPE_INVALID': 1 });
});

test('puts nothing of the payload or the keys into the log', async () => {
  const conflict = {
    receipt: JSON.stringify({
      status: 'refused',
      code: 'OUTBOX_IDEMPOTENCY_CONFLICT',
      message: 'The key is taken.',
      id: 3,
      known: { email: 'ada@example.com' },
      given: { email: 'grace@example.com' },
    }),
  };
  const { tracker, lines } = setup();
  const receipt = await tracker.track(scripted({ state: 'ready' }, conflict), 'a', {
    email: 'grace@example.com',
  });
  expect(receipt).toMatchObject({ conflict: { id: 3, known: { email: 'ada@example.com' } } });
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('example.com');
});

test('counts what was recorded and repeated', async () => {
  const { tracker, counts, lines } = setup();
  const repeated = { receipt: '{"status":"repeated","id":7}' };
  const handle = scripted({ state: 'ready' }, RECORDED, repeated);
  await tracker.track(handle, 'a', {});
  expect(await tracker.track(handle, 'a', {})).toEqual({ status: 'repeated', id: 7 });
  expect(counts).toEqual({ recorded: 1, repeated: 1 });
  expect(lines).toEqual([]);
});

test('goes on when the logger and the counter throw', async () => {
  const fail = () => {
    throw new Error('disk full');
  };
  const { tracker } = setup({ log: { error: fail }, counter: { inc: fail } });
  expect(await tracker.track(scripted(), 'a', [])).toMatchObject({ code: 'OUTBOX_PAYLOAD_INVALID' });
});

test('strict throws the refusal with its code and cause, counted but not logged', async () => {
  const { tracker, lines, counts } = setup({ strict: true });
  const lost = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
  await expect(tracker.track(scripted(lost), 'a', {})).rejects.toMatchObject({
    name: 'SpokeError',
    code: 'OUTBOX_UNAVAILABLE',
    cause: lost,
  });
  await expect(tracker.track(scripted(), 'a', [])).rejects.toMatchObject({ code: 'OUTBOX_PAYLOAD_INVALID' });
  expect(lines).toEqual([]);
  expect(counts).toEqual({ 'refused OUTBOX_UNAVAILABLE': 1, 'refused OUTBOX_PAYLOAD_INVALID': 1 });
});

test('strict can be set for one event', async () => {
  const { tracker } = setup();
  await expect(tracker.track(scripted(), 'a', [], { strict: true })).rejects.toThrow('is an array');
  const { tracker: strict } = setup({ strict: true });
  expect(await strict.track(scripted(), 'a', [], { strict: false })).toMatchObject({ status: 'refused' });
});

test('refuses a schema name that is none when the tracker is made', () => {
  expect(() => setup({ schema: 'spoke"; drop table' })).toThrow('cannot be used');
});
