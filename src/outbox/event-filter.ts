export const EVENT_STATES = ['pending', 'leased', 'delivered', 'dead', 'cancelled'] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** Which events; all given parts must fit. */
export interface EventFilter {
  readonly ids?: readonly number[] | undefined;
  readonly state?: EventState | undefined;
  /** Any of these. */
  readonly types?: readonly string[] | undefined;
  /** The last error has any of these codes. */
  readonly codes?: readonly string[] | undefined;
  readonly recordKey?: string | undefined;
  /** By the time they were recorded. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** By the time they ended: delivered, dead or cancelled. */
  readonly endedSince?: Date | undefined;
  readonly endedUntil?: Date | undefined;
  /** Put back fewer times than this. */
  readonly redrivenBelow?: number | undefined;
  /** Ids below this one: the next page of a list that shows the newest first. */
  readonly beforeId?: number | undefined;
}

/** A lane's holder counts only while its lease lasts. */
export const EVENT_STATE = `case when e.state = 'pending' and l.leased_by is not null and l.ready_at > clock_timestamp() then 'leased' else e.state end`;

/** The events with the lanes that they wait in. */
export const EVENTS_WITH_LANES = `from {schema}.outbox_events e left join {schema}.lanes l on l.id = e.lane_id and e.processed_at is null`;

/**
 * The filter as SQL over `outbox_events e`, with the values of its placeholders, which begin at `$1`. The states pending and
 * leased need EVENTS_WITH_LANES, the others nothing else.
 */
export function conditionsOf(filter: EventFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const add = (sql: (place: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  const { state } = filter;
  add((place) => `e.id = any (${place}::bigint[])`, filter.ids);
  // Spelt out where it is stored: there are indexes for these.
  if (state === 'dead' || state === 'cancelled' || state === 'delivered') parts.push(`e.state = '${state}'`);
  else add((place) => `${EVENT_STATE} = ${place}::text`, state);
  add((place) => `e.type = any (${place}::text[])`, filter.types);
  add((place) => `e.last_error_code = any (${place}::text[])`, filter.codes);
  add((place) => `e.record_key = ${place}::text collate "C"`, filter.recordKey);
  add((place) => `e.created_at >= ${place}::timestamptz`, filter.since);
  add((place) => `e.created_at < ${place}::timestamptz`, filter.until);
  add((place) => `e.processed_at >= ${place}::timestamptz`, filter.endedSince);
  add((place) => `e.processed_at < ${place}::timestamptz`, filter.endedUntil);
  add((place) => `e.redrive_count < ${place}::integer`, filter.redrivenBelow);
  add((place) => `e.id < ${place}::bigint`, filter.beforeId);
  return { where: parts.length > 0 ? parts.join(' and ') : 'true', values };
}
