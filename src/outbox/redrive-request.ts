import { z } from 'zod';
import { SpokeError } from '../errors.ts';
import type { EventFilter } from './event-filter.ts';
import type { ExecutorValues } from './executors/index.ts';
import { PRIORITIES, type PriorityName } from './track-event.ts';

const MAX_IDS = 10_000;
const MAX_NAMES = 100;
const NAMES = z.array(z.string().min(1).max(100)).min(1).max(MAX_NAMES);
const TIME = z.union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))]);

/** What a redrive chooses from, as it is stored and as callers give it. */
export const redriveFilterSchema = z.strictObject({
  ids: z.array(z.int().min(1)).min(1).max(MAX_IDS).optional(),
  state: z.enum(['dead', 'cancelled']).optional(),
  types: NAMES.optional(),
  codes: NAMES.optional(),
  recordKey: z.string().min(1).max(512).optional(),
  since: TIME.optional(),
  until: TIME.optional(),
  endedSince: TIME.optional(),
  endedUntil: TIME.optional(),
  redrivenBelow: z.int().min(1).max(10_000).optional(),
});

/** Which ended events; all given parts must fit. */
export interface RedriveFilter extends Omit<EventFilter, 'state' | 'beforeId'> {
  /** Default dead; where `ids` names the events, cancelled ones too. */
  readonly state?: 'dead' | 'cancelled' | undefined;
}

/**
 * `anew`: as if the event had just been recorded: the router works out its record, and so its lane, by the config as it is now.
 * `as-sent`: back to its place in the lane it had. In both its effects are mapped by the config as it is now, and it stands
 * among the events of its lane by its id.
 */
export const REDRIVE_MODES = ['anew', 'as-sent'] as const;
export type RedriveMode = (typeof REDRIVE_MODES)[number];

export interface RedriveOptions {
  /** Default `anew`. */
  readonly mode?: RedriveMode | undefined;
  /** Default: events named by id keep theirs, all others become `bulk`, so that what is recorded meanwhile goes first. */
  readonly priority?: PriorityName | undefined;
  /** At most so many, the oldest. Default: all. */
  readonly limit?: number | undefined;
  /** Shown to operators. 1 to 100 characters; default `application`. */
  readonly requestedBy?: string | undefined;
}

export interface RedriveRequest extends RedriveOptions {
  readonly filter: RedriveFilter;
  /** Name of the rule that asks for it. */
  readonly rule?: string | undefined;
  /** The same key again with the same hash is the same redrive. */
  readonly idempotency?: { readonly key: string; readonly hash: string } | undefined;
}

const OPTIONS = z.object({
  mode: z.enum(REDRIVE_MODES).optional(),
  priority: z.enum(['interactive', 'normal', 'bulk']).optional(),
  limit: z.int().min(1).max(2_147_483_647).optional(),
  requestedBy: z.string().min(1).max(100).optional(),
});

/** Inserts one redrive and returns its id, or nothing when its idempotency key is taken. All values are text: see track-statement.ts. */
export function redriveStatement(schema: string): string {
  return `insert into ${schema}.redrives (filter, mode, priority, max_events, requested_by, rule, idempotency_key, request_hash)
     values ($1::text::jsonb, $2::text, $3::text::smallint, $4::text::integer, $5::text, $6::text, $7::text, $8::text)
     on conflict (idempotency_key) do nothing returning id::text as id`;
}

/** @throws SpokeError REDRIVE_INVALID with what is wrong with the filter or the options. */
export function redriveValues(request: RedriveRequest): ExecutorValues {
  const filter = readRedriveFilter(request.filter);
  const options = OPTIONS.safeParse(request);
  if (!options.success) throw invalid(options.error);
  const { mode = 'anew', priority, limit, requestedBy = 'application' } = options.data;
  const given = priority === undefined ? (filter.ids ? null : PRIORITIES.bulk) : PRIORITIES[priority];
  return [
    JSON.stringify(filter),
    mode,
    given === null ? null : String(given),
    limit === undefined ? null : String(limit),
    requestedBy,
    request.rule ?? null,
    request.idempotency?.key ?? null,
    request.idempotency?.hash ?? null,
  ];
}

/** @throws SpokeError REDRIVE_INVALID. */
export function readRedriveFilter(filter: unknown): RedriveFilter {
  const parsed = redriveFilterSchema.safeParse(filter);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

function invalid(error: z.ZodError): SpokeError {
  const lines = error.issues.map(({ path, message }) => `${path.join('.') || 'filter'}: ${message}`);
  return new SpokeError('REDRIVE_INVALID', `The redrive cannot be asked for: ${lines.join('; ')}.`);
}
