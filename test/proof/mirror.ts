// `npm run proof -- mirror [--seeds N] [--seed S] [--mutants [--guard NAME]]`: the mirror of a portal that goes on changing.
//
// Each seed: a portal whose clock moves in steps and whose index lags by up to 30 s and out of order; 200 changes a second (updates,
// archives, restores, merges, erasures, joins and leaves of a list) and one edit of many records in one ms; a reader of what has changed,
// and beside it one that reads all and what has left, again and again, and sleeps with one page in 16 in its hands while records on it
// change and the other reader is through with them; both are killed in the middle of transactions. When all is quiet the mirror must be as
// the portal is: by its own reconcile, and by a comparison that knows nothing of it.
//
// With --mutants a guard is taken away, and somebody has to notice. A reading of all also brings what the other reader has missed, and a
// sweep what an older page has overwritten; where that would hide a guard's absence there is none, and what has left counts as no fault.
// Nothing waits for the machine: on a slow one the readers take longer, and the portal's clock goes on until they are through.
//
// Exit code 1 when a record differs, or when a guard's removal goes unnoticed.

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startSimulator } from '../../simulator/index.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Database, Queryable } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { createHubspotClient, type Exchange, tokenFromText } from '../../src/hubspot/index.ts';
import { createTransport } from '../../src/hubspot/transport.ts';
import { silentLogger } from '../../src/log.ts';
import { LISTS } from '../../src/pull/mirror-duties.ts';
import { ALL_PULL_GUARDS, type PullGuards } from '../../src/pull/pull-guards.ts';
import type { PullKind } from '../../src/pull/pull-report.ts';
import { createPullTools } from '../../src/pull/pull-tools.ts';
import { reconcile } from '../../src/pull/reconcile.ts';
import { leaseName, runPull } from '../../src/pull/run-pull.ts';
import { createRandom } from '../chaos/random.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { compareMembers, compareRecords, PROPERTIES } from './compare-mirror.ts';
import { makeTrouble } from './mirror-trouble.ts';
import { createPageSleepers } from './page-sleepers.ts';

const STEP_MS = 250;
/** Of real time, for a step in which nothing changes. */
const REAL_STEP_MS = 20;
const MAX_LAG_MS = 30_000;
const SETTLE_MS = 31_000;
/** Of the portal's time. */
const TROUBLE_STEPS = 400;
const RECORDS = 20_000;
/** One in so many is changed by nobody, or once, while a reader sleeps: what is lost of it comes back by no later change. */
const QUIET_ONE_IN = 5;
const SHARED = 15_000;
/** Of transactions that write the mirror. */
const CRASH_SHARE = 0.08;
/** When nothing changes any more: a reading that is killed at its very end begins anew, and the last one is to end. */
const LAST_KILLS = 20;

interface Outcome {
  readonly changes: number;
  readonly crashes: number;
  readonly runs: number;
  readonly reads: number;
  /** Pages that were written after their changes had been read. */
  readonly held: number;
  /** By reconcile. */
  readonly reported: number;
  /** By comparison with the portal itself. */
  readonly differing: number;
  readonly example: string;
}

type Beside = 'sweep' | 'all';

/** The process is gone: nothing of its transaction stays. */
class Crash extends Error {}

/** What is read beside the changes while a guard is away. */
const BESIDE: Readonly<Record<keyof PullGuards, readonly Beside[]>> = {
  suspects: ['sweep'],
  settled: [],
  cursor: [],
  newest: ['all'],
};

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
    guard: { type: 'string' },
  },
});
const server = await startPostgres();
let failed = false;
try {
  const [seed, seeds] = [Number(values.seed), Number(values.seeds)];
  if (values.mutants) {
    if (values.guard === undefined) {
      const guarded = await prove(seed, { guards: ALL_PULL_GUARDS, beside: [] });
      judge(isSame(guarded), ['ok    ', 'FAILED'], 'without readings of all', guarded);
    }
    for (const guard of Object.keys(ALL_PULL_GUARDS) as (keyof PullGuards)[]) {
      if (values.guard !== undefined && values.guard !== guard) continue;
      const guards = { ...ALL_PULL_GUARDS, [guard]: false };
      const outcome = await prove(seed, { guards, beside: BESIDE[guard] });
      judge(
        outcome.reported > 0 && outcome.differing > 0,
        ['caught', 'NOT CAUGHT'],
        `without ${guard}`,
        outcome,
      );
    }
  } else
    for (let n = seed; n < seed + seeds; n += 1) {
      const outcome = await prove(n, { guards: ALL_PULL_GUARDS, beside: ['sweep', 'all'] });
      judge(isSame(outcome), ['ok    ', 'FAILED'], `seed ${n}`, outcome);
    }
} finally {
  await server.stop();
}
process.exitCode = failed ? 1 : 0;

function isSame({ reported, differing }: Outcome): boolean {
  return reported === 0 && differing === 0;
}

function judge(ok: boolean, [good, bad]: readonly [string, string], name: string, outcome: Outcome): void {
  const { changes, crashes, runs, reads, held, reported, differing, example } = outcome;
  failed ||= !ok;
  console.log(
    `${ok ? good : bad}  ${name}: ${changes} changes, ${runs} runs of readers, ${crashes} of them killed, ${reads} records read, ` +
      `${held} old pages held back: ` +
      `${reported} differences by reconcile, ${differing} by comparison${example && ` (${example})`}`,
  );
}

async function prove(
  seed: number,
  { guards, beside }: { readonly guards: PullGuards; readonly beside: readonly Beside[] },
): Promise<Outcome> {
  const sweeps = beside.includes('sweep');
  const random = createRandom(seed);
  const behaviour = { searchLag: { minMs: 0, maxMs: MAX_LAG_MS } };
  const portal = await startSimulator({ limits: 'none', behaviour, journalSize: 0, seed });
  const schema = `proof_${seed}_${Math.floor(performance.now())}`;
  const db = await openDatabase({ url: server.url, schema, poolSize: 8, log: silentLogger });
  await migrate(db);
  const connect = {
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    timeoutMs: 60_000,
    log: silentLogger,
  };
  const client = createHubspotClient(connect);
  const transport = createTransport(connect);
  let now = portal.setClock({ now: Date.UTC(2026, 9, 1), frozen: true });
  const pass = (ms: number) => {
    now = portal.setClock({ advanceMs: ms });
  };
  const clock: Clock = { ...systemClock, now: () => now };
  const made = portal.insert(
    'contacts',
    Array.from({ length: RECORDS }, (_, n) => ({ email: `c${n}@example.com`, city: '0' })),
  );
  const isQuiet = (place: number) => place % QUIET_ONE_IN === 0;
  const ids = made.filter((_, place) => !isQuiet(place));
  const quiet = new Set(made.filter((_, place) => isQuiet(place)));
  // So that no reader of changes comes upon their creation.
  pass(10 * SETTLE_MS);
  let crashes = 0;
  let runs = 0;
  let reads = 0;
  let filled = false;
  let troubled = true;
  let readingWhole = true;
  let killsLeft = Number.POSITIVE_INFINITY;
  const madeList = await client.lists.create({
    name: 'People',
    objectTypeId: '0-1',
    processingType: 'MANUAL',
  });
  const list = listIdOf(madeList);
  const trouble = makeTrouble(client, portal, { ids, list }, random, sweeps);
  const sleepers = createPageSleepers({ db, quiet, change: trouble.update, now: () => now });
  const crashing: Database = {
    kind: db.kind,
    schema: db.schema,
    serverVersion: db.serverVersion,
    query: (text, given) => db.query(text, given),
    session: (work) => db.session(work),
    listen: (channel, onNotify) => db.listen(channel, onNotify),
    notify: (channel, payload) => db.notify(channel, payload),
    close: () => db.close(),
    transaction: async <T>(work: (tx: Queryable) => Promise<T>) => {
      if (killsLeft === 0 || random.next() >= CRASH_SHARE) return db.transaction(work);
      killsLeft -= 1;
      crashes += 1;
      return db.transaction<T>(async (tx) => {
        await work(tx);
        throw new Crash('killed');
      });
    },
  };
  const makeTools = () =>
    createPullTools({
      db: crashing,
      transport,
      mirror: { objects: { contacts: { properties: PROPERTIES } }, lists: 'all' },
      clock,
      log: silentLogger,
      guards,
      holder: `reader ${runs}`,
      incremental: { settleMs: SETTLE_MS, settleStepMs: 1_000, overlapMs: 10_000 },
    });
  /** Whoever reads all falls asleep; not while the mirror is filled for the first time, when nobody reads changes. */
  const toolsOf = (kind: PullKind) => {
    const tools = makeTools();
    return kind === 'all' && filled ? { ...tools, scans: sleepers.holding(tools.scans) } : tools;
  };
  const never = new AbortController().signal;
  /** One run; a killed one is begun again by the next process. */
  const read = async (kind: PullKind): Promise<void> => {
    for (;;) {
      runs += 1;
      try {
        const done = await runPull(toolsOf(kind), { kind, requestedBy: 'proof' }, never);
        reads += done.total.records;
        if (done.state !== 'done') throw new Error(`a run is ${done.state}: ${JSON.stringify(done.errors)}`);
        return;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        // Its run and its leases are the dead process's: others wait until they are over.
        await db.query(
          `update {schema}.pull_runs set state = 'stopped', ended_at = now() where state = 'running' and kind = $1`,
          [kind],
        );
        await db.query(
          `update {schema}.pull_leases set holder = null, held_until = '-infinity' where name = any ($1::text[])`,
          [[leaseName('contacts', kind), kind === 'incremental' ? 'lists' : 'all members of lists']],
        );
      }
    }
  };

  const changesReader = async () => {
    while (troubled || readingWhole) await read('incremental');
  };
  /** Each kind at least once, however long the first reading has taken. */
  const wholeReader = async () => {
    for (let round = 0; beside.length > 0 && (troubled || round < beside.length); round += 1)
      await read(beside[round % beside.length] ?? 'all');
    readingWhole = false;
  };
  const filling = read('all').then(() => {
    filled = true;
  });
  const readers = filling.then(() => Promise.all([changesReader(), wholeReader()]));
  // What a guard keeps up must not hang on how long the first reading takes.
  if (values.mutants) await filling;
  for (let step = 1; step <= TROUBLE_STEPS; step += 1) {
    pass(STEP_MS);
    await trouble.step();
    if (step === TROUBLE_STEPS / 2) await trouble.bulk(SHARED);
  }
  troubled = false;
  killsLeft = LAST_KILLS;
  // Who is asleep wakes up when the reader of changes is further, and for that the clock has to go on.
  let ended = false;
  const ending = readers.finally(() => {
    ended = true;
  });
  while (!ended) {
    pass(STEP_MS);
    await delay(REAL_STEP_MS);
  }
  await ending;

  killsLeft = 0;
  // Older than the index lags, in several looks, as a loop would.
  for (let look = 0; look < 4; look += 1) {
    pass(MAX_LAG_MS / 2);
    await read('incremental');
  }
  pass(SETTLE_MS + 2_000);
  await read('incremental');
  if (sweeps) await read('sweep');
  // Lists are read every ten minutes.
  pass(LISTS.everyMs + 1_000);
  await db.query(`update {schema}.pull_leases set done_at = done_at - interval '11 minutes'`);
  await read('incremental');
  const proof = await reconcile(makeTools(), 'contacts', { signal: never, youngMs: 0 });
  const compared = await compareRecords(db, portal.records('contacts'), sweeps);
  const members = await compareMembers(db, portal.list(list)?.members.map(({ recordId }) => recordId) ?? []);
  const differing = compared.differing + members.differing;
  const example = compared.example || members.example;
  await Promise.all([client.close(), transport.close()]);
  await portal.stop();
  await db.query('drop schema {schema} cascade');
  await db.close();
  const reported = proof === undefined ? -1 : proof.missing + proof.stale + (sweeps ? proof.extra : 0);
  const held = sleepers.slept();
  return { changes: trouble.changes(), crashes, runs, reads, held, reported, differing, example };
}

function listIdOf(made: Exchange): string {
  const body: unknown = made.kind === 'fault' ? undefined : made.body;
  const { list } = z.object({ list: z.object({ listId: z.string() }) }).parse(body);
  return list.listId;
}
