import type { Clock } from '../clock.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { AttemptRecord } from '../outbox/attempts.ts';
import type { Gates, Urgency } from './gates.ts';
import type { Lease } from './lease.ts';
import { type BatchOutcome, batchOutcome, type InputOutcome, type SentInput } from './outcome.ts';
import type { EffectEnd } from './verdict.ts';

/** One input with the events it stands for. */
export interface BatchItem<Input> {
  readonly input: Input;
  readonly sent: SentInput;
  readonly eventIds: readonly number[];
}

export interface BatchCall<Input> {
  /** As attempts, logs and metrics name it: `contacts.upsert`. */
  readonly name: string;
  readonly send: (inputs: readonly Input[], signal: AbortSignal) => Promise<Exchange>;
  /** How its answer is read; default as that of a batch of records. */
  readonly outcome?: (exchange: Exchange, inputs: readonly Input[], now: number) => BatchOutcome;
  /** HubSpot counts it apart: the limits in its headers are not those of the other calls. */
  readonly ownBudget?: boolean;
}

/** An attempt with its start on the monotonic clock. */
export type TimedAttempt = Omit<AttemptRecord, 'startedMsAgo'> & { readonly startedAt: number };

export interface SendContext {
  readonly gates: Gates;
  readonly lease: Lease;
  readonly clock: Clock;
  /** Aborted when the worker stops: a claim that has sent nothing yet sends nothing, one that has is finished. */
  readonly stopping: AbortSignal;
  /** Aborted when a call in flight may not be waited for any longer. */
  readonly giveUp: AbortSignal;
  readonly urgency: Urgency;
  /** Longest that one call can take, ms. */
  readonly callMs: number;
  /** Longest that a claim waits at the gate before it gives its lanes back, ms. */
  readonly patienceMs: number;
  /** Filled with one entry per call. */
  readonly attempts: TimedAttempt[];
  readonly missingIsUnknown: boolean;
  readonly onExchange?: (call: string, exchange: Exchange) => void;
}

/** Before the next try where the database could not be asked. */
const DATABASE_WAIT_MS = 1_000;
/** Lanes held back are asked for again after this: an urgent event may have come, or an operator raised a limit. */
const MAX_HELD_MS = 60_000;

/**
 * Sends the items as one call, and what HubSpot refuses for another item's fault again in smaller ones, until each has an end.
 * One bad item among 100 costs one more call when HubSpot names it and at most 14 when it does not. Items that the gate, the
 * lease or a shutdown keeps back end as `unsent`. Items must not share an id.
 */
export async function sendBatch<Input>(
  call: BatchCall<Input>,
  items: readonly BatchItem<Input>[],
  context: SendContext,
): Promise<EffectEnd[]> {
  const ends: (EffectEnd | undefined)[] = items.map(() => undefined);
  const queue: number[][] = [items.map((_, position) => position)];
  for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
    const members = group.flatMap((position) => items[position] ?? []);
    const leave = await askLeave(context);
    if ('held' in leave) {
      for (const position of [...group, ...queue.splice(0).flat()]) ends[position] = leave.held;
      break;
    }
    const { inputs, resend } = await sendOne(call, members, leave.due, context);
    inputs.forEach((end, index) => {
      const position = group[index];
      if (position !== undefined) ends[position] = end;
    });
    for (const positions of resend) queue.push(positions.flatMap((index) => group[index] ?? []));
  }
  return ends.map(
    (end) => end ?? { end: 'unsent', code: 'DELIVERY_UNSENT', message: 'not reached', waitMs: 0 },
  );
}

/** Whether a call may leave now; `due` as the gate has it. */
type Leave = { readonly due: number } | { readonly held: EffectEnd };

/** When the database does not answer, what the claim's earlier calls have done is still to be settled: this must not throw. */
async function askLeave(context: SendContext): Promise<Leave> {
  try {
    return await leaveOf(context);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { held: unsent('DELIVERY_HELD', `held by the database: ${reason}`, DATABASE_WAIT_MS) };
  }
}

async function leaveOf(context: SendContext): Promise<Leave> {
  const { gates, lease, callMs } = context;
  // A contact that is sent without its note would be sent again by the next worker.
  const stopping = context.attempts.length > 0 ? context.giveUp : context.stopping;
  if (stopping.aborted) return { held: unsent('DELIVERY_STOPPING', 'the worker is stopping', 0) };
  const lost = { held: unsent('DELIVERY_LEASE_LOST', 'the lease ran out before the call', 0) };
  // Before the gate and for the wait there as well: a granted call must leave at once, not after another statement.
  if (!(await lease.ensure(callMs + context.patienceMs))) return lost;
  const answer = await gates.take('burst', context.urgency, context.patienceMs, stopping);
  if (!answer.granted)
    return {
      held: unsent('DELIVERY_HELD', `held by ${answer.heldBy}`, Math.min(answer.waitMs, MAX_HELD_MS)),
    };
  return lease.covers(callMs) ? { due: answer.due } : lost;
}

async function sendOne<Input>(
  call: BatchCall<Input>,
  members: readonly BatchItem<Input>[],
  due: number,
  context: SendContext,
) {
  const startedAt = context.clock.monotonic();
  const exchange = await call.send(
    members.map((member) => member.input),
    context.giveUp,
  );
  await context.gates.learn('burst', exchange, due, call.ownBudget);
  context.onExchange?.(call.name, exchange);
  const now = context.clock.now();
  const outcome = call.outcome
    ? call.outcome(
        exchange,
        members.map((member) => member.input),
        now,
      )
    : batchOutcome(
        exchange,
        members.map((member) => member.sent),
        { missingIsUnknown: context.missingIsUnknown, now },
      );
  const count = (end: InputOutcome['end']) => outcome.inputs.filter((input) => input?.end === end).length;
  const [problem] = outcome.inputs.flatMap((input) =>
    input !== undefined && input.end !== 'applied' ? [input.message] : [],
  );
  context.attempts.push({
    call: call.name,
    eventIds: members.flatMap((member) => member.eventIds),
    startedAt,
    durationMs: exchange.durationMs,
    status: exchange.kind === 'reply' ? exchange.status : null,
    applied: count('applied'),
    notApplied: count('not-applied') + outcome.resend.flat().length,
    resent: outcome.resend.flat().length,
    unknown: count('unknown'),
    ...(exchange.kind === 'reply' && exchange.correlationId ? { correlationId: exchange.correlationId } : {}),
    ...(problem === undefined ? {} : { error: problem }),
  });
  return outcome;
}

const unsent = (code: string, message: string, waitMs: number): EffectEnd => ({
  end: 'unsent',
  code,
  message,
  waitMs,
});
