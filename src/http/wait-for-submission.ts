import type { Clock } from '../clock.ts';
import { quoteSchema } from '../db/expand-schema.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { type EventOutcome, eventOutcome } from '../records/event-outcome.ts';
import type { HttpContext } from './context.ts';

/** What a visitor is told of a submission. `held`: HubSpot did not take it as it is, and a person looks at it. */
export interface SubmissionProgress {
  readonly status: 'received' | 'delivered' | 'held';
  readonly contactId?: string;
  readonly dealId?: string;
}

/** Longest that `Prefer: wait=N` is followed, s. */
const MAX_WAIT = 15;
/** Requests of one process that wait at the same time; the others are answered at once. */
const MAX_WAITING = 100;

/** Looks what became of a submission's event, or waits for it. */
export interface SubmissionWatch {
  /** `eventId` null: nothing was handed on, of which the visitor is not told; the wait takes as long. */
  progress(eventId: number | null, seconds: number, gone: AbortSignal): Promise<SubmissionProgress>;
}

export function createSubmissionWatch(
  context: Pick<HttpContext, 'db' | 'clock' | 'stopping'> & {
    readonly mapper: Mapper;
    readonly clock: Clock;
  },
): SubmissionWatch {
  const { db, mapper, clock, stopping } = context;
  const reader = { schema: quoteSchema(db.schema), mapper, clock };
  let waiting = 0;

  async function look(eventId: number | null, seconds: number, signal: AbortSignal): Promise<EventOutcome> {
    if (eventId === null) {
      await clock.sleep(seconds * 1_000, signal);
      return { state: 'pending', ids: {} };
    }
    const receipt = { status: 'recorded', id: eventId } as const;
    return eventOutcome(reader, db, receipt, { timeoutMs: seconds * 1_000, signal });
  }

  return {
    async progress(eventId, seconds, gone) {
      const patience = waiting < MAX_WAITING && !stopping.aborted ? seconds : 0;
      const ended = new AbortController();
      const end = () => ended.abort();
      for (const signal of [gone, stopping]) signal.addEventListener('abort', end, { once: true });
      waiting += 1;
      try {
        return progressOf(await look(eventId, patience, ended.signal));
      } finally {
        waiting -= 1;
        for (const signal of [gone, stopping]) signal.removeEventListener('abort', end);
      }
    },
  };
}

/** The seconds of `Prefer: wait=N` (RFC 7240), at most 15; 0 without. */
export function preferredWait(header: string | undefined): number {
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(header ?? '') ?? [];
  return Math.min(Number(seconds ?? 0), MAX_WAIT);
}

function progressOf({ state, ids }: EventOutcome): SubmissionProgress {
  if (state !== 'delivered') return { status: state === 'dead' ? 'held' : 'received' };
  const idOf = (type: string) => Object.entries(ids).find(([key]) => key.startsWith(`${type}:`))?.[1];
  const contactId = idOf('contacts');
  const dealId = idOf('deals');
  return {
    status: 'delivered',
    ...(contactId === undefined ? {} : { contactId }),
    ...(dealId === undefined ? {} : { dealId }),
  };
}
