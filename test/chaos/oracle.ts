import type { Evidence, PortalCall, PortalRecord, PortalWrite } from './evidence.ts';
import { keyText, type LedgerEntry } from './ledger.ts';

/** The window of the portal's burst limit, ms. */
export const WINDOW_MS = 10_000;
/** Counter property of each contact: the sequence number of the event that wrote it. */
export const SEQ_PROPERTY = 'chaos_seq';
/** Property whose every value names the event, and the try at committing it, that wrote it. */
export const VALUE_PROPERTY = 'chaos_value';

export type FindingKind =
  | 'lost'
  | 'duplicate-effect'
  | 'phantom'
  | 'order-break'
  | 'wrong-state'
  | 'undelivered'
  | 'dead'
  | 'lane-books'
  | 'limit-exceeded'
  | 'limit-unused'
  | 'crash'
  | 'unexpected-log'
  | 'leak'
  | 'broken-ledger'
  | 'harness';

/** Something that must not be. */
export interface Finding {
  readonly kind: FindingKind;
  readonly message: string;
}

export interface Figures {
  readonly events: number;
  readonly contacts: number;
  readonly notes: number;
  readonly calls: number;
  readonly http429: number;
  /** Most calls in any rolling 10 s. */
  readonly maxCallsInWindow: number;
  /** Calls while saturated, as a share of what the limit allows; null when it was never saturated for a whole window. */
  readonly useWhenSaturated: number | null;
  readonly saturatedSeconds: number;
  /** Applied contact writes that repeated what the record already had been given. */
  readonly redelivered: number;
  /** Applied contact writes that carried an older value than an earlier one, and were overwritten again. */
  readonly staleRepaired: number;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly figures: Figures;
}

/**
 * Compares the final state of the portal with the last committed intent of every record. Counting events would not do: an old
 * value that lands last leaves every count right.
 */
export function judge(evidence: Evidence): Verdict {
  const findings: Finding[] = [];
  const report = (kind: FindingKind, message: string): void => {
    findings.push({ kind, message });
  };
  const byContact = groupLedger(evidence.ledger, report);
  judgeContacts(evidence, byContact, report);
  judgeNotes(evidence, report);
  const order = judgeOrder(evidence, byContact, report);
  judgeDatabase(evidence, report);
  judgeProcesses(evidence, report);

  const arrivals = evidence.portal.calls.map((call) => call.at);
  const maxCallsInWindow = mostInWindow(arrivals, WINDOW_MS);
  if (evidence.limit !== undefined && maxCallsInWindow > evidence.limit) {
    report('limit-exceeded', `${maxCallsInWindow} calls in one rolling 10 s; the limit is ${evidence.limit}`);
  }
  return {
    findings,
    figures: {
      events: evidence.ledger.length,
      contacts: evidence.portal.contacts.length,
      notes: evidence.portal.notes.length,
      calls: arrivals.length,
      http429: evidence.portal.calls.filter((call) => call.status === 429).length,
      maxCallsInWindow,
      ...useWhenSaturated(evidence),
      ...order,
    },
  };
}

/** Most entries in any window [t, t + spanMs), of times in any order. */
export function mostInWindow(times: readonly number[], spanMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (let last = 0; last < sorted.length; last += 1) {
    while ((sorted[last] as number) - (sorted[first] as number) >= spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

type Report = (kind: FindingKind, message: string) => void;

/** Entries of each contact in order of their numbers. The ledger itself is checked, for a broken one would hide losses. */
function groupLedger(ledger: readonly LedgerEntry[], report: Report): Map<string, LedgerEntry[]> {
  const byContact = new Map<string, LedgerEntry[]>();
  for (const entry of ledger) {
    const key = keyText(entry.key);
    const entries = byContact.get(key);
    if (entries) entries.push(entry);
    else byContact.set(key, [entry]);
  }
  for (const [key, entries] of byContact) {
    entries.sort((a, b) => a.seq - b.seq);
    entries.forEach((entry, index) => {
      if (entry.seq !== index + 1)
        report('broken-ledger', `${key}: entry ${index + 1} has number ${entry.seq}`);
      const before = entries[index - 1];
      if (before && before.eventId >= entry.eventId) {
        report('broken-ledger', `${key}: event ${entry.eventId} was committed after ${before.eventId}`);
      }
    });
  }
  return byContact;
}

function judgeContacts(evidence: Evidence, byContact: Map<string, LedgerEntry[]>, report: Report): void {
  const found = contactsByKey(evidence.portal.contacts);
  for (const [key, entries] of byContact) {
    const records = found.get(key) ?? [];
    if (records.length === 0) report('lost', `${key}: ${entries.length} committed events and no contact`);
    if (records.length > 1) report('duplicate-effect', `${key}: ${records.length} contacts`);
    const expected = Object.assign({}, ...entries.map((entry) => entry.set)) as Record<string, string>;
    for (const record of records) {
      for (const [name, value] of Object.entries(expected)) {
        const held = record.properties[name] ?? '';
        if (held !== value) {
          report(
            'wrong-state',
            `${key}: ${name} is '${held}' and was last committed as '${value}' (of ${entries.length} events)`,
          );
        }
      }
    }
  }
  for (const [key, records] of found) {
    if (!byContact.has(key))
      report('phantom', `${key}: ${records.length} contacts of which nothing was committed`);
  }
}

function contactsByKey(contacts: readonly PortalRecord[]): Map<string, PortalRecord[]> {
  const found = new Map<string, PortalRecord[]>();
  for (const contact of contacts) {
    if (contact.archived) continue;
    for (const idProperty of ['email', 'chaos_id'] as const) {
      const id = contact.properties[idProperty];
      if (!id) continue;
      const key = keyText({ idProperty, id: idProperty === 'email' ? id.toLowerCase() : id });
      found.set(key, [...(found.get(key) ?? []), contact]);
    }
  }
  return found;
}

function judgeNotes(evidence: Evidence, report: Report): void {
  const contactIds = new Map<string, Set<string>>();
  for (const [key, records] of contactsByKey(evidence.portal.contacts)) {
    contactIds.set(key, new Set(records.map((record) => record.id)));
  }
  const notes = new Map<string, PortalRecord[]>();
  for (const note of evidence.portal.notes) {
    if (note.archived) continue;
    const tag = /chaos-note-\S+?(?=;)/.exec(note.properties.hs_note_body ?? '')?.[0];
    if (tag === undefined) report('phantom', `note ${note.id} carries no tag of an event`);
    else notes.set(tag, [...(notes.get(tag) ?? []), note]);
  }
  const wanted = new Set<string>();
  for (const entry of evidence.ledger) {
    if (entry.note === undefined) continue;
    wanted.add(entry.note);
    const made = notes.get(entry.note) ?? [];
    const key = keyText(entry.key);
    if (made.length === 0) report('lost', `${key}: event ${entry.eventId} has no note`);
    if (made.length > 1)
      report('duplicate-effect', `${key}: event ${entry.eventId} has ${made.length} notes`);
    for (const note of made) {
      const owners = contactIds.get(key);
      if (note.contactIds.length !== 1 || !owners?.has(note.contactIds[0] as string)) {
        report('wrong-state', `${key}: the note of event ${entry.eventId} is not on its contact alone`);
      }
    }
  }
  for (const [tag, made] of notes) {
    if (!wanted.has(tag)) report('phantom', `${made.length} notes '${tag}' of which nothing was committed`);
  }
}

/**
 * Reads the writes of every contact in the order in which they were applied. An older value after a newer one is an order break
 * when nothing as new followed it, and a repaired stale write otherwise.
 */
function judgeOrder(
  evidence: Evidence,
  byContact: Map<string, LedgerEntry[]>,
  report: Report,
): Pick<Figures, 'redelivered' | 'staleRepaired'> {
  let redelivered = 0;
  let staleRepaired = 0;
  for (const [key, records] of contactsByKey(evidence.portal.contacts)) {
    const committed = new Set((byContact.get(key) ?? []).map((entry) => entry.set[VALUE_PROPERTY]));
    for (const record of records) {
      const writes = evidence.portal.writes.get(record.id) ?? [];
      const order = readWrites(writes);
      redelivered += order.repeated;
      staleRepaired += order.repaired;
      for (const stale of order.unrepaired) report('order-break', `${key}: ${stale}`);
      for (const write of writes) {
        const value = write.properties[VALUE_PROPERTY];
        if (value !== undefined && !committed.has(value)) {
          report('phantom', `${key}: request ${write.requestN} wrote '${value}', which was never committed`);
        }
      }
    }
  }
  return { redelivered, staleRepaired };
}

/** How the numbered writes of a record followed each other, in the order in which they were applied. */
export function readWrites(writes: readonly PortalWrite[]): {
  repeated: number;
  repaired: number;
  unrepaired: string[];
} {
  let newest = 0;
  let repeated = 0;
  let repaired = 0;
  let open: string[] = [];
  for (const write of writes) {
    const text = write.properties[SEQ_PROPERTY];
    if (text === undefined) continue;
    const seq = Number(text);
    if (seq < newest) {
      open.push(`request ${write.requestN} wrote number ${seq} after ${newest}`);
      continue;
    }
    if (open.length > 0) {
      repaired += open.length;
      open = [];
    } else if (seq === newest) repeated += 1;
    newest = seq;
  }
  return { repeated, repaired, unrepaired: open };
}

function judgeDatabase(evidence: Evidence, report: Report): void {
  const { events, badLanes } = evidence.database;
  for (const entry of evidence.ledger) {
    const event = events.get(entry.eventId);
    const name = `${keyText(entry.key)}: event ${entry.eventId}`;
    if (!event) report('lost', `${name} was committed and is not in the outbox`);
    else if (event.state === 'pending')
      report('undelivered', `${name} still waits: ${event.error ?? 'no error'}`);
    else if (event.state !== 'delivered')
      report('dead', `${name} is ${event.state}: ${event.error ?? 'no reason'}`);
  }
  if (events.size > evidence.ledger.length) {
    report('phantom', `the outbox holds ${events.size} events and ${evidence.ledger.length} were committed`);
  }
  for (const lane of badLanes) report('lane-books', `${lane.recordKey}: ${lane.problem}`);
}

function judgeProcesses(evidence: Evidence, report: Report): void {
  const { crashes, unexpectedLines, leaks } = evidence.processes;
  for (const crash of crashes) report('crash', crash);
  for (const line of unexpectedLines) report('unexpected-log', line);
  for (const leak of leaks) report('leak', leak);
}

function useWhenSaturated(evidence: Evidence): Pick<Figures, 'useWhenSaturated' | 'saturatedSeconds'> {
  const { limit } = evidence;
  const long = evidence.saturated.filter((span) => span.to - span.from >= WINDOW_MS);
  const totalMs = long.reduce((sum, span) => sum + span.to - span.from, 0);
  const saturatedSeconds = Math.round(totalMs / 1000);
  if (limit === undefined || totalMs === 0) return { useWhenSaturated: null, saturatedSeconds };
  const inside = (call: PortalCall): boolean =>
    long.some((span) => call.at >= span.from && call.at < span.to);
  const calls = evidence.portal.calls.filter(inside).length;
  return { useWhenSaturated: calls / ((limit * totalMs) / WINDOW_MS), saturatedSeconds };
}
