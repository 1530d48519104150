import { systemClock } from '../../src/clock.ts';
import { waitFor } from '../support/wait-for.ts';
import type { ContactKey, LedgerEntry } from './ledger.ts';
import { type Finding, judge, SEQ_PROPERTY, type Verdict } from './oracle.ts';
import type { HeldWrite } from './portal-process.ts';
import { createEntities, type EventContent, recordEvents } from './producer.ts';
import type { Rig } from './rig.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import type { Worker } from './worker-pool.ts';

export const ADA: ContactKey = { idProperty: 'email', id: 'ada@chaos.example.com' };
export const BOB: ContactKey = { idProperty: 'email', id: 'bob@chaos.example.com' };

/** Path of contact writes and of note writes. */
export const UPSERTS = 'contacts/batch/upsert';
export const NOTES = 'notes/batch/create';

/** Long enough for a busy machine: whatever is waited for here comes within a second or two on an idle one. */
const STEP_TIMEOUT_MS = 25_000;

/** Short times, so that a trial lasts seconds. */
export const TRIAL_SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  workers: 2,
  limit: 190,
  leaseSeconds: 6,
  timeoutSeconds: 2,
  settleSeconds: 3,
};

/** A short, directed scenario in which one guard is all that keeps a promise: nothing is left to luck. */
export interface Trial {
  /** Value of SPOKE_TEST_MUTANT that removes the guard. */
  readonly mutant: string;
  /** The guard, and what goes wrong without it. */
  readonly what: string;
  readonly settings?: Partial<Settings>;
  readonly environment?: Readonly<Record<string, string>>;
  /** The mapping, relative to the repository; default that of numbered contact writes and notes. */
  readonly config?: string;
  /** Resolves with what must not be. Throws when the trial itself did not come about as planned. */
  run(stage: Stage): Promise<readonly Finding[]>;
}

/** A rig with the steps that trials are made of. Every step has a deadline. */
export interface Stage {
  readonly rig: Rig;
  /** Starts one worker in this place and waits until it runs. Places are filled from 0. */
  start(slot: number): Promise<Worker>;
  /** Records one event for each key in turn. */
  record(keys: readonly ContactKey[], content?: EventContent): Promise<LedgerEntry[]>;
  /** The next write that the portal holds back; `hold` has to be set before. */
  held(): Promise<HeldWrite>;
  /** Until `condition` holds; throws, naming `what`, when it does not. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Until `condition` holds or `ms` have passed; returns whether it does. */
  within(ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean>;
  delivered(entry: LedgerEntry): Promise<boolean>;
  /** Numbers of the writes applied to a contact, in their order. */
  writesOf(key: ContactKey): Promise<number[]>;
  /**
   * Holds the next worker's turn at the gate inside the database for `ms`, so that it can be stopped at that very point: what it is
   * to send has been read, and nothing is sent yet.
   */
  slowNextTurn(ms: number): Promise<void>;
  /** The same for the next router, before it has made any lane. */
  slowNextRoute(ms: number): Promise<void>;
  /** Whether a statement is being held so. */
  isHeldInDatabase(): Promise<boolean>;
  /** SIGSTOP at a moment at which no open transaction of a worker waits for its client: one would hold up the others too. */
  stallOutsideTransactions(worker: Worker): Promise<void>;
  /** Waits until all is at rest (or `timeoutMs`), drains the workers and judges the final state. */
  judge(timeoutMs?: number): Promise<Verdict>;
}

export async function openStage(rig: Rig): Promise<Stage> {
  await createEntities(rig.pool, [ADA, BOB]);
  await installBrakes(rig);
  const within = async (ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean> => {
    const deadline = performance.now() + ms;
    while (!(await condition())) {
      if (performance.now() > deadline) return false;
      await systemClock.sleep(50);
    }
    return true;
  };
  return {
    rig,
    within,
    async start(slot) {
      await rig.workers.scale(slot + 1);
      await rig.workers.allReady(STEP_TIMEOUT_MS);
      const worker = rig.workers.workers.find((one) => one.slot === slot);
      if (!worker) throw new Error(`no worker runs in place ${slot}`);
      return worker;
    },
    record: (keys, content) => recordEvents(rig, keys, 1, content),
    async held() {
      const held = await rig.portal.nextHeld(STEP_TIMEOUT_MS);
      if (!held) throw new Error('no write came by to be held');
      return held;
    },
    async until(what, condition) {
      await waitFor(condition, { timeout: STEP_TIMEOUT_MS, interval: 50, what });
    },
    async delivered({ eventId }) {
      const { rows } = await rig.pool.query<{ state: string }>(
        'select state from spoke.outbox_events where id = $1',
        [eventId],
      );
      return rows[0]?.state === 'delivered';
    },
    async writesOf(key) {
      const { contacts, writes } = await rig.portal.evidence();
      const contact = contacts.find((one) => one.properties[key.idProperty] === key.id);
      return (contact ? (writes.get(contact.id) ?? []) : []).map((write) =>
        Number(write.properties[SEQ_PROPERTY]),
      );
    },
    slowNextTurn: (ms) => brake(rig, 'turn', ms),
    slowNextRoute: (ms) => brake(rig, 'route', ms),
    async isHeldInDatabase() {
      const { rows } = await rig.pool.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
      );
      return rows.length > 0;
    },
    async stallOutsideTransactions(worker) {
      await waitFor(() => stalledOutside(rig, worker), {
        timeout: STEP_TIMEOUT_MS,
        interval: 20,
        what: 'a moment without an open transaction',
      });
    },
    async judge(timeoutMs = STEP_TIMEOUT_MS) {
      await rig.settled(timeoutMs);
      await rig.workers.drainAll();
      return judge(await rig.evidence());
    },
  };
}

async function stalledOutside(rig: Rig, worker: Worker): Promise<boolean> {
  if (!rig.workers.stall(worker)) throw new Error(`${worker.name} could not be stopped`);
  // What the server is still working on gets the time to end.
  await systemClock.sleep(150);
  const { rows } = await rig.pool.query(
    `select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
  );
  if (rows.length === 0) return true;
  rig.workers.resume(worker);
  return false;
}

/** Judged as in any run; and in a trial, unlike under random kills, an old value must not even pass by. */
export function strictly(verdict: Verdict): Finding[] {
  const { staleRepaired } = verdict.figures;
  return [
    ...verdict.findings,
    ...(staleRepaired === 0
      ? []
      : [{ kind: 'order-break' as const, message: `${staleRepaired} older values after newer ones` }]),
  ];
}

/** Triggers that make one statement sleep inside its transaction, once each time they are armed. */
async function installBrakes(rig: Rig): Promise<void> {
  await rig.pool.query(`
    create table brakes (kind text primary key, seconds double precision not null);
    create function brake() returns trigger language plpgsql as $$
    declare v_seconds double precision;
    begin
      delete from brakes where kind = (select kind from brakes where kind = tg_argv[0] for update skip locked) returning seconds into v_seconds;
      if v_seconds is not null then perform pg_sleep(v_seconds); end if;
      return new;
    end $$;
    create trigger brake_turn before update on spoke.gates for each row execute function brake('turn');
    create trigger brake_route before insert on spoke.lanes for each row execute function brake('route');
  `);
}

async function brake(rig: Rig, kind: 'turn' | 'route', ms: number): Promise<void> {
  await rig.pool.query('insert into brakes values ($1, $2)', [kind, ms / 1000]);
}
