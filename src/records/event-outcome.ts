import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import { recordKeysOf } from '../mapping/effects-event.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { executorFor } from '../outbox/executors/index.ts';
import type { TrackReceipt } from '../outbox/track-receipt.ts';

/** What became of a recorded event, as far as is known. */
export interface EventOutcome {
  /**
   * `pending`: not yet delivered. `missing`: no such event, because its transaction has not committed, or has rolled back.
   * `refused`: it was never recorded.
   */
  readonly state: 'delivered' | 'dead' | 'cancelled' | 'pending' | 'missing' | 'refused';
  /** HubSpot's ids of the event's records that are known by now, by record key. */
  readonly ids: Readonly<Record<string, string>>;
  /** Why it ended otherwise than delivered, or why it still waits. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface WaitOptions {
  /** Default 10,000; 0 looks once. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined;
}

export interface OutcomeReader {
  /** Quoted. */
  readonly schema: string;
  readonly mapper: Mapper;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

interface Answer {
  /** The handle is in a transaction that has written. */
  readonly open: boolean;
  readonly event: {
    readonly state: EventOutcome['state'];
    readonly code: string | null;
    readonly message: string | null;
    readonly key: string | null;
    readonly type: string | null;
    readonly payload: unknown;
  } | null;
  readonly ids: Readonly<Record<string, string>>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;
const PAUSE_GROWTH = 1.6;

/**
 * Looks at the event, one statement a look, until it has ended or the time is up. Rejects only as the handle does: with
 * OUTBOX_HANDLE_UNKNOWN or an error of the database.
 */
export async function eventOutcome(
  { schema, mapper, clock }: OutcomeReader,
  handle: unknown,
  receipt: TrackReceipt,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: WaitOptions,
): Promise<EventOutcome> {
  if (receipt.status === 'refused')
    return { state: 'refused', ids: {}, error: { code: receipt.code, message: receipt.message } };
  const executor = executorFor(handle, 'waitFor');
  const statement = outcomeStatement(schema);
  // NaN of a caller's arithmetic must not wait for ever.
  const until = clock.monotonic() + (timeoutMs > 0 ? timeoutMs : 0);
  let keys: readonly string[] | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * PAUSE_GROWTH)) {
    const values = [String(receipt.id), JSON.stringify(keys ?? []), keys ? 'no' : 'yes'];
    const [row] = await executor.execute(handle, statement, values);
    const { open, event, ids } = answerOf(row?.answer);
    if (open) return { state: 'pending', ids: {}, error: IN_TRANSACTION };
    const outcome = outcomeOf(event, ids);
    if (event && keys === undefined) {
      keys = keysOf(receipt.id, event, mapper);
      // The next look has the ids: at once when it is the last one.
      if (outcome.state !== 'pending') continue;
    } else if (outcome.state !== 'pending' && outcome.state !== 'missing') return outcome;
    const leftMs = until - clock.monotonic();
    if (leftMs <= 0 || signal?.aborted) return outcome;
    await clock.sleep(Math.min(pauseMs, leftMs), signal);
  }
}

const IN_TRANSACTION = {
  code: 'OUTBOX_WAIT_IN_TRANSACTION' satisfies ErrorCode,
  message:
    'The event is waited for inside an open transaction, and is delivered only after that commits: wait with a pool, or after the commit.',
} as const;

/** Everything comes as one text, as a receipt does. */
function outcomeStatement(schema: string): string {
  return `select jsonb_build_object(
    'open', pg_catalog.pg_current_xact_id_if_assigned() is not null,
    'event', (
      select jsonb_build_object('state', e.state, 'code', e.last_error_code, 'message', e.last_error, 'key', e.record_key,
        'type', case when $3::text = 'yes' then e.type end, 'payload', case when $3::text = 'yes' then e.payload end)
      from ${schema}.outbox_events e where e.id = $1::text::bigint),
    'ids', coalesce((
      select jsonb_object_agg(k.record_key, k.hubspot_id) from ${schema}.links k
      where k.record_key in (select jsonb_array_elements_text($2::text::jsonb))), '{}'))::text as answer`;
}

function answerOf(text: unknown): Answer {
  if (typeof text !== 'string') throw new TypeError('The database gave no answer to a look at an event.');
  // Made by the statement above, from columns that cannot be null where the type says so.
  return JSON.parse(text) as Answer;
}

function outcomeOf(event: Answer['event'], ids: Answer['ids']): EventOutcome {
  if (!event) return { state: 'missing', ids: {} };
  const { state, code, message } = event;
  return {
    state,
    ids,
    ...(code === null || state === 'delivered' ? {} : { error: { code, message: message ?? '' } }),
  };
}

function keysOf(id: number, event: NonNullable<Answer['event']>, mapper: Mapper): readonly string[] {
  const plan = mapper.plan(
    { id, type: event.type ?? '', payload: event.payload, occurredAt: new Date(0) },
    {},
    { counted: true },
  );
  if (plan.ok) return recordKeysOf(plan.record, plan.effects);
  return event.key === null ? [] : [event.key];
}
