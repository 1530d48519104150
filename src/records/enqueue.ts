import { EFFECTS_EVENT, type EffectDraft, type RecordRef } from '../mapping/effects.ts';
import type { EffectsPayload } from '../mapping/effects-event.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { MappingError } from '../mapping/mapping-error.ts';
import type { Tracker, TrackOptions } from '../outbox/track.ts';
import type { TrackTypes } from '../outbox/track-event.ts';
import type { RecordedReceipt, RefusedReceipt, TrackReceipt } from '../outbox/track-receipt.ts';
import type { EventOutcome, WaitOptions } from './event-outcome.ts';

export interface EnqueueOptions extends TrackOptions {
  /** The record that the effects are about and that orders them; default that of the first effect. */
  readonly record?: RecordRef;
  /**
   * Waits for the delivery, and fills in `outcome`. Only with a handle that commits by itself, such as a pool: in a transaction
   * wait after the commit, with `waitFor`. Makes the priority `interactive` unless one is given.
   */
  readonly wait?: WaitOptions;
}

export type EnqueueReceipt = RefusedReceipt | (RecordedReceipt & { readonly outcome?: EventOutcome });

/** What a tracker for enqueued effects needs to know. Unlike events, they are refused at once when they cannot be mapped. */
export function effectTypes(mapper: Mapper): TrackTypes {
  return {
    names: [EFFECTS_EVENT],
    validate(type, payload) {
      const plan = mapper.plan({ id: 0, type, payload, occurredAt: new Date(0) });
      return plan.ok ? null : { code: plan.code, message: plan.message };
    },
  };
}

/** Records effects, made by `make`, and waits where that was asked for. */
export function enqueuer(
  tracker: Pick<Tracker, 'trackMade'>,
  waitFor: (handle: unknown, receipt: TrackReceipt, options: WaitOptions) => Promise<EventOutcome>,
) {
  return async (
    handle: unknown,
    make: () => EffectsPayload,
    { wait, record: _, ...options }: EnqueueOptions = {},
  ): Promise<EnqueueReceipt> => {
    const receipt = await tracker.trackMade(handle, EFFECTS_EVENT, make, {
      ...(wait ? { priority: 'interactive' } : {}),
      ...options,
    });
    if (!wait || receipt.status === 'refused') return receipt;
    return { ...receipt, outcome: await waitFor(handle, receipt, wait) };
  };
}

/** @throws MappingError EFFECT_UNUSABLE without effects. */
export function effectsPayload(
  effects: readonly EffectDraft[],
  record: RecordRef | undefined,
): EffectsPayload {
  const [first] = effects;
  if (first === undefined)
    throw new MappingError(
      'EFFECT_UNUSABLE',
      'No effect was given: make one with upsertContact(...) or another builder.',
    );
  return { record: record ?? first.record, effects };
}
