import type { Database, Queryable } from '../../src/db/database.ts';
import { type ClaimOptions, claimLanes } from '../../src/outbox/claim.ts';
import type { LaneVerdict } from '../../src/outbox/lane-verdicts.ts';
import { moveRedriveChunk } from '../../src/outbox/move-redrive.ts';
import type { RedriveRequest } from '../../src/outbox/redrive-request.ts';
import { type Redrive, showRedrive, startRedrive } from '../../src/outbox/redrives.ts';
import { type RouteReport, type Routing, routeEvents } from '../../src/outbox/route.ts';
import { type Settlement, settle } from '../../src/outbox/settle.ts';

/** Events whose payload names their record, put in without `track`. Returns their ids. */
export async function insertEvents(
  db: Database,
  events: readonly { record: string; type?: string; priority?: number; payload?: object }[],
): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    `insert into {schema}.outbox_events (type, payload, priority)
     select type, payload, priority from jsonb_to_recordset($1::jsonb) x(n integer, type text, payload jsonb, priority smallint) order by n
     returning id`,
    [
      JSON.stringify(
        events.map(({ record, type = 'thing', priority = 5, payload = {} }, n) => ({
          n,
          type,
          priority,
          payload: { record, ...payload },
        })),
      ),
    ],
  );
  return rows.map((row) => row.id);
}

/** To the lane that the payload names; `refuse` as a name is refused. */
export const byPayload = ({ payload }: { payload: unknown }): Routing => {
  const { record } = payload as { record: string };
  return record === 'refuse'
    ? { ok: false, code: 'EMAIL_UNUSABLE', message: 'no' }
    : { ok: true, recordKey: record };
};

export const route = (db: Database): Promise<RouteReport> => routeEvents(db, byPayload);

export const claim = (db: Queryable, over: Partial<ClaimOptions> = {}) =>
  claimLanes(db, {
    worker: 'test',
    kind: 'plain',
    lanes: 100,
    eventsPerLane: 50,
    leaseMs: 30_000,
    settleMs: 0,
    ...over,
  });

/** Ends every event of these lanes in one way. */
export const verdictsOf = (
  lanes: Awaited<ReturnType<typeof claim>>,
  state: LaneVerdict['events'][number]['state'] = 'delivered',
  over: Partial<LaneVerdict> = {},
): LaneVerdict[] =>
  lanes.map(({ id, epoch, events }) => ({
    id,
    epoch,
    events: events.map((event) => ({ id: event.id, state, tries: 1 })),
    waitMs: 0,
    progressed: state !== 'pending',
    failures: state === 'pending' ? 'failed' : 'kept',
    unfoldUntil: null,
    ...over,
  }));

export const settleLanes = (db: Database, lanes: readonly LaneVerdict[], over: Partial<Settlement> = {}) =>
  settle(db, {
    worker: 'test',
    lanes,
    links: [],
    effects: [],
    attempts: [],
    settleMs: 0,
    fenced: true,
    ...over,
  });

/** Lets every lease and back-off run out, as time would. */
export const passTime = (db: Database) =>
  db.query(
    `update {schema}.lanes set ready_at = clock_timestamp() - interval '1 ms' where ready_at > clock_timestamp()`,
  );

/** Lanes whose count differs from the events that really wait. */
export const miscounted = (db: Database) =>
  db.query<{ record_key: string; pending: number; waiting: number }>(
    `select l.record_key, l.pending, count(e.id) as waiting from {schema}.lanes l
     left join {schema}.outbox_events e on e.lane_id = l.id and e.processed_at is null
     group by l.id having l.pending <> count(e.id)`,
  );

/** Asks for a redrive and carries it out, a chunk after the other. */
export async function redrive(
  db: Database,
  request: Partial<RedriveRequest> = {},
  chunk?: number,
): Promise<Redrive> {
  const id = await startRedrive(db, { filter: {}, ...request });
  while (await moveRedriveChunk(db, { id, ...(chunk === undefined ? {} : { chunk }) }));
  return showRedrive(db, id);
}

/** Every event that waits dies, as if HubSpot had refused it. */
export async function killAll(db: Database): Promise<void> {
  await route(db);
  for (;;) {
    await passTime(db);
    const lanes = await claim(db);
    if (lanes.length === 0) return;
    const verdicts = verdictsOf(lanes, 'dead');
    await settleLanes(
      db,
      verdicts.map((lane) => ({
        ...lane,
        events: lane.events.map((event) => ({ ...event, code: 'HUBSPOT_REFUSED', message: 'no' })),
      })),
    );
  }
}
