import type { ConsentChange, LegalBasis } from '../hubspot/consent.ts';
import type { ConsentSet } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';
import { optsIn, readStanding } from './consent-standing.ts';
import type { PlannedEffect } from './plan.ts';
import { type SendContext, sendBatch } from './send-batch.ts';
import { type StageTools, unreadEnd } from './stage.ts';
import { wholeOutcome } from './step-outcome.ts';
import type { EffectEnd } from './verdict.ts';

type Step = PlannedEffect<ConsentSet>;

/** As attempts and logs name the look at an address whose opt-in is not written. */
export const OPT_OUT_STANDS = 'consent.opt-out-stands';

/**
 * Writes what people agreed to, one call for each address and kind of e-mail: HubSpot's batch call is for Enterprise portals only.
 * Of several changes the last counts, and an opt-out beats an opt-in of the same moment.
 *
 * Before an opt-in HubSpot is asked: who has opted out at that moment or later stays so, whichever way it was done, and who is
 * subscribed is not subscribed again. An opt-in that is left unwritten for an opt-out stands among the event's calls.
 */
export async function consentStage(work: ClaimWork, tools: StageTools, context: SendContext): Promise<void> {
  const wanted = new Map<string, Step[]>();
  for (const step of work.steps('consent.set')) {
    const subscription = await tools.directory.subscription(step.effect.subscription);
    if (!subscription.ok) {
      work.endStep(step, subscription.end);
      continue;
    }
    const key = `${subscription.value}\n${step.effect.email}`;
    wanted.set(key, [...(wanted.get(key) ?? []), step]);
  }
  for (const [key, steps] of wanted) {
    const subscriptionId = key.slice(0, key.indexOf('\n'));
    const last = lastOf(steps);
    const { email, state, legal } = last.effect;
    if (state === 'SUBSCRIBED') {
      const end = await endWithoutWrite(steps, subscriptionId, last, tools, context);
      if (end !== undefined) {
        for (const step of steps) work.endStep(step, end);
        continue;
      }
    }
    const change: ConsentChange = {
      subscriptionId,
      state,
      // HubSpot knows its own words; a wrong one is refused with a list of them.
      ...(legal ? { legal: { basis: legal.basis as LegalBasis, explanation: legal.explanation } } : {}),
    };
    const [end] = await sendBatch(
      {
        name: 'consent.set',
        send: ([input], signal) => tools.writes.consent.setStatus(email, input ?? change, { signal }),
        outcome: (exchange, inputs, now) => wholeOutcome(exchange, inputs.length, now),
      },
      [
        {
          input: change,
          sent: { traceId: key },
          eventIds: eventsOf(steps),
        },
      ],
      context,
    );
    if (end) for (const step of steps) work.endStep(step, end);
  }
}

/** Undefined when the opt-in is to be written. */
async function endWithoutWrite(
  steps: readonly Step[],
  subscriptionId: string,
  last: Step,
  { reads, readPatienceMs }: StageTools,
  context: SendContext,
): Promise<EffectEnd | undefined> {
  const what = 'What the address has agreed to';
  const { clock, lease, attempts, callMs } = context;
  if (!(await lease.ensure(callMs + readPatienceMs))) return unreadEnd(what, undefined, clock.now());
  const startedAt = clock.monotonic();
  const exchange = await reads.consent.statuses(last.effect.email);
  const rows = readStanding(exchange);
  if (rows === undefined) return unreadEnd(what, exchange, clock.now());
  if (optsIn(rows, subscriptionId, momentOf(last))) return undefined;
  const row = rows.find((each) => each.subscriptionId === subscriptionId);
  if (row?.state === 'UNSUBSCRIBED' && exchange.kind === 'reply')
    attempts.push({
      call: OPT_OUT_STANDS,
      eventIds: eventsOf(steps),
      startedAt,
      durationMs: exchange.durationMs,
      status: exchange.status,
      // It read: no input of it ended in any way.
      ...{ applied: 0, notApplied: 0, resent: 0, unknown: 0 },
      ...(exchange.correlationId ? { correlationId: exchange.correlationId } : {}),
      error: `not subscribed: opted out ${row.at === undefined ? 'at an unknown time' : `at ${new Date(row.at).toISOString()}`}`,
    });
  return { end: 'applied', hubspotId: '' };
}

function eventsOf(steps: readonly Step[]): number[] {
  return [...new Set(steps.map(({ of }) => of.event.id))];
}

function lastOf(steps: readonly Step[]): Step {
  return steps.reduce((last, step) => {
    const later = momentOf(step) - momentOf(last);
    return later < 0 || (later === 0 && last.effect.state === 'UNSUBSCRIBED') ? last : step;
  }, steps[0] as Step);
}

function momentOf({ effect, of }: Step): number {
  return (effect.at ?? of.event.occurredAt).getTime();
}
