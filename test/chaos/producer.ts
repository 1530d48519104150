import type { Pool, PoolClient } from 'pg';
import { systemClock } from '../../src/clock.ts';
import { type ContactKey, keyText, type Ledger, type LedgerEntry } from './ledger.ts';
import { SEQ_PROPERTY, VALUE_PROPERTY } from './oracle.ts';
import type { Random } from './random.ts';

/** Wider than any contact's event count: only for naming. */
const TRY_DIGITS = 36;

/** Records one event in the caller's transaction and returns its id; throws when it was refused. */
export type Track = (client: PoolClient, type: string, payload: object) => Promise<number>;

export interface ProducerOptions {
  readonly pool: Pool;
  readonly track: Track;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly contacts: readonly ContactKey[];
  /** Transactions at once. */
  readonly producers: number;
  /** Of all producers together. */
  readonly eventsPerSecond: number;
  /** Share of transactions that roll back. */
  readonly rollbackShare: number;
  /** Share of events that also make a note. */
  readonly noteShare: number;
  /** Longest transaction, ms. */
  readonly maxTransactionMs: number;
}

export interface ProducerFigures {
  committed: number;
  rolledBack: number;
}

/** Made-up contacts, half of them known by e-mail and half by a unique property. */
export function madeUpContacts(count: number): ContactKey[] {
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? { idProperty: 'email', id: `person-${index}@chaos.example.com` }
      : { idProperty: 'chaos_id', id: `c-${index}` },
  );
}

/** The rows that stand for the application's own entities: an event's number is counted here, under the row's lock. */
export async function createEntities(pool: Pool, contacts: readonly ContactKey[]): Promise<void> {
  await pool.query(
    'create table entities (key text collate "C" primary key, seq integer not null default 0)',
  );
  await pool.query('insert into entities (key) select unnest($1::text[])', [contacts.map(keyText)]);
}

/**
 * Runs transactions of random length until `signal` aborts: each locks one to three entities first (in byte order), records an
 * event for each, and commits or rolls back. The ledger learns of an event only after its commit.
 */
export async function produce(options: ProducerOptions, signal: AbortSignal): Promise<ProducerFigures> {
  const figures: ProducerFigures = { committed: 0, rolledBack: 0 };
  const meanEvents = 2;
  const pauseMs = (1000 * options.producers * meanEvents) / options.eventsPerSecond;
  const producers = Array.from({ length: options.producers }, async (_, index) => {
    const random = options.random.fork(`producer ${index}`);
    let next = performance.now() + random.next() * pauseMs;
    while (!signal.aborted) {
      await systemClock.sleep(next - performance.now(), signal);
      if (signal.aborted) break;
      await runTransaction(options, random, figures);
      // Behind schedule it goes on at once, but does not try to make up for more than a second.
      next = Math.max(next + pauseMs * (0.5 + random.next()), performance.now() - 1000);
    }
  });
  await Promise.all(producers);
  return figures;
}

/** Records `events` numbered events for each contact, one transaction for each event, and enters them in the ledger. */
export async function recordEvents(
  options: Pick<ProducerOptions, 'pool' | 'track' | 'ledger'>,
  contacts: readonly ContactKey[],
  events: number,
  content: EventContent = {},
): Promise<LedgerEntry[]> {
  const recorded: LedgerEntry[] = [];
  for (let round = 0; round < events; round += 1) {
    for (const key of contacts) {
      const client = await options.pool.connect();
      try {
        await client.query('begin');
        const entry = await recordOne(client, options.track, key, content, 'a');
        await client.query('commit');
        if (!content.poison) options.ledger.add([entry]);
        recorded.push(entry);
      } finally {
        client.release();
      }
    }
  }
  return recorded;
}

export interface EventContent {
  /** Text sets the property, null clears it, absent leaves it. */
  readonly extra?: string | null;
  readonly note?: boolean;
  /** Content that the portal refuses; such an event is no promise of the ledger's. */
  readonly poison?: boolean;
}

async function runTransaction(
  options: ProducerOptions,
  random: Random,
  figures: ProducerFigures,
): Promise<void> {
  const count = random.between(1, Math.min(3, options.contacts.length));
  const keys = new Map<string, ContactKey>();
  while (keys.size < count) {
    const key = random.pick(options.contacts);
    keys.set(keyText(key), key);
  }
  const ordered = [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  const rollBack = random.chance(options.rollbackShare);
  const attempt = random.between(0, TRY_DIGITS ** 6).toString(TRY_DIGITS);
  const client = await options.pool.connect();
  try {
    await client.query('begin');
    const entries: LedgerEntry[] = [];
    for (const key of ordered) {
      entries.push(await recordOne(client, options.track, key, drawContent(options, random), attempt));
    }
    await systemClock.sleep(random.next() ** 3 * options.maxTransactionMs);
    await client.query(rollBack ? 'rollback' : 'commit');
    if (rollBack) figures.rolledBack += entries.length;
    else {
      figures.committed += entries.length;
      options.ledger.add(entries);
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
}

function drawContent(options: ProducerOptions, random: Random): EventContent {
  const draw = random.next();
  const extra = draw < 0.2 ? `extra-${random.between(1, 1e6)}` : draw < 0.3 ? null : undefined;
  return { ...(extra === undefined ? {} : { extra }), note: random.chance(options.noteShare) };
}

async function recordOne(
  client: PoolClient,
  track: Track,
  key: ContactKey,
  content: EventContent,
  attempt: string,
): Promise<LedgerEntry> {
  const { rows } = await client.query<{ seq: number }>(
    'update entities set seq = seq + 1 where key = $1 returning seq',
    [keyText(key)],
  );
  const seq = rows[0]?.seq;
  if (seq === undefined) throw new Error(`There is no entity ${keyText(key)}.`);
  const value = `${seq}.${attempt}`;
  const note = content.note ? `chaos-note-${keyText(key)}-${seq}-${attempt}` : undefined;
  const { extra, poison } = content;
  const eventId = await track(client, 'chaos_changed', { ...key, seq, value, extra, note, poison });
  return {
    eventId,
    key,
    seq,
    set: {
      [SEQ_PROPERTY]: String(seq),
      [VALUE_PROPERTY]: value,
      ...(extra === undefined ? {} : { chaos_extra: extra ?? '' }),
    },
    ...(note === undefined ? {} : { note }),
  };
}
