import { describe, expect, it } from 'vitest';
import { EFFECTS_EVENT, type EffectDraft } from './effects.ts';
import {
  activity,
  addToList,
  archiveRecord,
  associate,
  companyByDomain,
  companyOfHubspot,
  contactBy,
  contactByEmail,
  dealBy,
  note,
  recordBy,
  removeFromList,
  setConsent,
  upsertCompany,
  upsertContact,
  upsertDeal,
  upsertRecord,
} from './index.ts';
import { createMapper } from './mapper.ts';

const mapper = createMapper({ events: {} });
const ada = contactByEmail('ada@example.com');
const at = new Date('2026-10-01T09:00:00.000Z');
const plan = (payload: unknown, running = {}) =>
  mapper.plan({ id: 1, type: EFFECTS_EVENT, payload, occurredAt: at }, running);

const DRAFTS: readonly [string, EffectDraft][] = [
  ['a contact', upsertContact(ada, { firstname: 'Ada', since: at, tags: ['b', 'a'], phone: null })],
  [
    'a contact by the id of the application',
    upsertContact(contactBy('driver_id', 7), { email: 'ada@example.com' }),
  ],
  [
    'a property that goes back',
    upsertContact(ada, { lifecyclestage: 'lead' }, { backward: ['lifecyclestage'] }),
  ],
  ['a company by its domain', upsertCompany(companyByDomain('Example.com'), { name: 'Example' })],
  ['a company of HubSpot', upsertCompany(companyOfHubspot('example.com'), { name: 'Example' })],
  ['a deal', upsertDeal(dealBy('order_id', 'o-1'), { name: 'Order', stage: 'closedwon', amount: 10.5 })],
  ['a custom object', upsertRecord(recordBy('2-17', 'plate', 'X 1'), { colour: 'red' })],
  ['a link', associate(ada, companyByDomain('example.com'))],
  ['a link with a label', associate(dealBy('order_id', 'o-1'), ada, { label: 'Buyer' })],
  ['a note', note(ada, { title: 'Hello', text: 'a < b\n& c', at, ownerId: '7' })],
  [
    'an activity in all forms',
    activity(ada, {
      text: 'Paid',
      at,
      appEvent: { eventType: 'paid', properties: { amount: 5 } },
      customEvent: { eventName: 'pe1_paid' },
    }),
  ],
  [
    'a consent',
    setConsent(ada, {
      subscription: 'News',
      granted: false,
      legalBasis: 'CONSENT_WITH_NOTICE',
      explanation: 'Asked',
    }),
  ],
  ['a list', addToList(ada, 'Drivers')],
  ['a list that is left', removeFromList(ada, 'Drivers')],
  ['an archived record', archiveRecord(ada)],
];

describe('an event that carries its effects', () => {
  it.each(DRAFTS)('comes out of its JSON as it went in: %s', (_, draft) => {
    const payload: unknown = JSON.parse(JSON.stringify({ record: draft.record, effects: [draft] }));
    const complete =
      draft.kind === 'activity.create' ? { ...draft, occurredAt: draft.occurredAt ?? at } : draft;
    expect(plan(payload)).toEqual({ ok: true, record: draft.record, effects: [complete], running: {} });
  });

  const effect = { kind: 'contact.upsert', record: ada, properties: {} };
  it.each<[string, unknown, string]>([
    ['no effects', { record: ada, effects: [] }, 'EVENT_PAYLOAD_INVALID'],
    [
      'an unknown kind',
      { record: ada, effects: [{ ...effect, kind: 'contact.delete' }] },
      'EVENT_PAYLOAD_INVALID',
    ],
    ['an unknown key', { record: ada, effects: [{ ...effect, also: 1 }] }, 'EVENT_PAYLOAD_INVALID'],
    [
      'a value that is no text',
      { record: ada, effects: [{ ...effect, properties: { a: 1 } }] },
      'EVENT_PAYLOAD_INVALID',
    ],
    ['an unusable address', { record: { ...ada, id: 'nobody' }, effects: [effect] }, 'EMAIL_UNUSABLE'],
    [
      'an empty id',
      { record: { ...ada, idProperty: 'driver_id', id: ' ' }, effects: [effect] },
      'RECORD_ID_UNUSABLE',
    ],
    [
      'a type that is a path',
      { record: { ...ada, objectType: '../x', idProperty: 'a' }, effects: [effect] },
      'RECORD_ID_UNUSABLE',
    ],
    [
      'another kind than that of its record',
      { record: ada, effects: [{ ...effect, kind: 'deal.upsert' }] },
      'EFFECT_UNUSABLE',
    ],
    [
      'a note that is too long',
      { record: ada, effects: [{ kind: 'activity.create', record: ada, body: 'x'.repeat(70_000) }] },
      'NOTE_UNUSABLE',
    ],
  ])('is refused with %s', (_, payload, code) => {
    expect(plan(payload)).toMatchObject({ ok: false, code });
  });

  it('is named by its record as a builder names it, however the record was written', () => {
    const payload = { record: { ...ada, id: ' ADA@Example.com' }, effects: [effect] };
    expect(mapper.route({ type: EFFECTS_EVENT, payload })).toEqual({
      ok: true,
      recordKey: 'contacts:email:ada@example.com',
    });
  });

  it('counts uploads by its record', () => {
    const payload = { record: ada, effects: [effect], fileUpload: true };
    const first = plan(payload);
    const second = plan(payload, first.ok ? first.running : {});
    expect(second).toMatchObject({
      ok: true,
      effects: [
        { properties: {} },
        { properties: { file_upload_count: '2', last_file_upload_date: at.toISOString() } },
      ],
    });
  });

  it('is not among the names that are suggested', () => {
    expect(mapper.route({ type: 'spoke.effect', payload: {} })).toMatchObject({
      ok: false,
      message: expect.not.stringContaining('spoke.effects'),
    });
  });
});
