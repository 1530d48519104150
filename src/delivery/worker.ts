import { setMaxListeners } from 'node:events';
import type { Subscription } from '../db/database.ts';
import type { Logger } from '../log.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { type ClaimKind, claimLanes, hasSuspects, hasWaitingLanes } from '../outbox/claim.ts';
import { writeBackLate } from '../outbox/late-write-back.ts';
import { type RoutableEvent, type RouteReport, type Routing, routeEvents } from '../outbox/route.ts';
import { wakeChannel } from '../outbox/wake.ts';
import type { ClaimReport } from './claim-settlement.ts';
import { createCompanyGate } from './company-gate.ts';
import { OPT_OUT_STANDS } from './consent-stage.ts';
import { type DeliveryOptions, deliverClaim } from './deliver-claim.ts';
import { type ReadBackReport, readBack } from './read-back.ts';
import { createWakeSignal } from './wake-signal.ts';

export interface WorkerOptions extends Omit<DeliveryOptions, 'stopping' | 'giveUp'> {
  readonly log: Logger;
  /** Claims under way at once. */
  readonly concurrency: number;
  readonly eventsPerLane: number;
  /** Longest idle time between two looks at the outbox, ms; a notify ends it early. */
  readonly pollMs: number;
  /** How long `stop` waits for calls in flight, ms. */
  readonly drainMs: number;
  readonly onRouted?: (report: RouteReport) => void;
  readonly onClaim?: (report: ClaimReport) => void;
  readonly onReadBack?: (report: ReadBackReport) => void;
}

/**
 * Takes events from the outbox to HubSpot until it is stopped.
 *
 * States: running (from `startWorker`) → draining (`stop`: no new claim, calls in flight are finished and settled) → stopped.
 * A lost database or portal never ends it: each loop logs, waits and goes on.
 */
export interface Worker {
  /** Looks at the outbox now. */
  wake(): void;
  /** Resolves when nothing runs any more: calls finished or given up, outcomes written, leases given back. */
  stop(): Promise<void>;
}

/** First look after something was found; doubled with each empty look. */
const MIN_POLL_MS = 50;
/** Looks while lanes wait for a back-off or for another worker's lease to end. */
const WAITING_POLL_MS = 500;
const READ_BACK_POLL_MS = 1_000;
/** Between two looks whether properties have come back. */
const DRIFT_POLL_MS = 10_000;
/** Between two looks for rows of the application that could not be written. */
const WRITE_BACK_POLL_MS = 5_000;
const SUSPECT_POLL_MS = 1_000;
/** Longest time that suspect lanes keep the others waiting. */
const SUSPECT_ROUND_MS = 3_000;
/** After an error, doubled up to the poll interval. */
const ERROR_WAIT_MS = 500;
const MAX_ERROR_WAIT_MS = 10_000;
/** While the gate keeps everything back: longest time without asking again. */
const MAX_HOLD_MS = 5_000;
const ROUTE_BATCH = 2_000;

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { db, clock, log, guards } = options;
  const stopping = new AbortController();
  const giveUp = new AbortController();
  // Every call that waits for its turn listens: Node takes more than ten for a leak.
  setMaxListeners(0, stopping.signal, giveUp.signal);
  const routable = createWakeSignal();
  const claimable = createWakeSignal();
  const company = createCompanyGate();
  const delivery: DeliveryOptions = { ...options, stopping: stopping.signal, giveUp: giveUp.signal };
  /** Until when the gate keeps everything of a kind back, on the monotonic clock. */
  const heldUntil: Record<ClaimKind, number> = { interactive: 0, plain: 0, suspect: 0, alone: 0 };

  const wake = () => {
    routable.wake();
    claimable.wake();
  };
  const subscription: Subscription | undefined = await db
    .listen(wakeChannel(db.schema), wake)
    .catch((error: unknown) => {
      log.warn({ err: errorText(error) }, 'no notifications: the outbox is looked at by time only');
      return undefined;
    });

  async function route(): Promise<number> {
    const report = await routeEvents(db, routing(options.mapper), ROUTE_BATCH, guards.router);
    for (const { id, type, code } of report.refused)
      log.warn({ event: id, type, code }, 'event is a dead letter: it cannot be mapped');
    if (report.taken > 0) options.onRouted?.(report);
    if (report.routed > 0) claimable.wake();
    return report.taken;
  }

  async function claimOnce(kind: ClaimKind): Promise<boolean> {
    const since = clock.monotonic();
    const lanes = await claimLanes(db, {
      worker: options.worker,
      kind,
      lanes: options.lanesPerClaim,
      eventsPerLane: options.eventsPerLane,
      leaseMs: guards.lease ? options.leaseMs : 0,
      settleMs: options.settleMs,
    });
    if (lanes.length === 0) return false;
    const report = await deliverClaim(lanes, since, delivery);
    // Without the message: HubSpot quotes the refused value in it, which is a person's.
    for (const { id, ...cause } of report.dead)
      log.warn({ event: id, ...cause }, `event is a dead letter, see: spoke events show ${id}`);
    for (const { call, eventIds, error } of report.attempts)
      if (call === OPT_OUT_STANDS) log.info({ events: eventIds, reason: error }, 'an opt-in was not written');
    if (report.lost.length > 0)
      log.warn({ lanes: report.lost.length }, 'leases were lost before the outcome could be written');
    if (report.heldMs > 0) heldUntil[kind] = clock.monotonic() + Math.min(report.heldMs, MAX_HOLD_MS);
    if (report.writeBackError !== undefined)
      log.error(
        { err: errorText(report.writeBackError) },
        'rows of the application could not be written; they are tried again',
      );
    options.onClaim?.(report);
    return true;
  }

  /** Runs `step` again and again until the worker stops; `step` returns how long to sleep, or zero to go on at once. */
  async function loop(
    name: string,
    sleep: (ms: number) => Promise<void>,
    step: () => Promise<number>,
  ): Promise<void> {
    let errors = 0;
    while (!stopping.signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await step();
        errors = 0;
      } catch (error) {
        waitMs = Math.min(ERROR_WAIT_MS * 2 ** errors, MAX_ERROR_WAIT_MS);
        errors += 1;
        log.warn(
          { loop: name, err: errorText(error), againMs: waitMs },
          'the worker could not go on and tries again',
        );
      }
      if (waitMs > 0) await sleep(waitMs);
    }
  }

  const asleep = (ms: number) => clock.sleep(ms, stopping.signal);

  function routeLoop(): Promise<void> {
    let idleMs = MIN_POLL_MS;
    return loop(
      'route',
      (ms) => routable.sleep(ms, stopping.signal),
      async () => {
        const taken = await route();
        idleMs = taken > 0 ? MIN_POLL_MS : Math.min(idleMs * 2, options.pollMs);
        return taken >= ROUTE_BATCH ? 0 : idleMs;
      },
    );
  }

  function claiming(kind: ClaimKind): Promise<void> {
    let idleMs = MIN_POLL_MS;
    return loop(
      'claim',
      (ms) => claimable.sleep(ms, stopping.signal),
      async () => {
        const heldMs = heldUntil[kind] - clock.monotonic();
        if (heldMs > 0) return heldMs;
        if (await company.together(() => claimOnce(kind))) {
          idleMs = MIN_POLL_MS;
          return 0;
        }
        idleMs = Math.min(idleMs * 2, (await hasWaitingLanes(db)) ? WAITING_POLL_MS : options.pollMs);
        return idleMs;
      },
    );
  }

  const loops = [
    routeLoop(),
    ...Array.from({ length: options.concurrency }, () => claiming('plain')),
    // One more for urgent events only: the others may all be waiting at the gate with bulk work.
    claiming('interactive'),
    loop('suspects', asleep, async () => {
      if (!(await hasSuspects(db))) return SUSPECT_POLL_MS;
      const since = clock.monotonic();
      await company.alone(async () => {
        // Several in a row: waiting until the others have gone is what takes long.
        const until = clock.monotonic() + SUSPECT_ROUND_MS;
        let more = true;
        while (more && clock.monotonic() < until && !stopping.signal.aborted)
          more = (await claimOnce('suspect')) || (await claimOnce('alone'));
      });
      // As much time for the others as this one took: many suspects must not take over the worker.
      return Math.max(MIN_POLL_MS, clock.monotonic() - since);
    }),
    loop('drift', asleep, async () => {
      await options.drift.check();
      return DRIFT_POLL_MS;
    }),
    ...(guards.lateRows
      ? [
          loop('write-back', asleep, async () =>
            (await writeBackLate(db, options.writeBack, options.mapper)) ? MIN_POLL_MS : WRITE_BACK_POLL_MS,
          ),
        ]
      : []),
    ...(guards.verify
      ? [
          loop('read-back', asleep, async () => {
            const report = await readBack(delivery);
            if (report.repaired > 0)
              log.warn(
                { records: report.repaired },
                'records showed an older value after a late write and were set right',
              );
            if (report.lanes > 0) options.onReadBack?.(report);
            return report.lanes > 0 ? MIN_POLL_MS : READ_BACK_POLL_MS;
          }),
        ]
      : []),
  ];

  return {
    wake,
    async stop() {
      stopping.abort();
      const limit = setTimeout(() => giveUp.abort(), options.drainMs);
      await Promise.all(loops);
      clearTimeout(limit);
      await subscription?.stop();
    },
  };
}

/** An event that cannot be mapped may still have a row of the application that shows so. */
function routing(mapper: Mapper): (event: RoutableEvent) => Routing {
  return (event) => {
    const route = mapper.route(event);
    return route.ok ? route : { ...route, writesBack: mapper.writeBack(event) !== undefined };
  };
}

const errorText = (error: unknown) => (error instanceof Error ? error.message : String(error));
