import { MAX_ASSOCIATION_INPUTS, type NewLink } from '../hubspot/associations.ts';
import type { AssociationTypeRef } from '../hubspot/link.ts';
import { type AssociationCreate, recordKey } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';
import type { PlannedEffect } from './plan.ts';
import { resolveIds } from './record-ids.ts';
import { type BatchItem, type SendContext, sendBatch } from './send-batch.ts';
import { awaitRecord, type StageTools, unreadEnd } from './stage.ts';
import { linkOutcome } from './step-outcome.ts';

type Step = PlannedEffect<AssociationCreate>;

/** One link that is wanted, by however many events. */
interface Wanted {
  readonly link: NewLink;
  readonly steps: Step[];
}

/** Links the records of a claim, 2,000 links a call for each pair of types. What waits for a record waits until it is there. */
export async function associationStage(
  work: ClaimWork,
  tools: StageTools,
  context: SendContext,
): Promise<void> {
  const steps = work.steps('association.create');
  if (steps.length === 0) return;
  const { ids, trouble } = await resolveIds(
    steps.flatMap(({ effect }) => [effect.record, effect.to]),
    work,
    tools,
    context,
  );
  const groups = new Map<
    string,
    { fromType: string; toType: string; plain: boolean; wanted: Map<string, Wanted> }
  >();
  for (const step of steps) {
    const { record, to, label } = step.effect;
    const [fromId, toId] = [ids.get(recordKey(record)), ids.get(recordKey(to))];
    const absent = fromId === null ? record : toId === null ? to : undefined;
    if (absent && !tools.waitsForEnds) {
      work.endStep(step, { end: 'applied', hubspotId: '' });
      continue;
    }
    if (absent) {
      awaitRecord(work, step, absent, 'The link');
      continue;
    }
    if (fromId === undefined || toId === undefined || fromId === null || toId === null) {
      work.endStep(step, unreadEnd('The records of a link', trouble, context.clock.now()));
      continue;
    }
    const types: AssociationTypeRef[] = [];
    if (label !== undefined) {
      const type = await tools.directory.label(record.objectType, to.objectType, label);
      if (!type.ok) {
        work.endStep(step, type.end);
        continue;
      }
      types.push(type.value);
    }
    const plain = types.length === 0;
    const name = `${record.objectType}\n${to.objectType}\n${plain}`;
    const group = groups.get(name) ?? {
      fromType: record.objectType,
      toType: to.objectType,
      plain,
      wanted: new Map<string, Wanted>(),
    };
    groups.set(name, group);
    const key = `${fromId} ${toId} ${types.map((type) => type.associationTypeId).join()}`;
    const known = group.wanted.get(key);
    if (known) known.steps.push(step);
    else group.wanted.set(key, { link: { from: { id: fromId }, to: { id: toId }, types }, steps: [step] });
  }
  for (const group of groups.values()) await createLinks(group, work, tools, context);
}

async function createLinks(
  group: {
    readonly fromType: string;
    readonly toType: string;
    readonly plain: boolean;
    readonly wanted: ReadonlyMap<string, Wanted>;
  },
  work: ClaimWork,
  { writes }: StageTools,
  context: SendContext,
): Promise<void> {
  const { fromType, toType, plain } = group;
  const wanted = [...group.wanted.values()];
  for (const part of partsOf(wanted)) {
    const items: BatchItem<NewLink>[] = part.map(({ link, steps }, position) => ({
      input: link,
      sent: { traceId: String(position) },
      eventIds: [...new Set(steps.map(({ of }) => of.event.id))],
    }));
    const ends = await sendBatch(
      {
        name: `associations.${fromType}.${toType}`,
        ownBudget: true,
        send: (inputs, signal) =>
          plain
            ? writes.associations.batchLink(
                fromType,
                toType,
                inputs.map(({ from, to }) => ({ from, to })),
                { signal },
              )
            : writes.associations.batchCreate(fromType, toType, inputs, { signal }),
        outcome: linkOutcome,
      },
      items,
      context,
    );
    part.forEach(({ steps }, index) => {
      const end = ends[index];
      if (!end) return;
      for (const step of steps) {
        // The id that is known may be of a record that has been merged or deleted since: it is asked for anew at the next try.
        if (end.end === 'not-applied' && end.code === 'HUBSPOT_NOT_FOUND') {
          work.forgetId(step.effect.record);
          work.forgetId(step.effect.to);
        }
        work.endStep(step, end);
      }
    });
  }
}

/** HubSpot's answer names links by their two records: a pair in two kinds is not told apart within one call. */
function partsOf(wanted: readonly Wanted[]): Wanted[][] {
  const parts: { pairs: Set<string>; wanted: Wanted[] }[] = [];
  for (const each of wanted) {
    const pair = `${each.link.from.id} ${each.link.to.id}`;
    let part = parts.find(
      ({ pairs, wanted: { length } }) => length < MAX_ASSOCIATION_INPUTS && !pairs.has(pair),
    );
    if (!part) {
      part = { pairs: new Set(), wanted: [] };
      parts.push(part);
    }
    part.pairs.add(pair);
    part.wanted.push(each);
  }
  return parts.map((part) => part.wanted);
}
