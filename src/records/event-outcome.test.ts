import { expect, it } from 'vitest';
import { createMapper } from '../mapping/mapper.ts';
import { eventOutcome } from './event-outcome.ts';

const EVENT = { state: 'pending', code: null, message: null, key: 'contacts:email:a@example.com' };
const LATER = { ...EVENT, type: null, payload: null };
const FIRST = {
  ...EVENT,
  type: 'spoke.effects',
  payload: {
    record: { objectType: 'contacts', idProperty: 'email', id: 'a@example.com' },
    effects: [
      {
        kind: 'association.create',
        record: { objectType: 'contacts', idProperty: 'email', id: 'a@example.com' },
        to: { objectType: 'deals', idProperty: 'order_id', id: 'o-1' },
      },
    ],
  },
};

/** A handle that gives these answers, the last one again and again, and a clock that its sleeps move on. */
function setup(...answers: object[]) {
  let now = 0;
  const sleeps: number[] = [];
  const asked: (readonly unknown[])[] = [];
  const handle = {
    query: async (_: string, values: readonly unknown[]) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(values);
      return { rows: [{ answer: JSON.stringify({ open: false, event: null, ids: {}, ...answer }) }] };
    },
  };
  const clock = {
    monotonic: () => now,
    async sleep(ms: number) {
      sleeps.push(Math.round(ms));
      now += ms;
    },
  };
  const reader = { schema: '"spoke"', mapper: createMapper({ events: {} }), clock };
  return { handle, reader, sleeps, asked };
}

const RECEIPT = { status: 'recorded', id: 7 } as const;

it('looks at once, then ever more seldom, and says pending when the time is up', async () => {
  const { handle, reader, sleeps } = setup({ event: FIRST }, { event: LATER });
  expect(await eventOutcome(reader, handle, RECEIPT, { timeoutMs: 2_000 })).toEqual({
    state: 'pending',
    ids: {},
  });
  expect(sleeps).toEqual([50, 80, 128, 205, 328, 500, 500, 210]);
});

it('asks for the ids of all records of the event', async () => {
  const delivered = { ...LATER, state: 'delivered' };
  const ids = { 'contacts:email:a@example.com': '1', 'deals:order_id:o-1': '2' };
  const { handle, reader, sleeps, asked } = setup(
    { event: { ...FIRST, state: 'delivered' } },
    { event: delivered, ids },
  );
  expect(await eventOutcome(reader, handle, RECEIPT, {})).toEqual({ state: 'delivered', ids });
  expect(sleeps).toEqual([]);
  expect(asked).toEqual([
    ['7', '[]', 'yes'],
    ['7', JSON.stringify(Object.keys(ids)), 'no'],
  ]);
});

it('tells why the event is dead', async () => {
  const dead = { state: 'dead', code: 'HUBSPOT_REFUSED', message: 'No.' };
  const { handle, reader } = setup({ event: { ...FIRST, ...dead } }, { event: { ...LATER, ...dead } });
  expect(await eventOutcome(reader, handle, RECEIPT, {})).toEqual({
    state: 'dead',
    ids: {},
    error: { code: 'HUBSPOT_REFUSED', message: 'No.' },
  });
});

it('says missing when there is no such event', async () => {
  const { handle, reader } = setup({});
  expect(await eventOutcome(reader, handle, RECEIPT, { timeoutMs: 100 })).toEqual({
    state: 'missing',
    ids: {},
  });
});

it('looks once when the signal has been aborted, and for a time that is no number', async () => {
  for (const options of [{ signal: AbortSignal.abort() }, { timeoutMs: Number.NaN }]) {
    const { handle, reader, asked } = setup({ event: FIRST });
    expect(await eventOutcome(reader, handle, RECEIPT, options)).toMatchObject({ state: 'pending' });
    expect(asked).toHaveLength(1);
  }
});

it('does not wait in the transaction that has recorded the event', async () => {
  const { handle, reader, sleeps } = setup({ open: true, event: FIRST });
  expect(await eventOutcome(reader, handle, RECEIPT, {})).toMatchObject({
    state: 'pending',
    error: { code: 'OUTBOX_WAIT_IN_TRANSACTION' },
  });
  expect(sleeps).toEqual([]);
});

it('hands on a refusal without asking', async () => {
  const { handle, reader, asked } = setup({});
  const refused = { status: 'refused', code: 'EMAIL_UNUSABLE', message: 'No address.' } as const;
  expect(await eventOutcome(reader, handle, refused, {})).toEqual({
    state: 'refused',
    ids: {},
    error: { code: 'EMAIL_UNUSABLE', message: 'No address.' },
  });
  expect(asked).toEqual([]);
});
