import { MAX_MEMBER_CHANGES } from '../hubspot/lists.ts';
import { type ListChange, recordKey } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';
import type { PlannedEffect } from './plan.ts';
import { resolveIds } from './record-ids.ts';
import { type SendContext, sendBatch } from './send-batch.ts';
import { awaitRecord, type StageTools, unreadEnd } from './stage.ts';
import { membersOutcome } from './step-outcome.ts';

type Step = PlannedEffect<ListChange>;

/** Puts records of a claim on lists and takes them off, 1,000 a call for each list. Of several changes of one record the last counts. */
export async function listStage(work: ClaimWork, tools: StageTools, context: SendContext): Promise<void> {
  const steps = work.steps('list.add', 'list.remove');
  if (steps.length === 0) return;
  const { ids, trouble } = await resolveIds(
    steps.map(({ effect }) => effect.record),
    work,
    tools,
    context,
  );
  /** By list, then by record: all changes, the last of which counts. */
  const lists = new Map<string, Map<string, Step[]>>();
  for (const step of steps) {
    const { record, list } = step.effect;
    const id = ids.get(recordKey(record));
    const entry = id ? await tools.directory.list(record.objectType, list) : undefined;
    if (id === null) {
      awaitRecord(work, step, record, 'A list');
    } else if (id === undefined || entry === undefined) {
      work.endStep(step, unreadEnd('The record for a list', trouble, context.clock.now()));
    } else if (!entry.ok) {
      work.endStep(step, entry.end);
    } else {
      const members = lists.get(entry.value) ?? new Map<string, Step[]>();
      lists.set(entry.value, members);
      members.set(id, [...(members.get(id) ?? []), step]);
    }
  }
  for (const [listId, members] of lists)
    for (const kind of ['list.add', 'list.remove'] as const) {
      const changes = [...members].filter(([, all]) => all.at(-1)?.effect.kind === kind);
      await change(listId, kind, changes, work, tools, context);
    }
}

async function change(
  listId: string,
  kind: ListChange['kind'],
  changes: readonly (readonly [id: string, steps: readonly Step[]])[],
  work: ClaimWork,
  { writes }: StageTools,
  context: SendContext,
): Promise<void> {
  for (let start = 0; start < changes.length; start += MAX_MEMBER_CHANGES) {
    const part = changes.slice(start, start + MAX_MEMBER_CHANGES);
    const ends = await sendBatch(
      {
        name: kind === 'list.add' ? 'lists.add' : 'lists.remove',
        send: (ids: readonly string[], signal) =>
          kind === 'list.add'
            ? writes.lists.add(listId, ids, { signal })
            : writes.lists.remove(listId, ids, { signal }),
        outcome: membersOutcome,
      },
      part.map(([id, steps]) => ({
        input: id,
        sent: { traceId: id },
        eventIds: [...new Set(steps.map(({ of }) => of.event.id))],
      })),
      context,
    );
    part.forEach(([, steps], index) => {
      const end = ends[index];
      if (!end) return;
      for (const step of steps) {
        // The id that is known may be of a record that is gone: it is asked for anew at the next try.
        if (end.end === 'not-applied' && end.code === 'HUBSPOT_NOT_FOUND') work.forgetId(step.effect.record);
        work.endStep(step, end);
      }
    });
  }
}
