import type { Database } from '../db/database.ts';
import type { ActivityKind } from '../hubspot/activity-capabilities.ts';
import type { AppEvents } from '../hubspot/app-events.ts';
import type { AssociationLabels } from '../hubspot/association-labels.ts';
import type { Associations } from '../hubspot/associations.ts';
import type { Consent } from '../hubspot/consent.ts';
import type { CustomEvents } from '../hubspot/custom-events.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import type { Lists } from '../hubspot/lists.ts';
import type { Pipelines } from '../hubspot/pipelines.ts';
import type { Records } from '../hubspot/records.ts';
import type { Schemas } from '../hubspot/schemas.ts';
import { type RecordRef, recordKey } from '../mapping/effects.ts';
import type { ClaimWork } from './claim-work.ts';
import type { Directory } from './directory.ts';
import { batchOutcome } from './outcome.ts';
import type { PlannedEffect } from './plan.ts';
import type { EffectEnd } from './verdict.ts';

/** Calls that write: each asks the gate by itself. */
export interface Writes {
  readonly records: Records;
  readonly associations: Associations;
  readonly lists: Lists;
  readonly consent: Consent;
  readonly customEvents: CustomEvents;
  readonly appEvents: AppEvents;
}

/** Calls that read: the gate stands inside. */
export interface Reads {
  readonly records: Records;
  readonly associations: Associations;
  readonly labels: AssociationLabels;
  readonly lists: Lists;
  readonly consent: Consent;
  readonly schemas: Schemas;
  readonly pipelines: Pipelines;
}

/** What the stages of a claim work with; the same for every claim of a worker. */
export interface StageTools {
  readonly db: Database;
  readonly writes: Writes;
  readonly reads: Reads;
  readonly directory: Directory;
  /** What the credential may put on a timeline; asked when an activity could be more than a note. */
  readonly activities: () => Promise<ReadonlySet<ActivityKind>>;
  readonly markSecret: string;
  /** How long a write whose end is unknown may still land, ms. */
  readonly settleMs: number;
  /** Time between the two looks that must both find nothing, ms. */
  readonly lookGapMs: number;
  /** Longest that one of the `reads` waits at the gate, ms. */
  readonly readPatienceMs: number;
  /** Off only in a test that proves intents are needed. */
  readonly intents: boolean;
  /** Off only in a test that proves a link has to wait for its records. */
  readonly waitsForEnds: boolean;
}

/** Ends a step that needs a record HubSpot does not have yet: it goes on when the record is there. */
export function awaitRecord(work: ClaimWork, step: PlannedEffect, record: RecordRef, what: string): void {
  work.waitFor(step.of, recordKey(record));
  work.endStep(step, {
    end: 'not-applied',
    next: 'await',
    code: 'DELIVERY_RECORD_MISSING',
    message: `${what} waits for one of the ${record.objectType}, known by ${record.idProperty}, that HubSpot does not have yet.`,
  });
}

/** Before the next try where something could not be read. */
const READ_RETRY_MS = 2_000;

/** The end of what could not be sent because something else could not be read first; in HubSpot's words where it said some. */
export function unreadEnd(what: string, trouble: Exchange | undefined, now: number): EffectEnd {
  const unsent: EffectEnd = {
    end: 'unsent',
    code: 'DELIVERY_HELD',
    message: `${what} could not be read yet`,
    waitMs: READ_RETRY_MS,
  };
  if (trouble === undefined || (trouble.kind === 'fault' && trouble.reason === 'aborted')) return unsent;
  const [end] = batchOutcome(trouble, [{ traceId: 'read' }], { now }).inputs;
  if (end === undefined || end.end === 'applied') return unsent;
  const waitMs = end.end === 'not-applied' ? (end.waitMs ?? READ_RETRY_MS) : READ_RETRY_MS;
  return {
    end: 'not-applied',
    next: 'wait',
    code: end.code,
    message: `${what} could not be read: ${end.message}`,
    waitMs,
  };
}
