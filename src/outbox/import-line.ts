import { suggestion } from '../config/nearest-name.ts';
import { type EventOptions, PRIORITIES, type PriorityName } from './track-event.ts';

const KEYS = ['type', 'payload', 'idempotencyKey', 'recordKey', 'occurredAt', 'priority'] as const;
/** A time without a zone is another instant on another machine, so it is refused. */
const INSTANT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?$/;

export type ParsedLine =
  | { readonly ok: true; readonly type: string; readonly payload: unknown; readonly options: EventOptions }
  | { readonly ok: false; readonly message: string };

/** Reads one line `{type, payload, idempotencyKey?, recordKey?, occurredAt?, priority?}`. Messages hold no values. */
export function parseLine(text: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    return refuse(`The line is not JSON${position ? ` (character ${Number(position) + 1})` : ''}.`);
  }
  if (!isRecord(value)) return refuse('The line is JSON, but no object {"type": …, "payload": …}.');
  const unknown = Object.keys(value).filter((key) => !KEYS.some((known) => known === key));
  if (unknown[0] !== undefined) {
    const hint = suggestion(unknown[0], KEYS) || ` Known: ${KEYS.join(', ')}.`;
    return refuse(`The key ${JSON.stringify(unknown[0].slice(0, 60))} is not known.${hint}`);
  }
  const { type, payload, idempotencyKey, recordKey, occurredAt, priority } = value;
  if (typeof type !== 'string') return refuse('The key "type" is missing or no text.');
  if (payload === undefined) return refuse('The key "payload" is missing.');
  if (!isTextOrAbsent(idempotencyKey)) return refuse('The key "idempotencyKey" holds no text.');
  if (!isTextOrAbsent(recordKey)) return refuse('The key "recordKey" holds no text.');
  if (!isPriorityOrAbsent(priority)) {
    return refuse(`The key "priority" holds none of ${Object.keys(PRIORITIES).join(', ')}.`);
  }
  const instant = instantOf(occurredAt);
  if (instant === 'unusable') {
    return refuse('The key "occurredAt" holds no date, or a time without zone: write 2026-01-31T12:00:00Z.');
  }
  return {
    ok: true,
    type,
    payload,
    options: { idempotencyKey, recordKey, occurredAt: instant, priority: priority ?? undefined },
  };
}

function instantOf(value: unknown): Date | undefined | 'unusable' {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !INSTANT.test(value)) return 'unusable';
  const date = new Date(value);
  // JavaScript takes 31 February for 3 March.
  const rolled = !Number.isNaN(date.getTime()) && !isDay(value);
  return Number.isNaN(date.getTime()) || rolled ? 'unusable' : date;
}

function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function isTextOrAbsent(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

function isPriorityOrAbsent(value: unknown): value is PriorityName | null | undefined {
  return (
    value === undefined || value === null || (typeof value === 'string' && Object.hasOwn(PRIORITIES, value))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(message: string): ParsedLine {
  return { ok: false, message };
}
