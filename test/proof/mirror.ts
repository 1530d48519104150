// `npm run proof -- mirror [--seeds N] [--seed S] [--mutants [--guard NAME]]`: the mirror of a portal that goes on changing.
//
// Each seed: a portal whose clock moves in steps and whose index lags by up to 30 s and out of order; 200 changes a second (updates,
// archives, restores, merges, erasures, joins and leaves of a list) and one edit of many records in one ms; a reader of what has changed,
// and beside it one that reads all and what has left, again and again, and is at times asleep with a page in its hands; both are killed in
// the middle of transactions. When all is quiet the mirror must be as the portal is: by its own reconcile, and by a comparison that knows
// nothing of it. With --mutants a guard is taken away, and somebody has to notice. A reading of all also brings what the other reader has
// missed; where that would hide a guard's absence there is none, and what has left counts as no fault.
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
import {
  createHubspotClient,
  type Exchange,
  type HubspotClient,
  parseRecord,
  tokenFromText,
} from '../../src/hubspot/index.ts';
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

const STEP_MS = 250;
const CHANGES_PER_STEP = 50;
const MAX_LAG_MS = 30_000;
const SETTLE_MS = 31_000;
/** Of the portal's time. */
const TROUBLE_STEPS = 400;
const RECORDS = 16_000;
/** More, that nobody changes: what is lost of them comes back by no change. */
const UNCHANGED = 4_000;
const SHARED = 15_000;
/** Of transactions that write the mirror. */
const CRASH_SHARE = 0.08;
/** Of pages of readings of all, and for how long, in the portal's time: a change is read a second time sooner. */
const ASLEEP_SHARE = 0.05;
const ASLEEP_MS = 45_000;
/** Who joins the list, and who leaves it, in each step. */
const MOVES_PER_STEP = 5;

interface Outcome {
  readonly changes: number;
  readonly crashes: number;
  readonly runs: number;
  readonly reads: number;
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
  const { changes, crashes, runs, reads, reported, differing, example } = outcome;
  failed ||= !ok;
  console.log(
    `${ok ? good : bad}  ${name}: ${changes} changes, ${runs} runs of readers, ${crashes} of them killed, ${reads} records read: ` +
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
  const ids = portal.insert(
    'contacts',
    Array.from({ length: RECORDS }, (_, n) => ({ email: `c${n}@example.com`, city: '0' })),
  );
  portal.insert(
    'contacts',
    Array.from({ length: UNCHANGED }, (_, n) => ({ email: `u${n}@example.com`, city: '0' })),
  );
  // So that no reader of changes comes upon their creation.
  pass(10 * SETTLE_MS);
  let crashes = 0;
  let runs = 0;
  let reads = 0;
  let filled = false;
  let troubled = true;
  let calm = false;
  const madeList = await client.lists.create({
    name: 'People',
    objectTypeId: '0-1',
    processingType: 'MANUAL',
  });
  const list = listIdOf(madeList);
  /** The database of a reader; `kind` tells who may fall asleep. */
  const databaseOf = (kind: PullKind): Database => ({
    kind: db.kind,
    schema: db.schema,
    serverVersion: db.serverVersion,
    query: (text, given) => db.query(text, given),
    session: (work) => db.session(work),
    listen: (channel, onNotify) => db.listen(channel, onNotify),
    notify: (channel, payload) => db.notify(channel, payload),
    close: () => db.close(),
    transaction: async <T>(work: (tx: Queryable) => Promise<T>) => {
      if (kind === 'all' && filled && random.next() < ASLEEP_SHARE) {
        const until = now + ASLEEP_MS;
        while (now < until && troubled) await delay(20);
      }
      if (calm || random.next() >= CRASH_SHARE) return db.transaction(work);
      crashes += 1;
      return db.transaction<T>(async (tx) => {
        await work(tx);
        throw new Crash('killed');
      });
    },
  });
  const toolsOf = (kind: PullKind) =>
    createPullTools({
      db: databaseOf(kind),
      transport,
      mirror: { objects: { contacts: { properties: PROPERTIES } }, lists: 'all' },
      clock,
      log: silentLogger,
      guards,
      holder: `reader ${runs}`,
      incremental: { settleMs: SETTLE_MS, settleStepMs: 1_000, overlapMs: 10_000 },
    });
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

  const trouble = makeTrouble(client, portal, { ids, list }, random, sweeps);
  const changesReader = async () => {
    while (troubled) await read('incremental');
  };
  const wholeReader = async () => {
    for (let round = 0; troubled && beside.length > 0; round += 1)
      await read(beside[round % beside.length] ?? 'all');
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
  await readers;

  calm = true;
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
  const proof = await reconcile(toolsOf('incremental'), 'contacts', { signal: never, youngMs: 0 });
  const compared = await compareRecords(db, portal.records('contacts'), sweeps);
  const members = await compareMembers(db, portal.list(list)?.members.map(({ recordId }) => recordId) ?? []);
  const differing = compared.differing + members.differing;
  const example = compared.example || members.example;
  await Promise.all([client.close(), transport.close()]);
  await portal.stop();
  await db.query('drop schema {schema} cascade');
  await db.close();
  const reported = proof === undefined ? -1 : proof.missing + proof.stale + (sweeps ? proof.extra : 0);
  return { changes: trouble.changes(), crashes, runs, reads, reported, differing, example };
}

/** Everything that people and programs do to records, at random. */
function makeTrouble(
  client: HubspotClient,
  portal: {
    insert(type: 'contacts', values: Record<string, string>[]): string[];
    restore(type: 'contacts', id: string): void;
  },
  { ids, list }: { readonly ids: string[]; readonly list: string },
  random: { next(): number },
  /** A restored record is found by a reading of all ids only. */
  restores: boolean,
) {
  const { records } = client;
  const archived: string[] = [];
  const members: string[] = [];
  let changes = 0;
  let born = 0;
  const some = () => Math.floor(random.next() * ids.length);
  /** Takes a record out of the living ones. */
  const take = () => {
    const at = some();
    const [id = ''] = ids.splice(at, 1);
    return id;
  };
  const update = async (chosen: readonly string[]) => {
    for (let at = 0; at < chosen.length; at += 100) {
      const inputs = chosen.slice(at, at + 100).map((id) => {
        changes += 1;
        return { id, properties: { city: String(changes) } };
      });
      const answer = await records.batchUpdate('contacts', inputs);
      if (answer.kind === 'fault' || answer.status > 207) throw new Error('an update was not taken');
    }
  };
  return {
    changes: () => changes,
    async step() {
      const chosen = new Set<string>();
      for (let n = 0; n < CHANGES_PER_STEP; n += 1) {
        const kind = random.next();
        if (kind < 0.9) chosen.add(ids[some()] ?? '');
        else {
          changes += 1;
          if (kind < 0.93) {
            const id = take();
            chosen.delete(id);
            archived.push(id);
            await records.archive('contacts', id);
          } else if (kind < 0.95 && restores && archived.length > 0) {
            const id = archived.shift() ?? '';
            portal.restore('contacts', id);
            ids.push(id);
          } else if (kind < 0.96) {
            const [mergedId, primaryId] = [take(), take()];
            chosen.delete(mergedId);
            chosen.delete(primaryId);
            const answer = await records.merge('contacts', { primaryId, mergedId });
            const merged = answer.kind === 'fault' ? undefined : parseRecord(answer.body);
            if (!merged?.ok) throw new Error('a merge was not taken');
            ids.push(merged.value.id);
          } else if (kind < 0.97) {
            const id = take();
            chosen.delete(id);
            await records.gdprDelete('contacts', { id });
          } else {
            born += 1;
            ids.push(...portal.insert('contacts', [{ email: `n${born}@example.com`, city: '0' }]));
          }
        }
      }
      await update([...chosen]);
      const add = Array.from({ length: MOVES_PER_STEP }, () => ids[some()] ?? '');
      const remove = members.splice(0, members.length > 100 ? MOVES_PER_STEP : 0);
      members.push(...add.filter((id) => !members.includes(id)));
      changes += add.length + remove.length;
      const moved = await client.lists.addAndRemove(list, { add, remove });
      if (moved.kind === 'fault' || moved.status > 299) throw new Error('a change of a list was not taken');
    },
    bulk: (count: number) => update(ids.slice(0, count)),
  };
}

function listIdOf(made: Exchange): string {
  const body: unknown = made.kind === 'fault' ? undefined : made.body;
  const { list } = z.object({ list: z.object({ listId: z.string() }) }).parse(body);
  return list.listId;
}
