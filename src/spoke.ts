import { systemClock } from './clock.ts';
import type { EventTypes, PayloadOf, SpokeConfig } from './config/define-config.ts';
import { quoteSchema } from './db/expand-schema.ts';
import { createLogger, type Logger } from './log.ts';
import type { EFFECTS_EVENT, EffectDraft } from './mapping/effects.ts';
import { eventsOf } from './mapping/forms/form-event.ts';
import { createMapper } from './mapping/mapper.ts';
import { executorFor } from './outbox/executors/index.ts';
import {
  type RedriveFilter,
  type RedriveOptions,
  redriveStatement,
  redriveValues,
} from './outbox/redrive-request.ts';
import { createTracker, type TrackCounter, type TrackOptions } from './outbox/track.ts';
import type { TrackTypes } from './outbox/track-event.ts';
import type { TrackReceipt } from './outbox/track-receipt.ts';
import { wakeChannel } from './outbox/wake.ts';
import {
  type EnqueueOptions,
  type EnqueueReceipt,
  effectsPayload,
  effectTypes,
  enqueuer,
} from './records/enqueue.ts';
import { type EventOutcome, eventOutcome, type WaitOptions } from './records/event-outcome.ts';
import { createRecordFunctions, type RecordFunctions } from './records/record-functions.ts';

export interface SpokeOptions<Config extends SpokeConfig> {
  /** From spoke.config.ts: unknown types and payloads that do not fit are then refused while recording, not only later. */
  readonly config?: Config;
  /** Default `spoke`. */
  readonly schema?: string;
  /** Default: JSON lines on stderr, level `info`. */
  readonly log?: Logger;
  /** Counts receipts; a prom-client Counter with the labels `status` and `code` fits. */
  readonly counter?: TrackCounter;
  /** Default 262,144 bytes. */
  readonly maxPayloadBytes?: number;
  /** Throw what is refused instead of returning it. Default false. */
  readonly strict?: boolean;
}

type Payloads<Config extends SpokeConfig> = { [Type in EventTypes<Config>]: PayloadOf<Config, Type> };

/** The application's side of Spoke: records events, and never talks to HubSpot. */
export interface Spoke<Config extends SpokeConfig = SpokeConfig> {
  /**
   * Records an event in the application's own transaction: `handle` is a pg client, or a Kysely, Drizzle, Prisma, Knex or
   * postgres.js transaction. It is delivered after that commits, and only if it commits. A refusal is returned, logged and
   * counted, and leaves the transaction as it was; with `strict` it is thrown as SpokeError.
   */
  track<Type extends EventTypes<Config>>(
    handle: unknown,
    type: Type,
    payload: PayloadOf<Config, Type>,
    options?: TrackOptions,
  ): Promise<TrackReceipt>;
  /**
   * Records effects without an event of the config, as `track` records an event: made with the builders (`upsertContact`, `note`,
   * ...), delivered after the commit, in the order of their record.
   */
  enqueue(
    handle: unknown,
    effects: readonly EffectDraft[],
    options?: EnqueueOptions,
  ): Promise<EnqueueReceipt>;
  /** Single changes by name: `spoke.records.createContact(tx, { email })`. */
  readonly records: RecordFunctions;
  /**
   * Waits until a recorded event has ended, after the commit and with a handle that is in no transaction; wakes the workers. Does
   * not reject when the time is up: the state is `pending` then. Rejects with OUTBOX_HANDLE_UNKNOWN and errors of the database.
   */
  waitFor(handle: unknown, receipt: TrackReceipt, options?: WaitOptions): Promise<EventOutcome>;
  /**
   * Tells the workers that something was committed, so that they do not wait for their next look (SPOKE_POLL_INTERVAL). To be
   * called after the commit, with a pool or a connection that is not in a transaction; a hint, so a failure is only logged.
   */
  wake(handle: unknown): Promise<void>;
  /**
   * Asks for dead events to be put back, as `spoke redrive start` does, in the application's own transaction; the workers carry it
   * out after the commit. Returns the redrive's id, by which `spoke redrive status` follows it. Raises REDRIVE_INVALID and
   * OUTBOX_HANDLE_UNKNOWN; an error of the database comes as the library of the handle throws it.
   */
  redrive(
    handle: unknown,
    filter: RedriveFilterOf<Config>,
    options?: RedriveOptions,
  ): Promise<{ id: number }>;
}

/** A filter whose types are those of the config, and that of enqueued effects. */
export type RedriveFilterOf<Config extends SpokeConfig> = Omit<RedriveFilter, 'types'> & {
  readonly types?: readonly (EventTypes<Config> | typeof EFFECTS_EVENT)[] | undefined;
};

/** Raises DATABASE_SCHEMA_INVALID for a schema name that cannot be one. */
export function createSpoke<Config extends SpokeConfig = SpokeConfig>(
  options: SpokeOptions<Config> = {},
): Spoke<Config> {
  const { schema = 'spoke', log = createLogger(), config, ...rest } = options;
  const tracker = createTracker<Payloads<Config>>({
    ...rest,
    schema,
    log,
    types: config && trackTypes(config),
  });
  const redrive = redriveStatement(quoteSchema(schema));
  const mapper = createMapper(config ?? { events: {} });
  const effects = createTracker({ ...rest, schema, log, types: effectTypes(mapper) });
  const reader = { schema: quoteSchema(schema), mapper, clock: systemClock };
  const send = enqueuer(effects, waitFor);
  return {
    track: (handle, type, payload, given) => tracker.track(handle, type, payload as never, given),
    enqueue: (handle, drafts, given) => send(handle, () => effectsPayload(drafts, given?.record), given),
    records: createRecordFunctions(send),
    waitFor,
    wake,
    async redrive(handle, filter, given = {}) {
      const values = redriveValues({ ...given, filter });
      const [row] = await executorFor(handle, 'redrive').execute(handle, redrive, values);
      return { id: Number(row?.id) };
    },
  };

  async function waitFor(handle: unknown, receipt: TrackReceipt, given: WaitOptions = {}) {
    if (receipt.status !== 'refused') await wake(handle);
    return eventOutcome(reader, handle, receipt, given);
  }

  async function wake(handle: unknown): Promise<void> {
    try {
      const values = [wakeChannel(schema), ''];
      await executorFor(handle).execute(handle, 'select pg_notify($1::text, $2::text)', values);
    } catch (error) {
      log.warn(
        { err: error instanceof Error ? error.message : String(error) },
        'the workers could not be woken; they look by themselves',
      );
    }
  }
}

/** What a tracker needs to know of a config. */
export function trackTypes(config: SpokeConfig): TrackTypes {
  const mapper = createMapper(config);
  const all = eventsOf(config);
  const events = Object.entries(all);
  return {
    names: Object.keys(all),
    aliases: Object.fromEntries(
      events.flatMap(([name, event]) => (event.aliases ?? []).map((alias) => [alias, name])),
    ),
    priorities: Object.fromEntries(events.map(([name, event]) => [name, event.priority])),
    validate(type, payload) {
      const route = mapper.route({ type, payload });
      // What only the mapping cannot use (an address, an id) is recorded: it becomes a dead letter that a person can see and redrive.
      if (route.ok || route.code !== 'EVENT_PAYLOAD_INVALID') return null;
      return { code: route.code, message: route.message };
    },
  };
}
