import type { DatabaseEvidence, PortalCall, ProcessEvidence } from '../evidence.ts';
import { type Finding, type FindingKind, mostInWindow, readWrites, WINDOW_MS } from '../oracle.ts';
import type { EffectEntry } from './effects-ledger.ts';
import type { EffectsPortal, LinkedRecord } from './effects-portal.ts';
import { companyRef, dealRef, emailOf, personRef, SLOTS } from './subjects.ts';

/** A row of the application as Spoke has left it. */
export interface PersonRow {
  readonly id: number;
  readonly hubspotId: string | null;
  readonly status: string | null;
  readonly error: string | null;
  readonly attempts: number | null;
  readonly syncedAt: string | null;
}

export interface EffectsEvidence {
  readonly ledger: readonly EffectEntry[];
  readonly portal: EffectsPortal;
  readonly calls: readonly PortalCall[];
  readonly database: DatabaseEvidence & {
    readonly people: readonly PersonRow[];
    /** By event: how often it was tried, and when it left the outbox. */
    readonly tries: ReadonlyMap<number, { readonly attempts: number; readonly processedAt: string | null }>;
    readonly ambiguous: { readonly calls: number; readonly settled: number };
  };
  readonly processes: ProcessEvidence;
  readonly limit: number;
}

export interface EffectsVerdict {
  readonly findings: readonly Finding[];
  readonly figures: Readonly<Record<string, number>>;
}

type Report = (kind: FindingKind, message: string) => void;
type Person = Extract<EffectEntry, { type: 'person_changed' }>;

/** Compares the final state of everything that the events have asked for with the ledger of what was committed. */
export function judgeEffects(evidence: EffectsEvidence): EffectsVerdict {
  const findings: Finding[] = [];
  const report: Report = (kind, message) => {
    findings.push({ kind, message });
  };
  const people = peopleOf(evidence.ledger, report);
  const { portal } = evidence;
  const contacts = byKey(portal.contacts, [...people.keys()].map(personRef), report);
  const companies = judgeShared(evidence, 'companies', report);
  const deals = judgeShared(evidence, 'deals', report);
  judgePhantoms(evidence, { contacts, companies, deals }, report);
  let links = 0;
  let stale = 0;
  for (const [person, events] of people) {
    const contact = contacts.get(personRef(person).id);
    if (!contact) {
      report('lost', `person ${person}: ${events.length} committed events and no contact`);
      continue;
    }
    judgeProperties(person, events, contact, report);
    judgeLastSaid(person, events, contact, portal, report);
    links += judgeLinks(person, events, contact, { companies, deals }, portal, report);
    const order = readWrites(portal.writes.get(contact.id) ?? []);
    stale += order.repaired;
    for (const broken of order.unrepaired) report('order-break', `person ${person}: ${broken}`);
  }
  judgeNotes(evidence, contacts, report);
  judgeOutbox(evidence, report);
  judgeRows(evidence, people, contacts, report);
  const { crashes, unexpectedLines, leaks } = evidence.processes;
  for (const crash of crashes) report('crash', crash);
  for (const line of unexpectedLines) report('unexpected-log', line);
  for (const leak of leaks) report('leak', leak);
  const maxCallsInWindow = mostInWindow(
    evidence.calls.filter((call) => call.worker !== null).map((call) => call.at),
    WINDOW_MS,
  );
  if (maxCallsInWindow > evidence.limit)
    report('limit-exceeded', `${maxCallsInWindow} calls in a rolling 10 s; the limit is ${evidence.limit}`);
  const { ambiguous } = evidence.database;
  if (ambiguous.settled < ambiguous.calls)
    report('undelivered', `${ambiguous.calls - ambiguous.settled} calls of unknown end were never settled`);
  return {
    findings,
    figures: {
      events: evidence.ledger.length,
      contacts: contacts.size,
      companies: companies.size,
      deals: deals.size,
      links,
      notes: portal.notes.length,
      onList: portal.members.size,
      calls: evidence.calls.length,
      http429: evidence.calls.filter((call) => call.status === 429).length,
      maxCallsInWindow,
      ambiguousCalls: ambiguous.calls,
      ambiguousSettled: ambiguous.settled,
      staleRepaired: stale,
    },
  };
}

/** Events of each person in their order; the ledger itself is checked. */
function peopleOf(ledger: readonly EffectEntry[], report: Report): Map<number, Person[]> {
  const people = new Map<number, Person[]>();
  for (const entry of ledger) {
    if (entry.type !== 'person_changed') continue;
    const events = people.get(entry.payload.person) ?? [];
    people.set(entry.payload.person, events);
    events.push(entry);
  }
  for (const [person, events] of people) {
    events.sort((a, b) => a.payload.seq - b.payload.seq);
    events.forEach(({ payload: { seq }, eventId }, index) => {
      if (seq !== index + 1)
        report('broken-ledger', `person ${person}: entry ${index + 1} has number ${seq}`);
      if ((events[index - 1]?.eventId ?? 0) >= eventId)
        report('broken-ledger', `person ${person}: event ${eventId} has an older id than the one before`);
    });
  }
  return people;
}

/** Live records by the id that the application knows them by; several of one are a duplicate. */
function byKey(
  records: readonly LinkedRecord[],
  refs: readonly { readonly idProperty: string; readonly id: string }[],
  report: Report,
): Map<string, LinkedRecord> {
  const live = records.filter((record) => !record.archived);
  const found = new Map<string, LinkedRecord>();
  for (const name of new Set(refs.map((ref) => ref.idProperty))) {
    const ids = new Map<string, LinkedRecord[]>();
    for (const record of live) {
      const id = record.properties[name]?.toLowerCase();
      if (id) ids.set(id, [...(ids.get(id) ?? []), record]);
    }
    for (const { idProperty, id } of refs) {
      const own = idProperty === name ? (ids.get(id) ?? []) : [];
      if (own.length > 1) report('duplicate-effect', `${idProperty} ${id}: ${own.length} records`);
      if (own[0]) found.set(id, own[0]);
    }
  }
  return found;
}

function judgeProperties(
  person: number,
  events: readonly Person[],
  contact: LinkedRecord,
  report: Report,
): void {
  const last = events.at(-1)?.payload;
  const stage = events.findLast(({ payload }) => payload.stage !== undefined)?.payload.stage;
  const amounts = events.flatMap(({ payload }) => payload.amount ?? []);
  const cents = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0);
  const wanted: Record<string, string | undefined> = {
    chaos_seq: String(last?.seq),
    chaos_value: last?.tag,
    lifecyclestage: stage,
    ...(amounts.length > 0
      ? { chaos_orders: String(amounts.length), chaos_revenue: String(cents / 100) }
      : {}),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const held = contact.properties[name] ?? '';
    const same = held === value || (name !== 'chaos_value' && held !== '' && Number(held) === Number(value));
    if (value !== undefined && !same)
      report(
        'wrong-state',
        `person ${person}: ${name} is '${held}', not '${value}' (of ${events.length} events)`,
      );
  }
}

/** The list and the consent are as the last event that spoke of them said. */
function judgeLastSaid(
  person: number,
  events: readonly Person[],
  contact: LinkedRecord,
  portal: EffectsPortal,
  report: Report,
): void {
  const list = events.findLast(({ payload }) => payload.onList !== undefined);
  const onList = portal.members.has(contact.id);
  if (onList !== (list?.payload.onList ?? false))
    report(
      'wrong-state',
      `person ${person} (contact ${contact.id}): ${onList ? 'on' : 'not on'} the list against event ${list?.eventId}`,
    );
  const consent = events.findLast(({ payload }) => payload.consent !== undefined);
  if (!consent) return;
  const state = portal.consent.get(emailOf(person));
  if (state !== (consent.payload.consent ? 'SUBSCRIBED' : 'UNSUBSCRIBED'))
    report('wrong-state', `person ${person}: consent is ${state} against event ${consent.eventId}`);
}

/** Exactly the links that were asked for: none missing, none besides, each once. */
function judgeLinks(
  person: number,
  events: readonly Person[],
  contact: LinkedRecord,
  others: Readonly<Record<'companies' | 'deals', ReadonlyMap<string, LinkedRecord>>>,
  portal: EffectsPortal,
  report: Report,
): number {
  const wanted = { companies: new Map<string, boolean>(), deals: new Map<string, boolean>() };
  for (const { payload } of events) {
    if (payload.company) {
      const key = companyRef(payload.company.company).id;
      wanted.companies.set(key, payload.company.champion || (wanted.companies.get(key) ?? false));
    }
    if (payload.deal) wanted.deals.set(dealRef(payload.deal.deal).id, false);
  }
  for (const type of ['companies', 'deals'] as const) {
    const held = new Map((contact.associations?.[type] ?? []).map(({ id, typeIds }) => [id, typeIds]));
    const rows = contact.associations?.[type]?.length ?? 0;
    if (rows !== held.size)
      report('duplicate-effect', `person ${person}: ${rows} links to ${held.size} ${type}`);
    for (const [key, labelled] of wanted[type]) {
      const id = others[type].get(key)?.id ?? '';
      const kinds = held.get(id);
      held.delete(id);
      if (!kinds) report('lost', `person ${person}: no link to ${type} ${key}`);
      else if (new Set(kinds).size !== kinds.length)
        report('duplicate-effect', `person ${person}: kinds ${kinds.join()} of the link to ${type} ${key}`);
      else if (type === 'companies' && kinds.includes(portal.labelId) !== labelled)
        report(
          labelled ? 'lost' : 'phantom',
          `person ${person}: label of the link to ${key}: ${kinds.join()}`,
        );
    }
    for (const id of held.keys())
      report('phantom', `person ${person}: a link to ${type} ${id} that nothing asked for`);
  }
  return wanted.companies.size + wanted.deals.size;
}

/** Records that many lanes write: each property shows the newest event, by its id, that set it. */
function judgeShared(
  { ledger, portal }: EffectsEvidence,
  type: 'companies' | 'deals',
  report: Report,
): Map<string, LinkedRecord> {
  const refOf = type === 'companies' ? companyRef : dealRef;
  const newest = new Map<number, Map<string, { readonly eventId: number; readonly tag: string }>>();
  for (const entry of ledger) {
    const set = setBy(entry, type);
    if (!set) continue;
    const slots = newest.get(set.of) ?? new Map<string, { eventId: number; tag: string }>();
    newest.set(set.of, slots);
    for (const slot of set.slots)
      if ((slots.get(slot)?.eventId ?? 0) < entry.eventId)
        slots.set(slot, { eventId: entry.eventId, tag: entry.payload.tag });
  }
  const records = byKey(portal[type], [...newest.keys()].map(refOf), report);
  for (const [of, slots] of newest) {
    const record = records.get(refOf(of).id);
    if (!record) {
      report('lost', `${type} ${of}: committed events and no record`);
      continue;
    }
    for (const slot of SLOTS) {
      const held = record.properties[slot] ?? '';
      const wanted = slots.get(slot);
      if (held !== (wanted?.tag ?? ''))
        report(
          'wrong-state',
          `${type} ${of}: ${slot} is '${held}', not '${wanted?.tag ?? ''}' of event ${wanted?.eventId}`,
        );
    }
  }
  return records;
}

function setBy(entry: EffectEntry, type: 'companies' | 'deals') {
  if (entry.type !== 'person_changed')
    return entry.type === (type === 'companies' ? 'company_changed' : 'deal_changed')
      ? entry.payload
      : undefined;
  const { company, deal } = entry.payload;
  if (type === 'companies') return company && { of: company.company, slots: company.slots };
  return deal && deal.slots.length > 0 ? { of: deal.deal, slots: deal.slots } : undefined;
}

function judgePhantoms(
  { portal }: EffectsEvidence,
  known: Readonly<Record<'contacts' | 'companies' | 'deals', ReadonlyMap<string, LinkedRecord>>>,
  report: Report,
): void {
  for (const type of ['contacts', 'companies', 'deals'] as const) {
    const ids = new Set([...known[type].values()].map((record) => record.id));
    for (const record of portal[type])
      if (!record.archived && !ids.has(record.id))
        report('phantom', `${type} ${record.id} is none that was committed, or a second one`);
  }
}

function judgeNotes(
  { ledger, portal }: EffectsEvidence,
  contacts: ReadonlyMap<string, LinkedRecord>,
  report: Report,
): void {
  const notes = new Map<string, LinkedRecord[]>();
  for (const note of portal.notes) {
    const tag = /chaos-note-(\S+?);/.exec(note.properties.hs_note_body ?? '')?.[1] ?? '';
    notes.set(tag, [...(notes.get(tag) ?? []), note]);
  }
  for (const { type, payload, eventId } of ledger) {
    if (type !== 'person_changed' || !payload.note) continue;
    const made = notes.get(payload.tag) ?? [];
    notes.delete(payload.tag);
    if (made.length === 0) report('lost', `event ${eventId} has no note`);
    if (made.length > 1) report('duplicate-effect', `event ${eventId} has ${made.length} notes`);
    const owner = contacts.get(personRef(payload.person).id)?.id;
    for (const { associations } of made) {
      const on = associations?.contacts ?? [];
      if (on.length !== 1 || on[0]?.id !== owner)
        report('wrong-state', `the note of event ${eventId} is not on its contact alone`);
    }
  }
  for (const tag of notes.keys()) report('phantom', `a note '${tag}' of which nothing was committed`);
}

function judgeOutbox({ ledger, database }: EffectsEvidence, report: Report): void {
  for (const { eventId, type } of ledger) {
    const event = database.events.get(eventId);
    if (!event) report('lost', `${type} ${eventId} was committed and is not in the outbox`);
    else if (event.state === 'pending')
      report('undelivered', `${type} ${eventId} still waits: ${event.error ?? 'no error'}`);
    else if (event.state !== 'delivered')
      report('dead', `${type} ${eventId} is ${event.state}: ${event.error ?? 'no reason'}`);
  }
  if (database.events.size !== ledger.length)
    report('phantom', `the outbox holds ${database.events.size} events, ${ledger.length} were committed`);
  for (const lane of database.badLanes) report('lane-books', `${lane.recordKey}: ${lane.problem}`);
}

/** The application's rows say of the newest event of each what the outbox says. */
function judgeRows(
  { database }: EffectsEvidence,
  people: ReadonlyMap<number, readonly Person[]>,
  contacts: ReadonlyMap<string, LinkedRecord>,
  report: Report,
): void {
  const rows = new Map(database.people.map((row) => [row.id, row]));
  for (const [person, events] of people) {
    const row = rows.get(person);
    const newest = events.at(-1)?.eventId ?? 0;
    const event = database.tries.get(newest);
    const wanted = {
      status: 'SYNCED',
      hubspotId: contacts.get(personRef(person).id)?.id ?? null,
      error: null,
      attempts: event?.attempts ?? null,
      syncedAt: event?.processedAt ?? null,
    };
    for (const [name, value] of Object.entries(wanted)) {
      const held = row?.[name as keyof typeof wanted] ?? null;
      if (held !== value)
        report('wrong-state', `row of person ${person}: ${name} is ${held}, not ${value} of event ${newest}`);
    }
  }
}
