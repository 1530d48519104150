import type { ObjectType } from './object-types.ts';
import type { Pipeline, Stage } from './pipelines.ts';

/** What every portal begins with: id, label, and the metadata of the stage. */
const DEAL_STAGES: readonly [id: string, label: string, probability: string][] = [
  ['appointmentscheduled', 'Appointment Scheduled', '0.2'],
  ['qualifiedtobuy', 'Qualified To Buy', '0.4'],
  ['presentationscheduled', 'Presentation Scheduled', '0.6'],
  ['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'],
  ['contractsent', 'Contract Sent', '0.9'],
  ['closedwon', 'Closed Won', '1.0'],
  ['closedlost', 'Closed Lost', '0.0'],
];

const TICKET_STAGES: readonly [id: string, label: string, state: string][] = [
  ['1', 'New', 'OPEN'],
  ['2', 'Waiting on contact', 'OPEN'],
  ['3', 'Waiting on us', 'OPEN'],
  ['4', 'Closed', 'CLOSED'],
];

/** The pipeline that every portal begins with. Throws for a type that has none. */
export function defaultPipeline(type: ObjectType, now: number): Pipeline {
  if (type.name === 'deals') {
    const stages = DEAL_STAGES.map(([id, label, probability], place) =>
      stage(id, label, { place, now, metadata: dealMetadata(probability) }),
    );
    return pipeline('default', 'Sales Pipeline', { now, stages });
  }
  if (type.name === 'tickets') {
    const stages = TICKET_STAGES.map(([id, label, state], place) =>
      stage(id, label, { place, now, metadata: ticketMetadata(state) }),
    );
    return pipeline('0', 'Support Pipeline', { now, stages });
  }
  throw new Error(`${type.name} have no pipeline to begin with`);
}

/** A deal is closed at probability 0 and 1. */
export function dealMetadata(probability: string): Record<string, string> {
  const number = Number(probability);
  return { isClosed: String(number === 0 || number === 1), probability };
}

export function ticketMetadata(state: string): Record<string, string> {
  return { isClosed: String(state === 'CLOSED'), ticketState: state };
}

function pipeline(id: string, label: string, { now, stages }: { now: number; stages: Stage[] }): Pipeline {
  return { id, label, displayOrder: 0, createdAt: now, updatedAt: now, archivedAt: null, stages };
}

function stage(
  id: string,
  label: string,
  { place, now, metadata }: { place: number; now: number; metadata: Record<string, string> },
): Stage {
  return { id, label, displayOrder: place, metadata, createdAt: now, updatedAt: now, archivedAt: null };
}
