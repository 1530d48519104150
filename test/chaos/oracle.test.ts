import { expect, test } from 'vitest';
import type { Evidence, PortalRecord, PortalWrite } from './evidence.ts';
import type { ContactKey, LedgerEntry } from './ledger.ts';
import { judge, mostInWindow, type Verdict } from './oracle.ts';

const ADA: ContactKey = { idProperty: 'email', id: 'ada@chaos.example.com' };
const BOB: ContactKey = { idProperty: 'chaos_id', id: 'c-2' };

test('a portal that shows the last committed intent has no findings', () => {
  const verdict = judge(evidence());
  expect(verdict.findings).toEqual([]);
  expect(verdict.figures).toMatchObject({
    events: 4,
    contacts: 2,
    notes: 2,
    calls: 4,
    redelivered: 0,
    staleRepaired: 0,
  });
});

test('a committed contact that is missing is lost', () => {
  expect(kinds(judge(evidence({ contacts: [ada()] })))).toContain('lost');
});

test('an archived contact is lost', () => {
  expect(kinds(judge(evidence({ contacts: [{ ...ada(), archived: true }, bob()] })))).toContain('lost');
});

test('a note that is missing is lost', () => {
  expect(kinds(judge(evidence({ notes: [noteOfAda()] })))).toEqual(['lost']);
});

test('an event that left the outbox is lost', () => {
  expect(kinds(judge(evidence({ events: states({ 4: undefined }) })))).toEqual(['lost']);
});

test('two contacts of one key are a duplicate effect', () => {
  expect(kinds(judge(evidence({ contacts: [ada(), bob(), { ...ada(), id: '9' }] })))).toContain(
    'duplicate-effect',
  );
});

test('two notes of one event are a duplicate effect', () => {
  const notes = [noteOfAda(), noteOfBob(), { ...noteOfBob(), id: '99' }];
  expect(kinds(judge(evidence({ notes })))).toEqual(['duplicate-effect']);
});

test('a note on another contact, on two or on none is a wrong state', () => {
  for (const contactIds of [['1'], ['1', '2'], []]) {
    const notes = [noteOfAda(), { ...noteOfBob(), contactIds }];
    expect(kinds(judge(evidence({ notes })))).toEqual(['wrong-state']);
  }
});

test('an old value that landed last is an order break and a wrong state, though every count is right', () => {
  const writes = new Map([...evidence().portal.writes, ['1', [write(1, 1), write(3, 3), write(4, 2)]]]);
  const contacts = [
    { ...ada(), properties: { ...ada().properties, chaos_seq: '2', chaos_value: '2.a' } },
    bob(),
  ];
  expect(kinds(judge(evidence({ writes, contacts })))).toEqual(['wrong-state', 'wrong-state', 'order-break']);
});

test('an old value that was overwritten again is counted as repaired and is no finding', () => {
  const writes = new Map([
    ...evidence().portal.writes,
    ['1', [write(1, 1), write(3, 3), write(4, 2), write(5, 3)]],
  ]);
  const verdict = judge(evidence({ writes }));
  expect(verdict.findings).toEqual([]);
  expect(verdict.figures).toMatchObject({ staleRepaired: 1, redelivered: 0 });
});

test('a write that repeats the newest value is counted as redelivered', () => {
  const writes = new Map([...evidence().portal.writes, ['1', [write(1, 1), write(3, 3), write(4, 3)]]]);
  expect(judge(evidence({ writes })).figures.redelivered).toBe(1);
});

test('a property that an earlier event set and no later one touched must survive', () => {
  const contacts = [{ ...ada(), properties: { ...ada().properties, chaos_extra: null } }, bob()];
  expect(kinds(judge(evidence({ contacts })))).toEqual(['wrong-state']);
});

test('a property that was cleared must be empty', () => {
  const contacts = [ada(), { ...bob(), properties: { ...bob().properties, chaos_extra: 'still here' } }];
  expect(kinds(judge(evidence({ contacts })))).toEqual(['wrong-state']);
});

test('a contact, a note or a value that nobody committed is a phantom', () => {
  const stranger = record('7', { email: 'eve@chaos.example.com' });
  expect(kinds(judge(evidence({ contacts: [ada(), bob(), stranger] })))).toEqual(['phantom']);
  const note = record('80', { hs_note_body: 'chaos-note-rolled-back;' }, ['1']);
  expect(kinds(judge(evidence({ notes: [noteOfAda(), noteOfBob(), note] })))).toEqual(['phantom']);
  expect(kinds(judge(evidence({ notes: [noteOfAda(), noteOfBob(), record('81', {})] })))).toEqual([
    'phantom',
  ]);
  const writes = new Map([
    ...evidence().portal.writes,
    ['2', [{ requestN: 2, properties: { chaos_seq: '1', chaos_value: '1.rolled-back' } }]],
  ]);
  expect(kinds(judge(evidence({ writes })))).toEqual(['phantom']);
});

test('an event in the outbox that nobody committed is a phantom', () => {
  expect(kinds(judge(evidence({ events: states({ 5: 'delivered' }) })))).toEqual(['phantom']);
});

test('an event that still waits is undelivered and one in the dead letters is dead', () => {
  expect(kinds(judge(evidence({ events: states({ 3: 'pending' }) })))).toEqual(['undelivered']);
  expect(kinds(judge(evidence({ events: states({ 3: 'dead' }) })))).toEqual(['dead']);
  expect(kinds(judge(evidence({ events: states({ 3: 'cancelled' }) })))).toEqual(['dead']);
});

test('a lane whose books are wrong is found', () => {
  expect(kinds(judge(evidence({ badLanes: [{ recordKey: 'x', problem: 'pending is 1' }] })))).toEqual([
    'lane-books',
  ]);
});

test('one call more than the limit in any rolling 10 s is found, on the border of two windows too', () => {
  const calls = [1, 2, 3, 4].map((n) => call(n, 9_000 + n * 500));
  expect(judge(evidence({ calls, limit: 4 })).findings).toEqual([]);
  expect(kinds(judge(evidence({ calls, limit: 3 })))).toEqual(['limit-exceeded']);
});

test('crashes, unexpected log lines and leaks are findings', () => {
  const processes = {
    crashes: ['w1 exited with 1'],
    unexpectedLines: ['TypeError'],
    leaks: ['w1.log: token'],
  };
  expect(kinds(judge(evidence({ processes })))).toEqual(['crash', 'unexpected-log', 'leak']);
});

test('a ledger with a gap or out of order is broken', () => {
  expect(kinds(judge(evidence({ ledger: LEDGER.filter((entry) => entry.eventId !== 2) })))).toContain(
    'broken-ledger',
  );
  const swapped = LEDGER.map((entry) =>
    entry.eventId === 1 ? { ...entry, seq: 2 } : entry.eventId === 2 ? { ...entry, seq: 1 } : entry,
  );
  expect(kinds(judge(evidence({ ledger: swapped })))).toContain('broken-ledger');
});

test('use is measured only inside the times that were saturated for a whole window', () => {
  const calls = Array.from({ length: 300 }, (_, index) => call(index + 1, index * 100));
  const saturated = [
    { from: 0, to: 20_000 },
    { from: 25_000, to: 26_000 },
  ];
  const { figures } = judge(evidence({ calls, limit: 125, saturated }));
  expect(figures.useWhenSaturated).toBeCloseTo(0.8);
  expect(figures.saturatedSeconds).toBe(20);
  expect(judge(evidence({ calls, limit: 125, saturated: [] })).figures.useWhenSaturated).toBeNull();
});

test('answers with 429 are counted', () => {
  expect(judge(evidence({ calls: [{ ...call(1, 0), status: 429 }, call(2, 1)] })).figures.http429).toBe(1);
});

test('the rolling window is half open', () => {
  expect(mostInWindow([0, 9_999, 10_000], 10_000)).toBe(2);
  expect(mostInWindow([], 10_000)).toBe(0);
});

const LEDGER: readonly LedgerEntry[] = [
  entry(1, ADA, 1, { chaos_extra: 'kept' }),
  entry(2, ADA, 2, {}, 'chaos-note-ada-2'),
  entry(3, ADA, 3, {}),
  entry(4, BOB, 1, { chaos_extra: '' }, 'chaos-note-bob-1'),
];

function entry(
  eventId: number,
  key: ContactKey,
  seq: number,
  set: Record<string, string>,
  note?: string,
): LedgerEntry {
  return {
    eventId,
    key,
    seq,
    set: { chaos_seq: String(seq), chaos_value: `${seq}.a`, ...set },
    ...(note === undefined ? {} : { note }),
  };
}

function evidence(
  changes: Partial<Evidence['portal'] & Evidence['database'] & Omit<Evidence, 'portal' | 'database'>> = {},
): Evidence {
  const { contacts, notes, writes, calls, events, badLanes, ...rest } = changes;
  return {
    ledger: LEDGER,
    portal: {
      contacts: contacts ?? [ada(), bob()],
      notes: notes ?? [noteOfAda(), noteOfBob()],
      writes:
        writes ??
        new Map([
          ['1', [write(1, 1), write(3, 3)]],
          ['2', [write(2, 1)]],
        ]),
      calls: calls ?? [call(1, 0), call(2, 100), call(3, 200), call(4, 300)],
    },
    database: { events: events ?? states({}), badLanes: badLanes ?? [] },
    processes: { crashes: [], unexpectedLines: [], leaks: [] },
    saturated: [],
    ...rest,
  };
}

function ada(): PortalRecord {
  return record('1', {
    email: 'Ada@chaos.example.com',
    chaos_seq: '3',
    chaos_value: '3.a',
    chaos_extra: 'kept',
  });
}

function bob(): PortalRecord {
  return record('2', { chaos_id: 'c-2', chaos_seq: '1', chaos_value: '1.a', chaos_extra: null });
}

function noteOfAda(): PortalRecord {
  return record('50', { hs_note_body: '<p>chaos-note-ada-2; text</p>[#0123456789]' }, ['1']);
}

function noteOfBob(): PortalRecord {
  return record('51', { hs_note_body: '<p>chaos-note-bob-1; text</p>[#abcdefghij]' }, ['2']);
}

function record(
  id: string,
  properties: Record<string, string | null>,
  contactIds: string[] = [],
): PortalRecord {
  return { id, properties, contactIds, archived: false };
}

function write(requestN: number, seq: number): PortalWrite {
  return { requestN, properties: { chaos_seq: String(seq), chaos_value: `${seq}.a` } };
}

function call(n: number, at: number): Evidence['portal']['calls'][number] {
  return {
    n,
    at,
    path: '/crm/objects/2026-09/contacts/batch/upsert',
    status: 200,
    worker: 'w1',
    applied: true,
  };
}

function states(changes: Record<number, string | undefined>): Evidence['database']['events'] {
  const all = { 1: 'delivered', 2: 'delivered', 3: 'delivered', 4: 'delivered', ...changes };
  return new Map(
    Object.entries(all).flatMap(([id, state]) =>
      state === undefined ? [] : [[Number(id), { state, error: null }]],
    ),
  );
}

function kinds(verdict: Verdict): string[] {
  return verdict.findings.map((finding) => finding.kind);
}
