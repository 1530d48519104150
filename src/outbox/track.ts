import { type Clock, systemClock } from '../clock.ts';
import { quoteSchema } from '../db/expand-schema.ts';
import { ERROR_CODES, type ErrorCode, SpokeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Executor, executorFor } from './executors/index.ts';
import {
  type EventOptions,
  eventPreparer,
  type PreparedEvent,
  type PrepareEvent,
  type TrackTypes,
} from './track-event.ts';
import { faultReceipt, isMissing } from './track-fault.ts';
import { createRefusalLog } from './track-log.ts';
import { createPreflight } from './track-preflight.ts';
import { type RefusedReceipt, readReceipt, type TrackReceipt } from './track-receipt.ts';
import { trackStatement, trackValues } from './track-statement.ts';

const MAX_PAYLOAD_BYTES = 262_144;

/** Records events in the application's own transaction. `Payloads` maps each type to its payload. */
export interface Tracker<Payloads extends object = Record<string, unknown>> {
  /**
   * Records one event with the client or transaction that the application has in its hand, in one round trip (one more for the
   * first event on each kind of handle). Nothing is thrown and the transaction goes on, whatever is wrong with the event: the
   * receipt says so, and it is logged and counted. With `strict` a refusal is thrown as SpokeError instead.
   */
  track<Type extends keyof Payloads & string>(
    handle: unknown,
    type: Type,
    payload: Payloads[Type],
    options?: TrackOptions,
  ): Promise<TrackReceipt>;
  /** The same, of a payload that is yet to be made; what `make` throws is a refusal as well. */
  trackMade(
    handle: unknown,
    type: string,
    make: () => unknown,
    options?: TrackOptions,
  ): Promise<TrackReceipt>;
  /** The checks of `track` that need no database. */
  readonly prepare: PrepareEvent;
  readonly maxPayloadBytes: number;
}

export interface TrackOptions extends EventOptions {
  /** Throw a refusal instead of returning it; default: that of the tracker. */
  readonly strict?: boolean | undefined;
}

export interface TrackerOptions {
  /** Default `spoke`. */
  readonly schema?: string;
  readonly types?: TrackTypes | undefined;
  readonly log: Pick<Logger, 'error'>;
  /** Counts receipts by status and code (empty unless refused); a prom-client Counter with these labels fits. */
  readonly counter?: TrackCounter | undefined;
  /** UTF-8 bytes of a payload as JSON; default 262,144. */
  readonly maxPayloadBytes?: number | undefined;
  /** Default false. */
  readonly strict?: boolean | undefined;
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
}

export interface TrackCounter {
  inc(labels: { status: string; code: string }, value?: number): void;
}

/** @throws SpokeError DATABASE_SCHEMA_INVALID, once, here. */
export function createTracker<Payloads extends object = Record<string, unknown>>(
  options: TrackerOptions,
): Tracker<Payloads> {
  const { schema = 'spoke', maxPayloadBytes = MAX_PAYLOAD_BYTES, clock = systemClock } = options;
  const statement = trackStatement(quoteSchema(schema));
  const prepare = eventPreparer({ types: options.types, maxPayloadBytes });
  const preflight = createPreflight(schema);
  const logRefusal = createRefusalLog(options.log, clock);

  return {
    track: (handle, type, payload, given) => trackMade(handle, type, () => payload, given),
    trackMade,
    prepare,
    maxPayloadBytes,
  };

  async function trackMade(
    handle: unknown,
    type: string,
    make: () => unknown,
    given: TrackOptions = {},
  ): Promise<TrackReceipt> {
    let receipt: TrackReceipt;
    let cause: unknown;
    try {
      const executor = executorFor(handle);
      const prepared = prepare(type, make(), given);
      receipt = prepared.ok ? await record(executor, handle, prepared.event) : prepared.receipt;
    } catch (error) {
      cause = error;
      receipt = faultReceipt(error);
    }
    const strict = given?.strict ?? options.strict ?? false;
    note(type, receipt, strict);
    if (strict && receipt.status === 'refused') throw strictError(receipt, cause);
    return receipt;
  }

  async function record(executor: Executor, handle: unknown, event: PreparedEvent): Promise<TrackReceipt> {
    const refusal = await preflight.refusal(executor, handle);
    if (refusal) return refusal;
    try {
      const [row] = await executor.execute(handle, statement, trackValues(event, maxPayloadBytes));
      return readReceipt(row?.receipt);
    } catch (error) {
      if (isMissing(faultReceipt(error))) preflight.forget(executor);
      throw error;
    }
  }

  /** A logger or counter that throws must not do to the caller what Spoke itself must not. */
  function note(type: string, receipt: TrackReceipt, strict: boolean): void {
    const code = receipt.status === 'refused' ? receipt.code : '';
    try {
      options.counter?.inc({ status: receipt.status, code });
      if (receipt.status === 'refused' && !strict) {
        const { sqlstate } = receipt;
        logRefusal(code, receipt.message, { type: shortened(type), ...(sqlstate ? { sqlstate } : {}) });
      }
    } catch {}
  }
}

function strictError(receipt: RefusedReceipt, cause: unknown): SpokeError {
  const { code, message, sqlstate, conflict } = receipt;
  const known = isErrorCode(code) ? code : 'OUTBOX_UNAVAILABLE';
  return new SpokeError(known, message, {
    cause,
    facts: { ...(sqlstate ? { sqlstate } : {}), ...(conflict ? { eventId: conflict.id } : {}) },
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

function shortened(type: unknown): string {
  return typeof type === 'string' ? type.slice(0, 100) : typeof type;
}
