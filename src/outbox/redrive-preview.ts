import type { Database, Row } from '../db/database.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { choiceOf } from './move-redrive.ts';
import { type RedriveFilter, readRedriveFilter } from './redrive-request.ts';

/** Events of each type that are mapped to see what a type costs. */
const SAMPLES_PER_TYPE = 50;
/** Inputs of one call: associations, and everything else. */
const ASSOCIATIONS_PER_CALL = 2_000;
const INPUTS_PER_CALL = 100;

/** What a redrive would do, and what it would cost. */
export interface RedrivePreview {
  readonly total: number;
  /** Lanes that the events belong to; an event that never had one counts as one. */
  readonly records: number;
  /** Most first. */
  readonly groups: readonly {
    readonly type: string;
    readonly code: string | null;
    readonly events: number;
  }[];
  readonly estimate: RedriveEstimate;
}

/**
 * Worked out, not promised: calls are taken to be full; retries, refused batches that are halved and read-backs come on top.
 *
 * `calls` by `mapping`: the inputs that samples of each type map to, times the events of the type (upserts: times its records,
 * because the upserts of one record are folded), 100 to a call, associations 2,000. By `records`, where no config is at hand:
 * one input a record, without activities and associations.
 */
export interface RedriveEstimate {
  readonly calls: number;
  readonly basis: 'mapping' | 'records';
  /** What waits already, and goes first. Each event is taken to cost as much as one of the redrive. */
  readonly waiting: { readonly events: number; readonly calls: number };
  /** What the burst gate lets through; null until a worker has run. */
  readonly callsPerSecond: number | null;
  /** How long the gate is paused or the breaker open, s. */
  readonly heldSeconds: number;
  /** Until everything is sent, at the earliest. */
  readonly seconds: number | null;
  /** Of the portal's daily limit, as far as it is known. */
  readonly dailyCallsLeft: number | null;
}

interface GroupRow extends Row {
  type: string;
  code: string | null;
  by_type: boolean;
  events: number;
  records: number;
}

interface SampleRow extends Row {
  id: number;
  type: string;
  payload: unknown;
  occurred_at: Date;
}

interface PaceRow extends Row {
  waiting_events: number;
  waiting_lanes: number;
  calls_per_second: number | null;
  held_seconds: number;
  daily_left: number | null;
}

/** Counts what a redrive would put back, by type and code, and estimates its cost; nothing is changed. */
export async function previewRedrive(
  db: Database,
  request: { readonly filter: RedriveFilter; readonly limit?: number | undefined },
  mapper?: Mapper,
): Promise<RedrivePreview> {
  const { where, values } = choiceOf(readRedriveFilter(request.filter));
  const chosen = `with chosen as materialized (
      select e.id, e.type, e.last_error_code as code, coalesce(e.record_key, e.id::text) as record
      from {schema}.outbox_events e where ${where} order by e.id limit $${values.length + 1}::bigint
    )`;
  const given = [...values, request.limit ?? null];
  const rows = await db.query<GroupRow>(
    `${chosen} select type, code, grouping(code) = 1 as by_type, count(*) as events, count(distinct record) as records
     from chosen group by grouping sets ((type, code), (type)) order by events desc, type, code`,
    given,
  );
  const types = rows.filter((row) => row.by_type);
  const total = types.reduce((sum, row) => sum + row.events, 0);
  const records = types.reduce((sum, row) => sum + row.records, 0);
  const samples = mapper
    ? await db.query<SampleRow>(
        `${chosen} select e.id, e.type, e.payload, e.occurred_at
         from (select id, row_number() over (partition by type order by id desc) as place from chosen) c
         join {schema}.outbox_events e on e.id = c.id where c.place <= ${SAMPLES_PER_TYPE}`,
        given,
      )
    : [];
  const calls = mapper ? callsOf(types, samples, mapper) : Math.ceil(records / INPUTS_PER_CALL);
  return {
    total,
    records,
    groups: rows.filter((row) => !row.by_type).map(({ type, code, events }) => ({ type, code, events })),
    estimate: estimateOf(await readPace(db), { total, calls, basis: mapper ? 'mapping' : 'records' }),
  };
}

/** Calls for events of these types, by what samples of each map to. */
export function callsOf(
  types: readonly { readonly type: string; readonly events: number; readonly records: number }[],
  samples: readonly Pick<SampleRow, 'id' | 'type' | 'payload' | 'occurred_at'>[],
  mapper: Pick<Mapper, 'plan'>,
): number {
  const inputs = new Map<string, number>();
  for (const { type, events, records } of types) {
    const own = samples.filter((sample) => sample.type === type);
    for (const { id, payload, occurred_at: occurredAt } of own) {
      const plan = mapper.plan({ id, type, payload, occurredAt });
      if (!plan.ok) continue;
      for (const { kind } of plan.effects) {
        const share = (kind.endsWith('.upsert') ? records : events) / own.length;
        inputs.set(kind, (inputs.get(kind) ?? 0) + share);
      }
    }
  }
  return [...inputs].reduce(
    (calls, [kind, count]) =>
      // Shares of a sample do not add up to whole numbers exactly.
      calls +
      Math.ceil(
        Math.round(count) / (kind.startsWith('association.') ? ASSOCIATIONS_PER_CALL : INPUTS_PER_CALL),
      ),
    0,
  );
}

/** Pure: the estimate from what the database says of the pace. */
export function estimateOf(
  pace: PaceRow,
  cost: { readonly total: number; readonly calls: number; readonly basis: RedriveEstimate['basis'] },
): RedriveEstimate {
  const { calls, total, basis } = cost;
  const waitingCalls = Math.max(
    Math.ceil(pace.waiting_lanes / INPUTS_PER_CALL),
    total === 0 ? 0 : Math.ceil((pace.waiting_events * calls) / total),
  );
  const { calls_per_second: rate, held_seconds: heldSeconds } = pace;
  return {
    calls,
    basis,
    waiting: { events: pace.waiting_events, calls: waitingCalls },
    callsPerSecond: rate === null ? null : Math.round(rate * 10) / 10,
    heldSeconds: Math.ceil(heldSeconds),
    seconds: rate === null ? null : Math.ceil(heldSeconds + (calls + waitingCalls) / rate),
    dailyCallsLeft: pace.daily_left,
  };
}

export async function readPace(db: Database): Promise<PaceRow> {
  const [row] = await db.query<PaceRow>(
    `select w.events + u.events as waiting_events, w.lanes + u.events as waiting_lanes,
       (1000 / g.step_ms)::float8 as calls_per_second,
       extract(epoch from greatest(g.paused_until, case when b.state = 'open' then b.open_until end, t.now) - t.now)::float8 as held_seconds,
       case when d.resets_at > t.now then greatest(0, d.call_limit - d.used) end as daily_left
     from (select clock_timestamp() as now) t
     cross join (select coalesce(sum(pending), 0)::bigint as events, count(*) as lanes from {schema}.lanes where pending > 0) w
     cross join (select count(*) as events from {schema}.outbox_events where lane_id is null and processed_at is null) u
     cross join {schema}.daily_budget d cross join {schema}.breaker b
     left join {schema}.gates g on g.name = 'burst'`,
  );
  if (!row) throw new Error('The budget has no row: the schema was changed by hand.');
  return row;
}
