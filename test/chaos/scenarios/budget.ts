import { systemClock } from '../../../src/clock.ts';
import type { PortalCall } from '../evidence.ts';
import { type Finding, mostInWindow, WINDOW_MS } from '../oracle.ts';
import { MIN_EVENTS, outcomeOf } from '../outcome.ts';
import { startProbe } from '../probe.ts';
import { openRig, type Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';

const READY_MS = 60_000;
const SETTLED_MS = 120_000;
/** Share of the limit that must be used while there is more work than it allows, and nobody is killed. */
const MIN_USE = 0.92;
const SATURATED_LANES = 40;
const OVERLOAD = 1.3;
/** What the portal's limit is lowered to. */
const LOWERED_SHARE = 0.5;
/** Within this time calls must keep to a new limit, and use it. */
const SETTLE_MS = 30_000;
const STEP_MS = 45_000;
/** Use of a raised limit that counts as settled. */
const SETTLED_USE = 0.85;
const INTERACTIVE_EVERY_MS = 250;
const INTERACTIVE_P99_MS = 2_000;

/** The portal's budget without faults: how much of it is used, how fast a new limit is kept, and who goes first. */
export const budget: Scenario = {
  name: 'budget',
  what: 'From one worker to all without kills: at least 92 % of the limit used and no 429; the limit halved and restored; urgent events under bulk.',
  async run({ base, settings, progress }) {
    const startedAt = performance.now();
    const rig = await openRig(base, {
      name: 'budget',
      settings,
      limited: true,
      environment: { SPOKE_CLAIM_LANES: '1', SPOKE_CONCURRENCY: '4' },
    });
    try {
      const perSecond = settings.limit / (WINDOW_MS / 1_000);
      const seconds = settings.seconds + (2 * STEP_MS) / 1_000;
      const backlog = Math.ceil(Math.max(MIN_EVENTS, perSecond * seconds * OVERLOAD));
      await recordEvents(rig, 'backlog', backlog, 5);
      await rig.workers.scale(1);
      await rig.workers.allReady(READY_MS);
      const probe = startProbe(rig.pool, SATURATED_LANES);
      for (let workers = 1; workers < settings.workers; ) {
        workers = Math.min(settings.workers, workers * 2);
        await rig.workers.scale(workers);
        await rig.workers.allReady(READY_MS);
        progress(`budget: ${workers} of ${settings.workers} workers`);
      }
      const from = Date.now();
      await systemClock.sleep(settings.seconds * 1_000);
      const full = { from, to: Date.now() };
      progress(`budget: the portal lowers its limit to ${settings.limit * LOWERED_SHARE}`);
      const lowered = await changeLimit(rig, settings.limit * LOWERED_SHARE);
      progress('budget: the portal raises its limit again');
      const raised = await changeLimit(rig, settings.limit);
      const { saturated } = await probe.stop(0);
      progress('budget: urgent events while bulk work fills the limit');
      await rig.settled((backlog / perSecond) * 2_000 + SETTLED_MS);
      const bulkSeconds = STEP_MS / 1_000;
      await recordEvents(rig, 'bulk', Math.ceil(perSecond * bulkSeconds * OVERLOAD), 9);
      const waits = await recordUrgent(rig, STEP_MS);
      const settled = await rig.settled(bulkSeconds * 3_000 + SETTLED_MS);
      await rig.workers.drainAll();

      const calls = await rig.portal.calls();
      const between = (span: { from: number; to: number }) =>
        calls.filter((call) => call.at >= span.from && call.at < span.to);
      const isSaturated = saturated.some((span) => span.from <= full.from && span.to >= full.to);
      const use = between(full).length / ((settings.limit * (full.to - full.from)) / WINDOW_MS);
      const most = mostInWindow(
        between({ from: 0, to: lowered.at }).map((call) => call.at),
        WINDOW_MS,
      );
      const loweredSeconds = settleTime(calls, lowered, (count) => count <= settings.limit * LOWERED_SHARE);
      const raisedSeconds = settleTime(calls, raised, (count) => count >= settings.limit * SETTLED_USE);
      const refused = calls.filter((call) => call.status === 429);
      const early = refused.filter((call) => call.at < lowered.at).length;
      const sorted = waits.toSorted((a, b) => a - b);
      const p99 = sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Number.POSITIVE_INFINITY;
      const findings: Finding[] = [];
      const check = (ok: boolean, kind: Finding['kind'], message: string) => {
        if (!ok) findings.push({ kind, message });
      };
      check(
        most <= settings.limit,
        'limit-exceeded',
        `${most} calls in 10 s; the limit is ${settings.limit}`,
      );
      check(early === 0, 'limit-exceeded', `${early} calls were refused (429) before the limit changed`);
      check(use >= MIN_USE, 'limit-unused', `only ${(use * 100).toFixed(1)} % of the limit was used`);
      check(
        loweredSeconds <= SETTLE_MS / 1_000,
        'limit-exceeded',
        `the lowered limit was not kept within ${SETTLE_MS / 1_000} s`,
      );
      check(
        raisedSeconds <= SETTLE_MS / 1_000,
        'limit-unused',
        `the raised limit was not used within ${SETTLE_MS / 1_000} s`,
      );
      check(
        p99 <= INTERACTIVE_P99_MS,
        'undelivered',
        `an urgent event waited ${Math.round(p99)} ms (p99) under bulk work`,
      );
      check(settled, 'undelivered', 'it did not come to rest in time');
      return outcomeOf({
        scenario: 'budget',
        startedAt,
        findings,
        gaps: isSaturated ? [] : ['there was not enough work to fill the limit all the time'],
        figures: {
          workers: settings.workers,
          calls: calls.length,
          maxCallsInWindow: most,
          use: Number(use.toFixed(3)),
          http429Before: early,
          http429AtChanges: refused.length - early,
          loweredSettledSeconds: loweredSeconds,
          raisedSettledSeconds: raisedSeconds,
          urgentEvents: waits.length,
          urgentMedianMs: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
          urgentP99Ms: Math.round(p99),
          urgentWorstMs: Math.round(sorted.at(-1) ?? 0),
        },
        moved: { events: calls.length, atLeast: MIN_EVENTS },
      });
    } finally {
      await rig.stop();
    }
  },
};

interface Change {
  readonly at: number;
  readonly until: number;
}

async function changeLimit(rig: Rig, perWindow: number): Promise<Change> {
  await rig.portal.api('POST', '/_simulator/limits', { perWindow });
  const at = Date.now();
  await systemClock.sleep(STEP_MS);
  return { at, until: Date.now() };
}

/** Seconds from a change until every window that ends later holds a fitting number of calls. */
function settleTime(
  calls: readonly PortalCall[],
  { at, until }: Change,
  fits: (count: number) => boolean,
): number {
  const stepMs = 250;
  let settledAt = Number.POSITIVE_INFINITY;
  for (let end = at; end <= until; end += stepMs) {
    const count = calls.filter(
      (call) => call.status !== 429 && call.at > end - WINDOW_MS && call.at <= end,
    ).length;
    if (!fits(count)) settledAt = Number.POSITIVE_INFINITY;
    else if (settledAt === Number.POSITIVE_INFINITY) settledAt = end;
  }
  return Math.round((settledAt - at) / 100) / 10;
}

/** One event for each contact, all at once, so that the load stands. */
async function recordEvents(rig: Rig, name: string, events: number, priority: number): Promise<void> {
  await rig.pool.query(
    `insert into spoke.outbox_events (type, payload, priority)
     select 'chaos_changed', jsonb_build_object('idProperty', 'email', 'id', format('%s-%s@chaos.example.com', $1::text, n), 'seq', 1, 'value', '1.a'), $3
     from generate_series(1, $2::integer) n`,
    [name, events, priority],
  );
}

/** Records urgent events one by one, for so long, and returns how long each took from its commit to its end, ms. */
async function recordUrgent(rig: Rig, forMs: number): Promise<number[]> {
  const until = Date.now() + forMs;
  for (let n = 1; Date.now() < until; n += 1) {
    await recordEvents(rig, `urgent-${n}`, 1, 1);
    await rig.pool.query(`select pg_notify('spoke_outbox', '')`);
    await systemClock.sleep(INTERACTIVE_EVERY_MS);
  }
  await systemClock.sleep(INTERACTIVE_P99_MS * 2);
  const { rows } = await rig.pool.query<{ ms: number | null }>(
    `select (extract(epoch from processed_at - created_at) * 1000)::float8 as ms from spoke.outbox_events where priority = 1`,
  );
  return rows.map((row) => row.ms ?? Number.POSITIVE_INFINITY);
}
