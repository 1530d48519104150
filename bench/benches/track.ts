import pg from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { type Bench, type BenchOptions, sized } from '../bench.ts';
import { startBenchPostgres } from '../bench-postgres.ts';
import { plainInsert } from '../contenders/track/plain-insert.ts';
import { track } from '../contenders/track/track.ts';
import { trackInSql } from '../contenders/track/track-in-sql.ts';
import { judge, type Sample, summarise } from '../figures.ts';
import { median, percentile } from '../statistics.ts';
import type { TrackContender } from '../track-contender.ts';

const CONTENDERS: readonly TrackContender[] = [plainInsert, track, trackInSql];
const EVENTS_PER_TRANSACTION = [1, 10] as const;
/** For each contender and round. */
const TRANSACTIONS = 1_000;
const WARM_UP_TRANSACTIONS = 100;
const CLIENTS = 8;
/** For each contender and round, with all clients. */
const WINDOW_MS = 3_000;

export const trackBench: Bench = {
  name: 'track',
  what: "Recording an event in the application's transaction, beside a plain insert of the same row into the same table.",
  peers: false,
  rounds: 5,
  async run(options) {
    const postgres = await startBenchPostgres(options.scope);
    const database = await postgres.createDatabase('bench_track');
    const db = await openDatabase({ url: database.url, log: silentLogger });
    await migrate(db);
    await db.close();
    const pool = new pg.Pool({ connectionString: database.url, max: CLIENTS });
    // When the run is interrupted the server goes first.
    pool.on('error', () => {});
    const disconnect = options.scope.defer(() => pool.end());
    const transactions = sized(TRANSACTIONS, options.scale, 20);
    const windowMs = sized(WINDOW_MS, options.scale, 100);
    const ways = CONTENDERS.map((contender) => ({ name: contender.name, record: contender.prepare() }));
    const rounds: Sample[][] = [];
    await oneByOne(options, pool, ways, 1, sized(WARM_UP_TRANSACTIONS, options.scale, 5));
    for (let round = 0; round < options.rounds; round++) {
      options.progress(`round ${round + 1}/${options.rounds}`);
      const samples: Sample[] = [];
      for (const events of EVENTS_PER_TRANSACTION) {
        await pool.query('truncate spoke.outbox_events');
        samples.push(...(await oneByOne(options, pool, ways, events, transactions)));
      }
      await pool.query('truncate spoke.outbox_events');
      samples.push(...(await together(options, pool, rotated(ways, round), windowMs)));
      rounds.push(samples);
    }
    await disconnect();
    await postgres.stop();
    const figures = summarise(rounds, plainInsert.name);
    return {
      bench: this.name,
      what: this.what,
      settings: { transactions, clients: CLIENTS, 'window ms': windowMs, ...postgres.settings },
      figures,
      goals: EVENTS_PER_TRANSACTION.map((events) =>
        judge(
          figures,
          {
            text: `time of a transaction with track(), ${caseName(events)}, times a plain insert's`,
            case: caseName(events),
            contender: track.name,
            measure: 'transaction, median',
            of: 'ratio',
            limit: 1.3,
            direction: 'at most',
          },
          options.scale,
        ),
      ),
      notes: [
        'A transaction is begin, the events one after the other, commit; the contenders take turns after every transaction, on one connection.',
        '"statements" is the same without begin and commit: on a server that waits for its disk it is what the contender adds.',
        'The plain insert asks for nothing back; track() returns the id, checks the event and cannot break the transaction.',
      ],
    };
  },
};

/** A contender, ready to record. */
interface Way {
  readonly name: string;
  readonly record: ReturnType<TrackContender['prepare']>;
}

async function oneByOne(
  options: BenchOptions,
  pool: pg.Pool,
  ways: readonly Way[],
  events: number,
  transactions: number,
): Promise<Sample[]> {
  const taken = ways.map((way) => ({ way, transaction: [] as number[], statements: [] as number[] }));
  const client = await pool.connect();
  try {
    for (let turn = 0; turn < transactions; turn++) {
      options.signal.throwIfAborted();
      for (const { way, transaction, statements } of rotated(taken, turn)) {
        const began = performance.now();
        await client.query('begin');
        const inside = performance.now();
        for (let event = 0; event < events; event++) await way.record(client, payload(turn));
        statements.push(performance.now() - inside);
        await client.query('commit');
        transaction.push(performance.now() - began);
      }
    }
  } finally {
    client.release();
  }
  return taken.flatMap(({ way, transaction, statements }) => {
    const of = (measure: string, value: number): Sample => ({
      case: caseName(events),
      contender: way.name,
      measure,
      unit: 'ms',
      value,
    });
    return [
      of('transaction, median', median(transaction)),
      of('transaction, p99', percentile(transaction, 99)),
      of('statements, median', median(statements)),
    ];
  });
}

async function together(
  options: BenchOptions,
  pool: pg.Pool,
  ways: readonly Way[],
  windowMs: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const way of ways) {
    const began = performance.now();
    const counts = await Promise.all(
      Array.from({ length: CLIENTS }, () => recordUntil(options, pool, way, began + windowMs)),
    );
    const recorded = counts.reduce((sum, count) => sum + count, 0);
    samples.push({
      case: `${CLIENTS} clients at once, 1 event per transaction`,
      contender: way.name,
      measure: 'events per second',
      unit: '/s',
      value: (recorded * 1000) / (performance.now() - began),
    });
  }
  return samples;
}

async function recordUntil(options: BenchOptions, pool: pg.Pool, way: Way, end: number): Promise<number> {
  const client = await pool.connect();
  let recorded = 0;
  try {
    while (performance.now() < end) {
      options.signal.throwIfAborted();
      await client.query('begin');
      await way.record(client, payload(recorded));
      await client.query('commit');
      recorded++;
    }
  } finally {
    client.release();
  }
  return recorded;
}

function caseName(events: number): string {
  return events === 1 ? '1 event per transaction' : `${events} events per transaction`;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, index) => items[(index + by) % items.length] as T);
}

function payload(change: number): Record<string, unknown> {
  return {
    email: `contact-${change}@example.com`,
    firstname: 'Ada',
    lastname: `Example ${change}`,
    phone: '+49 30 1234567',
    company: 'Example Ltd',
    jobtitle: 'Engineer',
    city: 'Berlin',
    country: 'Germany',
    website: 'https://example.com',
    change,
  };
}
