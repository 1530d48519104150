import type { Clock } from '../clock.ts';
import type { Database, Row } from '../db/database.ts';
import { parseErrorAnswer } from '../hubspot/error-answer.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { parseRateHeaders, type RateHeaders } from '../hubspot/rate-headers.ts';
import { parseRetryAfter } from '../hubspot/retry-after.ts';
import type { Logger } from '../log.ts';
import { createLatenessWatch, type GateName, gateSize, WINDOW_MS } from './gate-pace.ts';

/** Who goes first; `reading` is what the mirror is read with. */
export type Urgency = 'interactive' | 'normal' | 'bulk' | 'reading';

export interface GateSettings {
  /** Ceiling of all calls together, per second (HUBSPOT_RATE_LIMIT). */
  readonly callsPerSecond: number;
  readonly breakerThreshold: number;
  readonly breakerOpenMs: number;
  /** Off only in a test that proves the sizing is needed. */
  readonly sized: boolean;
}

export type GateAnswer =
  /** `due`: when the call was to leave, by the monotonic clock, ms. */
  | { readonly granted: true; readonly due: number }
  /** Nothing will be granted within the asker's patience. */
  | { readonly granted: false; readonly heldBy: string; readonly waitMs: number };

/** The portal's budget, shared by every process on the database. */
export interface Gates {
  /** Writes the limits; to be called once before the first `take`. */
  prepare(): Promise<void>;
  /** Waits for one call's share, at most `patienceMs`. A granted call must be sent at once. */
  take(gate: GateName, urgency: Urgency, patienceMs: number, signal: AbortSignal): Promise<GateAnswer>;
  /**
   * Learns from what came of a granted call, as soon as it has come: limits, refusals, faults, and how late it may have arrived.
   * Never rejects. `ownBudget`: HubSpot counts the call apart from the others, so the limits in its headers say nothing about theirs.
   */
  learn(gate: GateName, exchange: Exchange, due: number, ownBudget?: boolean): Promise<void>;
}

/** Searches of all apps of an account together. */
const SEARCHES_PER_SECOND = 5;
/** A grant not used within this time is thrown away: its place in the window has passed. */
const HOLD_MS = 150;
/** How long a call may queue at the gate: urgent ones book ahead, bulk and reading take what is left over. */
const QUEUE_MS: Readonly<Record<Urgency, number>> = {
  interactive: 10_000,
  normal: 1_000,
  bulk: -500,
  reading: -500,
};
/** Share of the daily budget that a kind may use up. */
const DAILY_SHARE: Readonly<Record<Urgency, number>> = {
  interactive: 1,
  normal: 0.95,
  bulk: 0.7,
  reading: 0.7,
};
/** Share of a gate that a kind gets when it waits and normal work leaves nothing over: without one a busy worker lets the mirror age. */
const FLOOR_SHARE: Readonly<Record<Urgency, number>> = { interactive: 0, normal: 0, bulk: 0, reading: 0.1 };
/** Without a time from HubSpot: a quarter of the window. */
const BURST_PAUSE_MS = 2_500;
/** Booked further ahead than this, a call asks once more whether the gate has been paused. */
const LONG_WAIT_MS = 250;
/** Longest sleep before asking again, so that an operator's change is noticed. */
const ASK_AGAIN_MS = 1_000;

interface TakeRow extends Row {
  granted: boolean;
  wait_ms: number;
  held_by: string | null;
  watched: boolean;
}

export function createGates(db: Database, settings: GateSettings, clock: Clock, log: Logger): Gates {
  const limits = {
    burst: Math.floor((settings.callsPerSecond * WINDOW_MS.burst) / 1_000),
    search: SEARCHES_PER_SECOND,
  };
  let observed = limits.burst;
  let dailyKnown = -1;
  const lateness = createLatenessWatch();
  /** Whether the breaker wants to hear of successes. */
  let watched = true;

  async function writeStep(gate: GateName, limit: number): Promise<void> {
    const { stepMs, burst } = gateSize(gate, limit, settings.sized);
    await db.query(
      `insert into {schema}.gates (name, step_ms, burst, observed) values ($1, $2, $3, $4)
       on conflict (name) do update set step_ms = excluded.step_ms, burst = excluded.burst, observed = excluded.observed
       where (gates.step_ms, gates.burst) is distinct from (excluded.step_ms, excluded.burst)`,
      [gate, stepMs, burst, limit],
    );
  }

  async function paused(gate: GateName): Promise<boolean> {
    const [row] = await db.query<{ paused: boolean }>(
      `select paused_until > clock_timestamp() as paused from {schema}.gates where name = $1`,
      [gate],
    );
    return row?.paused ?? false;
  }

  async function report(ok: boolean): Promise<void> {
    if (ok && !watched) return;
    const [row] = await db.query<{ changed: string | null }>(
      `select {schema}.breaker_report($1, $2, $3) as changed`,
      [ok, settings.breakerThreshold, settings.breakerOpenMs],
    );
    if (row?.changed === 'open')
      log.warn({ openMs: settings.breakerOpenMs }, 'breaker open: HubSpot keeps failing, no calls for now');
    if (row?.changed === 'closed') log.info({}, 'breaker closed: HubSpot answers again');
  }

  return {
    async prepare() {
      await writeStep('burst', limits.burst);
      await writeStep('search', limits.search);
    },

    async take(gate, urgency, patienceMs, signal) {
      const until = clock.monotonic() + patienceMs;
      for (;;) {
        const left = until - clock.monotonic();
        const [row] = await db.query<TakeRow>(`select * from {schema}.gate_take($1, $2, $3, $4, $5)`, [
          gate,
          Math.min(QUEUE_MS[urgency], Math.max(0, left)),
          DAILY_SHARE[urgency],
          FLOOR_SHARE[urgency],
          QUEUE_MS.normal,
        ]);
        if (!row) throw new Error('gate_take returned no row');
        watched = row.watched;
        if (row.granted) {
          const due = clock.monotonic() + row.wait_ms;
          await clock.sleep(row.wait_ms, signal);
          const inTime = clock.monotonic() - due <= HOLD_MS && !signal.aborted;
          // A call booked ahead must not leave into a pause that began meanwhile.
          if (inTime && (row.wait_ms < LONG_WAIT_MS || !(await paused(gate)))) return { granted: true, due };
        } else if (row.wait_ms > left) {
          return { granted: false, heldBy: row.held_by ?? gate, waitMs: row.wait_ms };
        } else {
          await clock.sleep(Math.min(row.wait_ms, ASK_AGAIN_MS), signal);
        }
        if (signal.aborted) return { granted: false, heldBy: 'stopping', waitMs: 0 };
      }
    },

    async learn(gate, exchange, due, ownBudget = false) {
      const wasSent = exchange.kind === 'reply' || exchange.sent;
      try {
        if (gate === 'burst' && wasSent) await noteLate(clock.monotonic() - due);
        await learnFrom(gate, exchange, ownBudget);
      } catch (error) {
        // The outcome of the call must not be lost with what it teaches; the next one teaches the same.
        log.warn(
          { err: error instanceof Error ? error.message : String(error) },
          'what HubSpot told of its limits could not be written',
        );
      }
    },
  };

  async function noteLate(lateMs: number): Promise<void> {
    const told = lateness.note(lateMs, clock.monotonic());
    if (told) await db.query('select {schema}.gate_late($1, $2, $3)', ['burst', told.factor, told.forMs]);
  }

  async function learnFrom(gate: GateName, exchange: Exchange, ownBudget: boolean): Promise<void> {
    if (exchange.kind === 'fault') {
      if (exchange.reason !== 'aborted' && exchange.reason !== 'token-unavailable') await report(false);
      return;
    }
    await report(exchange.status < 500 && exchange.flaw === undefined);
    const rate: RateHeaders = ownBudget ? {} : parseRateHeaders(exchange.headers);
    if (rate.max !== undefined && rate.max !== observed && rate.max > 0) {
      const perWindow = Math.floor((rate.max * WINDOW_MS.burst) / (rate.intervalMs ?? WINDOW_MS.burst));
      await writeStep('burst', Math.min(perWindow, limits.burst));
      observed = rate.max;
    }
    if (exchange.status === 429) await refused(db, gate, exchange, log);
    else if (
      rate.daily !== undefined &&
      rate.dailyRemaining !== undefined &&
      Math.abs(rate.dailyRemaining - dailyKnown) > rate.daily / 1_000
    ) {
      await db.query(`select {schema}.daily_observed($1, $2, false)`, [rate.daily, rate.dailyRemaining]);
      dailyKnown = rate.dailyRemaining;
    }
  }
}

async function refused(
  db: Database,
  gate: GateName,
  reply: Exchange & { kind: 'reply' },
  log: Logger,
): Promise<void> {
  const { policyName } = parseErrorAnswer(reply.body);
  if (policyName === 'DAILY') {
    const rate = parseRateHeaders(reply.headers);
    await db.query(`select {schema}.daily_observed($1, 0, true)`, [rate.daily ?? null]);
    log.warn({ policyName }, 'the daily limit is used up: no calls until midnight in the portal');
    return;
  }
  const pauseMs =
    parseRetryAfter(reply.headers, Date.now()) ?? (gate === 'search' ? WINDOW_MS.search : BURST_PAUSE_MS);
  await db.query(`select {schema}.gate_refused($1, $2)`, [gate, pauseMs]);
  log.warn({ policyName, pauseMs }, 'HubSpot refused a call for its rate limit');
}
