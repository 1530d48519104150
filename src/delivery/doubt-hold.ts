import type { Effect } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';

/** What an older write of the same record would undo if it landed later, and no read-back sets right. */
const UNDONE_BY_LATE: readonly Effect['kind'][] = [
  'list.add',
  'list.remove',
  'consent.set',
  'record.archive',
];

/**
 * Holds back events that change lists or consent, or archive, while a write of their lane may still land: HubSpot takes such
 * changes in the order in which they arrive, so a late one would come out on top of a newer one. Values of properties need no such
 * wait, the read-back finds and mends them.
 */
export function holdInDoubt(work: ClaimWork): void {
  for (const event of work.events)
    if (
      event.lane.doubtMs > 0 &&
      work.isInPlay(event) &&
      event.steps.some(({ effect }) => UNDONE_BY_LATE.includes(effect.kind))
    )
      work.holdBack(event, {
        end: 'unsent',
        code: 'DELIVERY_IN_DOUBT',
        message: 'an earlier write of the record may still land, and would undo this one',
        waitMs: event.lane.doubtMs,
      });
}
