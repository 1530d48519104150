import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { Mapper } from '../mapping/mapper.ts';
import {
  ALONE_AFTER_CRASHES,
  BULK_PRIORITY,
  type ClaimedLane,
  INTERACTIVE_PRIORITY,
  markSending,
} from '../outbox/claim.ts';
import type { WriteBackPlans } from '../outbox/write-back.ts';
import { activityStage } from './activity-stage.ts';
import { archiveStage } from './archive-stage.ts';
import { associationStage } from './association-stage.ts';
import { type ClaimReport, settleClaim } from './claim-settlement.ts';
import { createClaimWork } from './claim-work.ts';
import { consentStage } from './consent-stage.ts';
import { holdInDoubt } from './doubt-hold.ts';
import type { DriftWatch } from './drift-watch.ts';
import { partsOf } from './fold.ts';
import type { Gates, Urgency } from './gates.ts';
import type { Guards } from './guards.ts';
import { createLease } from './lease.ts';
import { listStage } from './list-stage.ts';
import { planLane } from './plan.ts';
import { recordStage } from './record-stage.ts';
import type { SendContext } from './send-batch.ts';
import { busyEnd, holdShared } from './shared-hold.ts';
import type { StageTools } from './stage.ts';
import type { RetryPolicy } from './verdict.ts';

/** What delivering a claim needs; the same for every claim of a worker. */
export interface DeliveryOptions extends Omit<StageTools, 'intents' | 'waitsForEnds'> {
  readonly db: Database;
  readonly mapper: Mapper;
  readonly gates: Gates;
  readonly drift: DriftWatch;
  readonly clock: Clock;
  readonly worker: string;
  readonly lanesPerClaim: number;
  readonly leaseMs: number;
  /** Longest single call, ms. */
  readonly callMs: number;
  readonly retry: Omit<RetryPolicy, 'unknownIsTriedAgain'>;
  /** The application's tables that show what became of their rows. */
  readonly writeBack: WriteBackPlans;
  readonly guards: Guards;
  readonly stopping: AbortSignal;
  readonly giveUp: AbortSignal;
  readonly onExchange?: (call: string, exchange: Exchange) => void;
}

/** What others are made of: deals, tickets and custom objects come when these are there. */
const FIRST = ['contacts', 'companies'];
/** A claim waits this share of its lease at the gate before it gives its lanes back. */
const PATIENCE_SHARE = 0.5;
const BULK_PATIENCE_MS = 1_000;

/**
 * Delivers one claim: plan; contacts and companies; other records; links, lists, consent; activities; archiving; settle. Each stage
 * goes over all lanes at once, in full batches. `since`: `clock.monotonic()` from before the claim was asked for.
 */
export async function deliverClaim(
  lanes: readonly ClaimedLane[],
  since: number,
  options: DeliveryOptions,
): Promise<ClaimReport> {
  const { db, mapper, guards, clock } = options;
  const plans = lanes.map((lane) => planLane(lane, mapper));
  const [alone] = lanes;
  if (alone && lanes.length === 1 && alone.crashes >= ALONE_AFTER_CRASHES)
    await markSending(db, alone, options.worker);
  const holder = `${options.worker} ${lanes[0]?.id} ${lanes[0]?.epoch}`;
  const shared = await holdShared(plans, {
    db,
    mapper,
    holder,
    leaseMs: options.leaseMs,
    guarded: guards.shared,
  });
  const after = new Map(
    plans.map(({ lane, events }) => [
      lane,
      events.findLast(({ running }) => running !== undefined)?.running ?? lane.running,
    ]),
  );
  const work = createClaimWork(plans, (event) =>
    partsOf(event, shared.overtaken, mapper, after.get(event.lane) ?? event.lane.running),
  );
  if (!guards.late) await settleClaim(work, { attempts: [], shared, since, assumeDone: true }, options);
  for (const event of work.events)
    if (event.refusal === undefined && shared.isBusy(event))
      work.holdBack(event, busyEnd(options.retry.random()));
  if (guards.doubt) holdInDoubt(work);
  if (guards.drift) await options.drift.holdBack(work);

  const urgency = urgencyOf(lanes);
  const context: SendContext = {
    gates: options.gates,
    lease: createLease(lanes, {
      db,
      clock,
      leaseMs: options.leaseMs,
      since,
      guarded: guards.deadline,
      shared,
    }),
    clock,
    stopping: options.stopping,
    giveUp: options.giveUp,
    urgency,
    callMs: options.callMs,
    patienceMs: patienceOf(urgency, options.leaseMs),
    attempts: [],
    missingIsUnknown: guards.missing,
    ...(options.onExchange ? { onExchange: options.onExchange } : {}),
  };
  const tools: StageTools = { ...options, intents: guards.intent, waitsForEnds: guards.ends };
  await recordStage(work, { of: FIRST }, tools, context);
  await recordStage(work, { of: FIRST, others: true }, tools, context);
  if (guards.drift) await options.drift.learn(work);
  await associationStage(work, tools, context);
  await listStage(work, tools, context);
  await consentStage(work, tools, context);
  await activityStage(work, tools, context);
  await archiveStage(work, tools, context);
  return settleClaim(work, { attempts: context.attempts, shared, since }, options);
}

function urgencyOf(lanes: readonly ClaimedLane[]): Urgency {
  const priority = Math.min(...lanes.map((lane) => lane.priority));
  return priority <= INTERACTIVE_PRIORITY ? 'interactive' : priority >= BULK_PRIORITY ? 'bulk' : 'normal';
}

/** Bulk work gives its lanes back soon: it must not fill the worker while it waits for what others leave. */
export function patienceOf(urgency: Urgency, leaseMs: number): number {
  return Math.min(leaseMs * PATIENCE_SHARE, urgency === 'bulk' ? BULK_PATIENCE_MS : Number.POSITIVE_INFINITY);
}
