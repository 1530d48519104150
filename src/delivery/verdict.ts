import type { ClaimedLane } from '../outbox/claim.ts';
import type { EventVerdict, LaneVerdict } from '../outbox/lane-verdicts.ts';
import { backoffDelay } from '../resilience/backoff.ts';
import type { InputOutcome } from './outcome.ts';

/** `unsent`: nothing was tried, because the gate, the lease or the shutdown forbade it. */
export type EffectEnd =
  | InputOutcome
  | { readonly end: 'unsent'; readonly code: string; readonly message: string; readonly waitMs: number };

/** One event of a claim with what came of each of its effects. */
export interface JudgedEvent {
  readonly id: number;
  /** Refusals for now so far. */
  readonly refusals: number;
  /** Set when the event could not be mapped: it is dead without a call. */
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly ends: readonly EffectEnd[];
  /** How many events were folded into the input whose end is the first of `ends`, and the last of them. */
  readonly foldedWith: { readonly count: number; readonly lastId: number };
}

export interface RetryPolicy {
  /** Tries of an event that HubSpot refuses for now. */
  readonly maxAttempts: number;
  readonly retryDelayMs: number;
  /** For how long a write may keep ending unknown before its event goes to the dead letters. */
  readonly giveUpAfterMs: number;
  readonly random: () => number;
  /** Off only in a test that proves the rule is needed. */
  readonly unknownIsTriedAgain: boolean;
}

/** Giving up also takes this many failures, so that a long outage with few tries kills nothing. */
const GIVE_UP_AFTER_FAILURES = 10;

/**
 * Decides what becomes of a lane's events after a claim. Pure.
 *
 * Events are judged in order, and after the first one that stays pending all later ones stay too: delivering a later event
 * first would let the earlier one's values overwrite it at the next try. Effects of theirs that have been applied are known by
 * their intent, or are harmless to repeat because they set a state.
 */
export function laneVerdict(
  lane: ClaimedLane,
  events: readonly JudgedEvent[],
  policy: RetryPolicy,
): LaneVerdict {
  const verdicts: EventVerdict[] = [];
  let hold: Hold | undefined;
  let doubtFrom: number | undefined;
  for (const event of events) {
    if (hold) {
      verdicts.push({ id: event.id, state: 'pending', tries: 0 });
      continue;
    }
    const judged = judge(lane, event, policy);
    verdicts.push(judged.verdict);
    hold = judged.hold;
    doubtFrom ??= judged.doubtFrom;
  }
  const unfoldUntil = hold?.unfoldUntil ?? stillUnfolding(lane, verdicts);
  return {
    id: lane.id,
    epoch: lane.epoch,
    events: verdicts,
    waitMs: hold?.waitMs ?? 0,
    progressed: verdicts.some((verdict) => verdict.state !== 'pending'),
    failures: hold?.failures ?? 'kept',
    unfoldUntil,
    ...(doubtFrom === undefined ? {} : { doubtFrom }),
  };
}

/** What keeps an event, and with it the rest of its lane, for a later claim. */
interface Hold {
  waitMs: number;
  failures: LaneVerdict['failures'];
  unfoldUntil: number | null;
}

interface Judgement {
  verdict: EventVerdict;
  hold?: Hold;
  /** The event's own id when a write of it may still land. */
  doubtFrom?: number;
}

function judge(lane: ClaimedLane, event: JudgedEvent, policy: RetryPolicy): Judgement {
  if (event.refusal) return { verdict: { id: event.id, state: 'dead', tries: 0, ...event.refusal } };
  const worst = worstOf(event.ends);
  if (worst === undefined || worst.end === 'applied')
    return { verdict: { id: event.id, state: 'delivered', tries: 1 } };
  const unfolded = event.foldedWith.count === 1;
  const { code, message } = worst;
  const pending = (tries: number): EventVerdict => ({ id: event.id, state: 'pending', tries, code, message });
  const dead: Judgement = { verdict: { id: event.id, state: 'dead', tries: 1, code, message } };
  const backoff = backoffDelay(lane.failures + 1, { baseMs: policy.retryDelayMs, random: policy.random });

  if (worst.end === 'unsent') {
    return {
      verdict: { id: event.id, state: 'pending', tries: 0 },
      hold: { waitMs: worst.waitMs, failures: 'kept', unfoldUntil: null },
    };
  }
  if (worst.end === 'unknown') {
    if (!policy.unknownIsTriedAgain) return { verdict: { id: event.id, state: 'delivered', tries: 1 } };
    const hopeless = (lane.failingMs ?? 0) > policy.giveUpAfterMs && lane.failures >= GIVE_UP_AFTER_FAILURES;
    if (hopeless && unfolded) return { ...dead, doubtFrom: event.id };
    return {
      verdict: pending(1),
      // The events that were folded with it have not been tried on their own yet.
      hold: { waitMs: backoff, failures: 'failed', unfoldUntil: hopeless ? event.foldedWith.lastId : null },
      doubtFrom: event.id,
    };
  }
  if (worst.next === 'await') {
    const hopeless = (lane.failingMs ?? 0) > policy.giveUpAfterMs && lane.failures >= GIVE_UP_AFTER_FAILURES;
    return hopeless
      ? dead
      : { verdict: pending(1), hold: { waitMs: backoff, failures: 'failed', unfoldUntil: null } };
  }
  if (worst.next === 'wait') {
    return {
      verdict: pending(1),
      hold: { waitMs: Math.max(backoff, worst.waitMs ?? 0), failures: 'waited', unfoldUntil: null },
    };
  }
  if (!unfolded) {
    return {
      verdict: pending(0),
      hold: { waitMs: 0, failures: 'kept', unfoldUntil: event.foldedWith.lastId },
    };
  }
  if (worst.next === 'dead' || event.refusals + 1 >= policy.maxAttempts) return dead;
  return {
    verdict: { ...pending(1), refused: true },
    hold: { waitMs: Math.max(backoff, worst.waitMs ?? 0), failures: 'failed', unfoldUntil: null },
  };
}

/** Most severe first: an end that forbids delivery decides for the event. */
function worstOf(ends: readonly EffectEnd[]): EffectEnd | undefined {
  const weight = (end: EffectEnd) =>
    end.end === 'applied'
      ? 0
      : end.end === 'unsent'
        ? 1
        : end.end === 'unknown'
          ? 3
          : end.next === 'dead'
            ? 4
            : 2;
  return ends.reduce<EffectEnd | undefined>(
    (worst, end) => (worst === undefined || weight(end) > weight(worst) ? end : worst),
    undefined,
  );
}

/** A lane that is tried event by event stays so until it is past the group that was refused. */
function stillUnfolding(lane: ClaimedLane, verdicts: readonly EventVerdict[]): number | null {
  if (lane.unfoldUntil === null) return null;
  const last = verdicts.findLast((verdict) => verdict.state !== 'pending');
  return last !== undefined && last.id >= lane.unfoldUntil ? null : lane.unfoldUntil;
}
