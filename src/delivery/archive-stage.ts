import { MAX_BATCH_INPUTS } from '../hubspot/records.ts';
import { type RecordArchive, recordKey } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';
import type { PlannedEffect } from './plan.ts';
import { resolveIds } from './record-ids.ts';
import { type SendContext, sendBatch } from './send-batch.ts';
import { type StageTools, unreadEnd } from './stage.ts';
import { wholeOutcome } from './step-outcome.ts';

/** Moves records of a claim to the recycle bin, after everything else of their events; one that is not there is done. */
export async function archiveStage(work: ClaimWork, tools: StageTools, context: SendContext): Promise<void> {
  const steps = work.steps('record.archive');
  if (steps.length === 0) return;
  const { ids, trouble } = await resolveIds(
    steps.map(({ effect }) => effect.record),
    work,
    tools,
    context,
  );
  const byType = new Map<string, Map<string, PlannedEffect<RecordArchive>[]>>();
  for (const step of steps) {
    const { record } = step.effect;
    const id = ids.get(recordKey(record));
    if (id === undefined)
      work.endStep(step, unreadEnd('The record to archive', trouble, context.clock.now()));
    else if (id === null) work.endStep(step, { end: 'applied', hubspotId: '' });
    else {
      const records = byType.get(record.objectType) ?? new Map<string, PlannedEffect<RecordArchive>[]>();
      byType.set(record.objectType, records);
      records.set(id, [...(records.get(id) ?? []), step]);
    }
  }
  for (const [objectType, records] of byType) {
    const all = [...records];
    for (let start = 0; start < all.length; start += MAX_BATCH_INPUTS) {
      const part = all.slice(start, start + MAX_BATCH_INPUTS);
      const ends = await sendBatch(
        {
          name: `${objectType}.archive`,
          send: (inputs: readonly string[], signal) =>
            tools.writes.records.batchArchive(objectType, inputs, { signal }),
          outcome: (exchange, inputs, now) => wholeOutcome(exchange, inputs.length, now),
        },
        part.map(([id, own]) => ({
          input: id,
          sent: { traceId: id },
          eventIds: [...new Set(own.map(({ of }) => of.event.id))],
        })),
        context,
      );
      part.forEach(([, own], index) => {
        const end = ends[index];
        if (!end) return;
        for (const step of own) {
          if (end.end === 'applied') work.forgetId(step.effect.record);
          work.endStep(step, end);
        }
      });
    }
  }
}
