import type { Pool, PoolClient } from 'pg';
import { systemClock } from '../../../src/clock.ts';
import { patiently } from '../patiently.ts';
import type { Track } from '../producer.ts';
import type { Random } from '../random.ts';
import type { EffectEntry } from './effects-ledger.ts';
import { type PersonPayload, SLOTS, type Slot, STAGES } from './subjects.ts';

export interface EffectsProducerOptions {
  readonly pool: Pool;
  readonly track: Track;
  readonly random: Random;
  /** Filled after each commit. */
  readonly ledger: EffectEntry[];
  readonly people: number;
  readonly companies: number;
  readonly deals: number;
  /** Transactions at once. */
  readonly producers: number;
  /** Of all producers together. */
  readonly eventsPerSecond: number;
  readonly rollbackShare: number;
  readonly maxTransactionMs: number;
}

export interface EffectsProduced {
  committed: number;
  rolledBack: number;
  /** Transactions that the end of the server cut off: looked up afterwards. */
  cutOff: number;
  /** Of those, the ones that had been committed. */
  cutOffCommitted: number;
}

/** The application's own table: an event's number is counted in it under the row's lock, and Spoke writes back to it. */
export async function createPeople(pool: Pool, people: number): Promise<void> {
  await pool.query(
    `create table people (
       id integer primary key, seq integer not null default 0, stage integer not null default 0,
       hubspot_id text, hubspot_sync_status text, hubspot_synced_at timestamptz, hubspot_error text,
       hubspot_sync_attempts integer, last_hubspot_attempt_at timestamptz
     )`,
  );
  await pool.query('insert into people (id) select generate_series(0, $1::integer - 1)', [people]);
}

/**
 * Runs transactions of random length until `signal` aborts: each locks one to three people (in the order of their ids), records an
 * event for each and now and then one of a company or a deal, and commits or rolls back. What the server's end cuts off is looked
 * up when it is back: the ledger holds exactly what was committed.
 */
export async function produceEffects(
  options: EffectsProducerOptions,
  signal: AbortSignal,
): Promise<EffectsProduced> {
  const figures: EffectsProduced = { committed: 0, rolledBack: 0, cutOff: 0, cutOffCommitted: 0 };
  const meanEvents = 2.4;
  const pauseMs = (1000 * options.producers * meanEvents) / options.eventsPerSecond;
  const producers = Array.from({ length: options.producers }, async (_, index) => {
    const random = options.random.fork(`effects ${index}`);
    let next = performance.now() + random.next() * pauseMs;
    for (let round = 0; !signal.aborted; round += 1) {
      await systemClock.sleep(next - performance.now(), signal);
      if (signal.aborted) break;
      await runTransaction(options, random, `${index}.${round}`, figures);
      next = Math.max(next + pauseMs * (0.5 + random.next()), performance.now() - 1000);
    }
  });
  await Promise.all(producers);
  return figures;
}

/** Makes the deals that are linked and that no event has made: the other end of a link comes last. */
export async function makeMissingDeals({ pool, track, ledger }: EffectsProducerOptions): Promise<number> {
  const linked = new Set<number>();
  const made = new Set<number>();
  for (const { type, payload } of ledger) {
    if (type === 'deal_changed') made.add(payload.of);
    if (type !== 'person_changed' || !payload.deal) continue;
    (payload.deal.slots.length > 0 ? made : linked).add(payload.deal.deal);
  }
  const missing = [...linked].filter((deal) => !made.has(deal));
  for (const of of missing) {
    await patiently(async () => {
      const client = await pool.connect();
      try {
        const payload = { of, tag: `last.${of}`, slots: [...SLOTS] };
        const known = await client.query<{ id: string }>(
          `select id from spoke.outbox_events where type = 'deal_changed' and payload ->> 'tag' = $1`,
          [payload.tag],
        );
        const id = known.rows[0]?.id ?? (await track(client, 'deal_changed', payload));
        ledger.push({ eventId: Number(id), type: 'deal_changed', payload });
      } finally {
        client.release(true);
      }
    });
  }
  return missing.length;
}

async function runTransaction(
  options: EffectsProducerOptions,
  random: Random,
  name: string,
  figures: EffectsProduced,
): Promise<void> {
  const { pool, ledger } = options;
  const people = new Set<number>();
  const count = random.between(1, 3);
  while (people.size < count) people.add(random.between(0, options.people - 1));
  const rollBack = random.chance(options.rollbackShare);
  const entries: EffectEntry[] = [];
  const client = await patiently(() => pool.connect());
  try {
    await client.query('begin');
    for (const person of [...people].sort((a, b) => a - b))
      entries.push(await recordPerson(client, options, random, person, `${name}.${person}`));
    const own = await recordOwn(client, options, random, name);
    if (own) entries.push(own);
    await systemClock.sleep(random.next() ** 3 * options.maxTransactionMs);
    await client.query(rollBack ? 'rollback' : 'commit');
  } catch (error) {
    const alive = await client.query('rollback').then(
      () => true,
      () => false,
    );
    client.release(true);
    if (alive) throw error;
    figures.cutOff += 1;
    const committed = await committedOf(pool, entries);
    if (committed.length === 0) return;
    if (rollBack || committed.length < entries.length)
      throw new Error(`of a transaction with ${entries.length} events ${committed.length} were committed`);
    figures.cutOffCommitted += 1;
    figures.committed += entries.length;
    ledger.push(...entries);
    return;
  }
  client.release();
  if (rollBack) figures.rolledBack += entries.length;
  else {
    figures.committed += entries.length;
    ledger.push(...entries);
  }
}

/** After a crash an id may be given out again: the tag says whose event it is. */
async function committedOf(pool: Pool, entries: readonly EffectEntry[]): Promise<unknown[]> {
  const { rows } = await patiently(() =>
    pool.query(
      `select 1 from spoke.outbox_events e join unnest($1::bigint[], $2::text[]) t(id, tag)
       on t.id = e.id and e.payload ->> 'tag' = t.tag`,
      [entries.map((entry) => entry.eventId), entries.map((entry) => entry.payload.tag)],
    ),
  );
  return rows;
}

async function recordPerson(
  client: PoolClient,
  { track, companies, deals }: EffectsProducerOptions,
  random: Random,
  person: number,
  tag: string,
): Promise<EffectEntry> {
  const moves = random.chance(0.2) ? 1 : 0;
  const { rows } = await client.query<{ seq: number; stage: number }>(
    'update people set seq = seq + 1, stage = least(stage + $2, $3) where id = $1 returning seq, stage',
    [person, moves, STAGES.length - 1],
  );
  const row = rows[0];
  if (!row) throw new Error(`there is no person ${person}`);
  const payload: PersonPayload = {
    person,
    seq: row.seq,
    tag,
    ...(moves ? { stage: STAGES[row.stage] ?? 'customer' } : {}),
    // A person keeps to a few companies, so that links are asked for again and again.
    ...(random.chance(0.35)
      ? {
          company: {
            company: (person + random.between(0, 2) * 7) % companies,
            slots: someSlots(random),
            champion: random.chance(0.3),
          },
        }
      : {}),
    ...(random.chance(0.15)
      ? {
          deal: {
            deal: random.between(0, deals - 1),
            slots: random.chance(0.4) ? someSlots(random) : [],
          },
        }
      : {}),
    ...(random.chance(0.3)
      ? { amount: `${random.between(0, 999)}.${String(random.between(0, 99)).padStart(2, '0')}` }
      : {}),
    ...(random.chance(0.2) ? { note: true } : {}),
    ...(random.chance(0.25) ? { onList: random.chance(0.5) } : {}),
    ...(random.chance(0.06) ? { consent: random.chance(0.5) } : {}),
  };
  return { eventId: await track(client, 'person_changed', payload), type: 'person_changed', payload };
}

/** Now and then an event of a company's or a deal's own: its lane is another one than those of the people who share it. */
async function recordOwn(
  client: PoolClient,
  { track, companies, deals }: EffectsProducerOptions,
  random: Random,
  name: string,
): Promise<EffectEntry | undefined> {
  const draw = random.next();
  if (draw > 0.4) return undefined;
  const type = draw < 0.15 ? 'company_changed' : 'deal_changed';
  const of = random.between(0, (type === 'company_changed' ? companies : deals) - 1);
  const payload = { of, tag: `${name}.own`, slots: someSlots(random) };
  return { eventId: await track(client, type, payload), type, payload };
}

function someSlots(random: Random): Slot[] {
  const slots = SLOTS.filter(() => random.chance(0.5));
  return slots.length > 0 ? slots : [random.pick(SLOTS)];
}
