import { expect, test } from 'vitest';
import { type EffectsEvidence, judgeEffects } from './effects-judge.ts';
import type { EffectEntry } from './effects-ledger.ts';
import type { EffectsPortal, LinkedRecord } from './effects-portal.ts';

const LABEL = 5;
const NOTE_TAG = '0.1.1';
const LIMIT = 190;

/** One person with two events, a company that a second person has set after her, and a deal. */
const LEDGER: readonly EffectEntry[] = [
  {
    eventId: 1,
    type: 'person_changed',
    payload: {
      person: 1,
      seq: 1,
      tag: NOTE_TAG,
      stage: 'lead',
      amount: '5.25',
      note: true,
      onList: true,
      consent: false,
      company: { company: 1, slots: ['chaos_a', 'chaos_b'], champion: true },
    },
  },
  {
    eventId: 2,
    type: 'person_changed',
    payload: { person: 1, seq: 2, tag: '0.2.1', amount: '1.5', deal: { deal: 4, slots: [] } },
  },
  { eventId: 3, type: 'company_changed', payload: { of: 1, tag: 'own', slots: ['chaos_a'] } },
  { eventId: 4, type: 'deal_changed', payload: { of: 4, tag: 'deal', slots: ['chaos_c'] } },
];

const CONTACT: LinkedRecord = {
  id: '101',
  archived: false,
  properties: {
    chaos_id: 'p-1',
    chaos_seq: '2',
    chaos_value: '0.2.1',
    lifecyclestage: 'lead',
    chaos_orders: '2',
    chaos_revenue: '6.75',
  },
  associations: { companies: [{ id: '201', typeIds: [279, LABEL] }], deals: [{ id: '301', typeIds: [4] }] },
};
const COMPANY: LinkedRecord = {
  id: '201',
  archived: false,
  properties: { chaos_id: 'c-1', chaos_a: 'own', chaos_b: NOTE_TAG },
};
const DEAL: LinkedRecord = {
  id: '301',
  archived: false,
  properties: { chaos_id: 'd-4', chaos_c: 'deal' },
};
const NOTE: LinkedRecord = {
  id: '401',
  archived: false,
  properties: { hs_note_body: `chaos-note-${NOTE_TAG}; canary-phrase` },
  associations: { contacts: [{ id: '101', typeIds: [202] }] },
};
const ROW = {
  id: 1,
  hubspotId: '101',
  status: 'SYNCED',
  error: null,
  attempts: 1,
  syncedAt: 'noon',
};

function evidence(portal: Partial<EffectsPortal> = {}, over: Partial<EffectsEvidence> = {}): EffectsEvidence {
  return {
    ledger: LEDGER,
    portal: {
      contacts: [CONTACT],
      companies: [COMPANY],
      deals: [DEAL],
      notes: [NOTE],
      members: new Set(['101']),
      consent: new Map([['person-1@chaos.example.com', 'UNSUBSCRIBED']]),
      writes: new Map(),
      labelId: LABEL,
      ...portal,
    },
    calls: [],
    database: database(),
    processes: { crashes: [], unexpectedLines: [], leaks: [] },
    limit: LIMIT,
    ...over,
  };
}

function database(over: Partial<EffectsEvidence['database']> = {}): EffectsEvidence['database'] {
  return {
    events: new Map(LEDGER.map(({ eventId }) => [eventId, { state: 'delivered', error: null }])),
    badLanes: [],
    people: [ROW],
    tries: new Map(LEDGER.map(({ eventId }) => [eventId, { attempts: 1, processedAt: 'noon' }])),
    ambiguous: { calls: 3, settled: 3 },
    ...over,
  };
}

const changed = (record: LinkedRecord, properties: Record<string, string>): LinkedRecord => ({
  ...record,
  properties: { ...record.properties, ...properties },
});
const linked = (associations: NonNullable<LinkedRecord['associations']>): LinkedRecord => ({
  ...CONTACT,
  associations: { ...CONTACT.associations, ...associations },
});
const kinds = (given: EffectsEvidence): string[] => judgeEffects(given).findings.map(({ kind }) => kind);

test('a portal that shows what the events have said last has no findings', () => {
  expect(judgeEffects(evidence()).findings).toEqual([]);
  expect(judgeEffects(evidence()).figures).toMatchObject({ events: 4, links: 2, ambiguousCalls: 3 });
});

test.each<[string, string, EffectsEvidence]>([
  ['a contact that is missing', 'lost', evidence({ contacts: [] })],
  [
    'two contacts of one person',
    'duplicate-effect',
    evidence({ contacts: [CONTACT, { ...CONTACT, id: '9' }] }),
  ],
  [
    'a contact of nobody',
    'phantom',
    evidence({ contacts: [CONTACT, { ...CONTACT, id: '9', properties: {} }] }),
  ],
  ['an old value', 'wrong-state', evidence({ contacts: [changed(CONTACT, { chaos_value: NOTE_TAG })] })],
  [
    'a stage that went back',
    'wrong-state',
    evidence({ contacts: [changed(CONTACT, { lifecyclestage: 'subscriber' })] }),
  ],
  [
    'an event that was counted twice',
    'wrong-state',
    evidence({ contacts: [changed(CONTACT, { chaos_orders: '3' })] }),
  ],
  ['a sum that is off', 'wrong-state', evidence({ contacts: [changed(CONTACT, { chaos_revenue: '12' })] })],
  [
    'an older event on top in a shared record',
    'wrong-state',
    evidence({ companies: [changed(COMPANY, { chaos_a: NOTE_TAG })] }),
  ],
  ['a shared record that is missing', 'lost', evidence({ deals: [] })],
  ['two records of one deal', 'duplicate-effect', evidence({ deals: [DEAL, { ...DEAL, id: '9' }] })],
  ['a link that is missing', 'lost', evidence({ contacts: [linked({ deals: [] })] })],
  [
    'a link without its label',
    'lost',
    evidence({ contacts: [linked({ companies: [{ id: '201', typeIds: [279] }] })] }),
  ],
  [
    'a link that nothing asked for',
    'phantom',
    evidence({
      contacts: [
        linked({
          deals: [
            { id: '301', typeIds: [4] },
            { id: '302', typeIds: [4] },
          ],
        }),
      ],
    }),
  ],
  [
    'a link that is there twice',
    'duplicate-effect',
    evidence({
      contacts: [
        linked({
          deals: [
            { id: '301', typeIds: [4] },
            { id: '301', typeIds: [4] },
          ],
        }),
      ],
    }),
  ],
  ['a note that is missing', 'lost', evidence({ notes: [] })],
  ['two notes of one event', 'duplicate-effect', evidence({ notes: [NOTE, { ...NOTE, id: '402' }] })],
  [
    'a note of nothing',
    'phantom',
    evidence({ notes: [NOTE, changed(NOTE, { hs_note_body: 'chaos-note-9.9.9;' })] }),
  ],
  ['a note on nobody', 'wrong-state', evidence({ notes: [{ ...NOTE, associations: {} }] })],
  ['a contact that is not on its list', 'wrong-state', evidence({ members: new Set() })],
  [
    'a consent that is not as last said',
    'wrong-state',
    evidence({ consent: new Map([['person-1@chaos.example.com', 'SUBSCRIBED']]) }),
  ],
  [
    'an older write that nothing followed',
    'order-break',
    evidence({
      writes: new Map([
        [
          '101',
          [
            { requestN: 1, properties: { chaos_seq: '2' } },
            { requestN: 2, properties: { chaos_seq: '1' } },
          ],
        ],
      ]),
    }),
  ],
  [
    'a row that does not say so',
    'wrong-state',
    evidence({}, { database: database({ people: [{ ...ROW, status: 'PENDING' }] }) }),
  ],
  [
    'a row with the attempts of another event',
    'wrong-state',
    evidence({}, { database: database({ people: [{ ...ROW, attempts: 4 }] }) }),
  ],
  [
    'an event that was given up',
    'dead',
    evidence(
      {},
      {
        database: database({ events: new Map([...database().events, [4, { state: 'dead', error: 'no' }]]) }),
      },
    ),
  ],
  [
    'an event that still waits',
    'undelivered',
    evidence(
      {},
      {
        database: database({
          events: new Map([...database().events, [4, { state: 'pending', error: null }]]),
        }),
      },
    ),
  ],
  [
    'an event that was never committed',
    'phantom',
    evidence(
      {},
      {
        database: database({
          events: new Map([...database().events, [5, { state: 'delivered', error: null }]]),
        }),
      },
    ),
  ],
  [
    'a call whose end nobody knows',
    'undelivered',
    evidence({}, { database: database({ ambiguous: { calls: 3, settled: 2 } }) }),
  ],
  [
    'a lane that counts wrong',
    'lane-books',
    evidence({}, { database: database({ badLanes: [{ recordKey: 'k', problem: 'p' }] }) }),
  ],
  ['a number that was left out', 'broken-ledger', evidence({}, { ledger: LEDGER.slice(1) })],
  [
    'a worker that ended by itself',
    'crash',
    evidence({}, { processes: { crashes: ['w1'], unexpectedLines: [], leaks: [] } }),
  ],
  [
    'more calls than allowed',
    'limit-exceeded',
    evidence(
      {},
      {
        calls: Array.from({ length: LIMIT + 1 }, (_, n) => ({
          n,
          at: n,
          path: '/',
          status: 200,
          worker: 'w',
          applied: true,
        })),
      },
    ),
  ],
])('%s is found', (_, kind, given) => {
  expect(kinds(given)).toContain(kind);
});
