import type { ConsentChange, LegalBasis } from '../hubspot/consent.ts';
import type { ConsentSet } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';
import type { PlannedEffect } from './plan.ts';
import { type SendContext, sendBatch } from './send-batch.ts';
import type { StageTools } from './stage.ts';
import { wholeOutcome } from './step-outcome.ts';

type Step = PlannedEffect<ConsentSet>;

/**
 * Writes what people agreed to, one call for each address and kind of e-mail: HubSpot's batch call is for Enterprise portals only.
 * Of several changes the last counts, and an opt-out beats an opt-in of the same moment.
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
    const { email, state, legal } = lastOf(steps);
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
          eventIds: [...new Set(steps.map(({ of }) => of.event.id))],
        },
      ],
      context,
    );
    if (end) for (const step of steps) work.endStep(step, end);
  }
}

function lastOf(steps: readonly Step[]): ConsentSet {
  return steps.reduce((last, step) => {
    const [before, after] = [last.of.event.occurredAt.getTime(), step.of.event.occurredAt.getTime()];
    return before === after && last.effect.state === 'UNSUBSCRIBED' ? last : step;
  }, steps[0] as Step).effect;
}
