import type { Database } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { silentLogger } from '../../src/log.ts';
import { claimLanes } from '../../src/outbox/claim.ts';
import { type Bench, type BenchOptions, sized } from '../bench.ts';
import { type BenchPostgres, startBenchPostgres } from '../bench-postgres.ts';
import { judge, type Sample, summarise } from '../figures.ts';
import { median, percentile } from '../statistics.ts';
import { type Backlog, backlogOf, loadBacklog } from '../waiting-backlog.ts';

/** The names keep the full size when a run is scaled down; the settings show what was really waiting. */
const SIZES = [
  { name: '1,000 waiting', events: 1_000, stale: false },
  { name: '100,000 waiting', events: 100_000, stale: false },
  { name: '1,000,000 waiting', events: 1_000_000, stale: false },
  { name: '1,000,000 waiting, stale statistics', events: 1_000_000, stale: true },
] as const;

const BASELINE = SIZES[0].name;
const SMALLEST_BACKLOG = 1_000;
const CASE = 'a claim of 100 lanes';
/** As the worker claims. */
const LANES = 100;
const EVENTS_PER_LANE = 50;
const LEASE_MS = 30_000;
const SETTLE_MS = 15_000;
/** For each size and round. */
const CLAIMS = 400;
const WARM_UP_CLAIMS = 20;
/** A size whose claims have taken this long in a round makes no more in it: a bad plan takes seconds for one claim. */
const CAP_MS = 20_000;

interface Contestant {
  readonly name: string;
  readonly backlog: Backlog;
  readonly db: Database;
}

export const claimBench: Bench = {
  name: 'claim',
  what: 'Taking 100 lanes and their events under a lease, with a growing backlog and one blocked record in front of it.',
  peers: false,
  rounds: 5,
  async run(options) {
    const postgres = await startBenchPostgres(options.scope);
    const contestants: Contestant[] = [];
    for (const [index, size] of SIZES.entries()) {
      options.signal.throwIfAborted();
      options.progress(`loading: ${size.name}`);
      contestants.push(await prepare(options, postgres, index));
    }
    const claims = sized(CLAIMS, options.scale, 10);
    await claimInTurns(options, contestants, sized(WARM_UP_CLAIMS, options.scale, 2));
    const rounds: Sample[][] = [];
    for (let round = 0; round < options.rounds; round++) {
      options.progress(`round ${round + 1}/${options.rounds}`);
      rounds.push(await claimInTurns(options, contestants, claims));
    }
    for (const { db } of contestants) await db.close();
    await postgres.stop();
    const figures = summarise(rounds, BASELINE, ['p50', 'p99']);
    return {
      bench: this.name,
      what: this.what,
      settings: {
        claims,
        'events waiting': contestants.map(({ backlog }) => backlog.events).join(' / '),
        'of one blocked record': contestants.map(({ backlog }) => backlog.blocked).join(' / '),
        ...postgres.settings,
      },
      figures,
      goals: SIZES.slice(2).map(({ name }) =>
        judge(
          figures,
          {
            text: `p99 of a claim, ${name}, times that of ${BASELINE}`,
            case: CASE,
            contender: name,
            measure: 'p99',
            of: 'ratio',
            limit: 2,
            direction: 'at most',
          },
          options.scale,
        ),
      ),
      notes: [
        'The sizes take turns after every claim, each in a database of its own on one server; a claim is the statement, its commit and the reading of its rows.',
        'After each claim, not measured, its lanes are given back to the end of the queue with their events, so that the backlog keeps its size and the front of the index fills with what was claimed.',
        'Stale statistics: taken at 100 events, with autovacuum off.',
        `A size whose claims have taken ${CAP_MS / 1000} s in a round makes no more in it; "claims" shows how many it made.`,
      ],
    };
  },
};

async function prepare(options: BenchOptions, postgres: BenchPostgres, index: number): Promise<Contestant> {
  const { name, events, stale } = SIZES[index] ?? SIZES[0];
  const database = await postgres.createDatabase(`bench_claim_${index}`);
  // The load of a million rows takes longer than a worker's statements may.
  const db = await openDatabase({ url: database.url, log: silentLogger, poolSize: 1 });
  options.scope.defer(() => db.close());
  await migrate(db);
  const backlog = backlogOf(sized(events, options.scale, SMALLEST_BACKLOG));
  await loadBacklog(db, backlog, stale);
  if (!stale) await database.settle();
  return { name, backlog, db };
}

async function claimInTurns(
  options: BenchOptions,
  contestants: readonly Contestant[],
  claims: number,
): Promise<Sample[]> {
  const taken = contestants.map(({ name, db }) => ({ name, db, ms: [] as number[], total: 0 }));
  for (let turn = 0; turn < claims; turn++) {
    options.signal.throwIfAborted();
    for (const each of taken) {
      if (each.total > CAP_MS) continue;
      const ms = await claimOnce(each.db);
      each.ms.push(ms);
      each.total += ms;
    }
  }
  return taken.flatMap(({ name, ms }) => [
    { case: CASE, contender: name, measure: 'p50', unit: 'ms', value: median(ms) },
    { case: CASE, contender: name, measure: 'p99', unit: 'ms', value: percentile(ms, 99) },
    { case: CASE, contender: name, measure: 'claims', unit: 'claims', value: ms.length },
  ]);
}

async function claimOnce(db: Database): Promise<number> {
  const began = performance.now();
  const lanes = await claimLanes(db, {
    worker: 'bench',
    kind: 'plain',
    lanes: LANES,
    eventsPerLane: EVENTS_PER_LANE,
    leaseMs: LEASE_MS,
    settleMs: SETTLE_MS,
  });
  const ms = performance.now() - began;
  if (lanes.length !== LANES) throw new Error(`A claim of ${LANES} lanes gave ${lanes.length}.`);
  await db.query(
    'update {schema}.lanes set leased_by = null, ready_at = clock_timestamp() where id = any ($1::bigint[])',
    [lanes.map((lane) => lane.id)],
  );
  return ms;
}
