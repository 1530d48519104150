import type { ExecutorValues } from './executors/index.ts';
import type { PreparedEvent } from './track-event.ts';

/**
 * The statement that records one event and returns its receipt as text. Everything goes as text and comes as text: no driver's
 * types, and no ORM that renames the keys of JSON, gets in between. `schema` is quoted, or the placeholder.
 */
export function trackStatement(schema: string): string {
  return `select ${schema}.track_receipt($1::text, $2::text, $3::text, $4::text, $5::text::smallint, $6::text::timestamptz, $7::text::integer)::text as receipt`;
}

export function trackValues(event: PreparedEvent, maxPayloadBytes: number): ExecutorValues {
  const { type, payload, idempotencyKey, recordKey, priority, occurredAt } = event;
  return [type, payload, idempotencyKey, recordKey, String(priority), occurredAt, String(maxPayloadBytes)];
}
