import { suggestion } from '../config/nearest-name.ts';
import { encodePayload } from './track-payload.ts';
import { type RefusedReceipt, refused } from './track-receipt.ts';

/** As the SQL function accepts it. */
const EVENT_TYPE = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
const MAX_IDEMPOTENCY_KEY = 255;
const MAX_RECORD_KEY = 512;
/** What both JavaScript's ISO text and Postgres' timestamptz hold: the years 1 to 9999. */
const OLDEST = Date.parse('0001-01-01T00:00:00.000Z');
const NEWEST = Date.parse('9999-12-31T23:59:59.999Z');

export const PRIORITIES = { interactive: 1, normal: 5, bulk: 9 } as const;

export type PriorityName = keyof typeof PRIORITIES;

export interface EventOptions {
  /** The same key and content again is the same event; the same key with other content is refused. 1 to 255 characters. */
  readonly idempotencyKey?: string | null | undefined;
  /** Orders this event among those with the same key, instead of the record of its definition. 1 to 512 characters. */
  readonly recordKey?: string | null | undefined;
  /** Default: that of the event's definition, else `normal`. */
  readonly priority?: PriorityName | undefined;
  /** Default: now, by the database's clock. */
  readonly occurredAt?: Date | null | undefined;
}

/** The events that are known. Without it any well-formed type with any object is recorded. */
export interface TrackTypes {
  readonly names: Iterable<string>;
  /** Older name to the name under which the event is recorded. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Of events recorded without one: 1 interactive, 5 normal, 9 bulk. */
  readonly priorities?: Readonly<Record<string, number | undefined>>;
  /** Gets the payload as the worker will read it (dates are text). Null when it fits. */
  validate?(type: string, payload: unknown): TrackProblem | null;
}

export interface TrackProblem {
  readonly code: string;
  readonly message: string;
}

/** An event as the database takes it. */
export interface PreparedEvent {
  readonly type: string;
  /** JSON. */
  readonly payload: string;
  readonly idempotencyKey: string | null;
  readonly recordKey: string | null;
  readonly priority: number;
  /** ISO; null is now. */
  readonly occurredAt: string | null;
}

export type Preparation =
  | { readonly ok: true; readonly event: PreparedEvent }
  | { readonly ok: false; readonly receipt: RefusedReceipt };

export type PrepareEvent = (type: string, payload: unknown, options?: EventOptions) => Preparation;

/** Returns the pure part of `track`: everything about an event that can be refused without the database. */
export function eventPreparer(options: {
  types?: TrackTypes | undefined;
  maxPayloadBytes: number;
}): PrepareEvent {
  const { types, maxPayloadBytes } = options;
  const known = types && knownTypes(types);
  const validate = types?.validate?.bind(types);

  return (given, payload, event = {}) => {
    if (typeof given !== 'string' || !EVENT_TYPE.test(given))
      return refuse('OUTBOX_TYPE_INVALID', wrongType(given));
    const type = known ? known.get(given) : given;
    if (type === undefined) return refuse('EVENT_TYPE_UNKNOWN', unknownType(given, known?.keys() ?? []));
    const problem = problemOfOptions(type, event);
    if (problem !== undefined) return refuse('OUTBOX_OPTION_INVALID', problem);
    const encoded = encodePayload(type, payload, maxPayloadBytes);
    if (!encoded.ok) return encoded;
    const misfit = validate && problemOf(type, encoded.json, validate);
    if (misfit) return refuse(misfit.code, misfit.message);
    return {
      ok: true,
      event: {
        type,
        payload: encoded.json,
        idempotencyKey: event.idempotencyKey ?? null,
        recordKey: event.recordKey ?? null,
        priority: event.priority
          ? PRIORITIES[event.priority]
          : (types?.priorities?.[type] ?? PRIORITIES.normal),
        occurredAt: event.occurredAt?.toISOString() ?? null,
      },
    };
  };
}

function problemOf(
  type: string,
  json: string,
  validate: (type: string, payload: unknown) => TrackProblem | null,
): TrackProblem | null {
  try {
    return validate(type, JSON.parse(json));
  } catch (error) {
    const name = error instanceof Error ? error.name : 'something else than an Error';
    return { code: 'EVENT_MAPPING_FAILED', message: `The check of the payload of ${type} threw ${name}.` };
  }
}

/** Written defensively: producers are also written in JavaScript. */
function problemOfOptions(type: string, event: EventOptions): string | undefined {
  const { idempotencyKey, recordKey, priority, occurredAt } = event;
  const problem =
    problemOfKey('idempotencyKey', idempotencyKey, MAX_IDEMPOTENCY_KEY) ??
    problemOfKey('recordKey', recordKey, MAX_RECORD_KEY) ??
    (priority === undefined || Object.hasOwn(PRIORITIES, priority)
      ? undefined
      : `priority is none of ${Object.keys(PRIORITIES).join(', ')}`) ??
    (occurredAt === undefined || occurredAt === null || isUsableDate(occurredAt)
      ? undefined
      : 'occurredAt is no valid Date of the years 1 to 9999');
  return problem === undefined ? undefined : `${problem} (${type}).`;
}

/** A key is refused rather than mended: mending could make two keys one. */
function problemOfKey(name: string, key: unknown, max: number): string | undefined {
  if (key === undefined || key === null) return undefined;
  if (typeof key !== 'string') return `${name} is a ${typeof key}, not text`;
  if (key === '') return `${name} is empty: leave it out, or give one that names this event alone`;
  if (key.length > max && [...key].length > max) return `${name} has more than ${max} characters`;
  if (key.includes('\0') || !key.isWellFormed()) return `${name} has a NUL or half of a surrogate pair in it`;
  return undefined;
}

function isUsableDate(value: unknown): boolean {
  return value instanceof Date && value.getTime() >= OLDEST && value.getTime() <= NEWEST;
}

function knownTypes({ names, aliases = {} }: TrackTypes): ReadonlyMap<string, string> {
  return new Map([...Object.entries(aliases), ...[...names].map((name) => [name, name] as const)]);
}

function wrongType(given: unknown): string {
  const shown = typeof given === 'string' ? JSON.stringify(given.slice(0, 100)) : `of type ${typeof given}`;
  return `The event type ${shown} is not a name: use 1 to 100 letters, digits, "_", "." or "-", a letter first.`;
}

function unknownType(given: string, known: Iterable<string>): string {
  const names = [...known];
  return `The config defines no event ${given}.${suggestion(given, names) || ` Known: ${names.slice(0, 20).join(', ')}.`}`;
}

function refuse(code: string, message: string): Preparation {
  return { ok: false, receipt: refused(code, message) };
}
