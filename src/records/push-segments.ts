import { DEFAULT_SEGMENT_TYPE, type SegmentDefinition } from '../config/segments.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import { EFFECTS_EVENT } from '../mapping/effects.ts';
import { PRIORITIES } from '../outbox/track-event.ts';

/** What was recorded for the list of one segment. */
export interface SegmentPush {
  readonly segment: string;
  readonly list: string;
  readonly added: number;
  readonly removed: number;
  /** Why nothing is sent yet. */
  readonly held?: string;
}

export interface PushSegmentsOptions {
  readonly segments: Readonly<Record<string, SegmentDefinition>>;
  /** Segments that are not to be sent now, with the reason. */
  readonly held?: ReadonlyMap<string, string> | undefined;
  /** Ends it between two transactions; the next call goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** Events of one transaction. Default 2,000. */
  readonly chunk?: number | undefined;
}

const CHUNK = 2_000;

interface Part {
  readonly objectType: string;
  readonly segment: string;
  readonly list: string;
  readonly chunk: number;
}

interface Counts extends Row {
  readonly looked: number;
  readonly added: number;
  readonly removed: number;
}

/**
 * Records in the outbox what the lists of HubSpot have to learn of segments with `pushToList`: at first everybody who is in it, then
 * who joins and who leaves. One event a record, in the order of the changes, of bulk priority; each change once, since the events and
 * the place in the changes are written together. Of changes that lie close together only the last of a record is sent.
 *
 * A record that has left the portal is on none of its lists any more, so nothing is sent for it. Any number of processes may call it.
 */
export async function pushSegments(
  db: Database,
  { segments, held, signal, chunk = CHUNK }: PushSegmentsOptions,
): Promise<SegmentPush[]> {
  const pushes: SegmentPush[] = [];
  for (const [segment, { pushToList, objectType = DEFAULT_SEGMENT_TYPE }] of Object.entries(segments)) {
    const list = pushToList?.trim();
    if (list === undefined) {
      // Named again later, the list is to get everybody.
      await db.query('delete from {schema}.segment_pushes where segment = $1', [segment]);
      continue;
    }
    const reason = held?.get(segment);
    if (reason !== undefined) {
      pushes.push({ segment, list, added: 0, removed: 0, held: reason });
      continue;
    }
    let added = 0;
    let removed = 0;
    while (!signal?.aborted) {
      const counts = await db.transaction((tx) => pushPart(tx, { objectType, segment, list, chunk }));
      added += counts?.added ?? 0;
      removed += counts?.removed ?? 0;
      if (counts === undefined || counts.looked === 0) break;
    }
    pushes.push({ segment, list, added, removed });
  }
  return pushes;
}

/** Undefined when the segment was never evaluated. */
async function pushPart(tx: Queryable, part: Part): Promise<Counts | undefined> {
  // The largest change that is committed: evaluations are one at a time, so none with a smaller number comes later.
  await tx.query(
    `insert into {schema}.segment_pushes as p (segment, list, changes_to)
     select s.name, $2, coalesce((select max(c.id) from {schema}.segment_changes c where c.segment = s.name), 0)
     from {schema}.segments s where s.name = $1 and s.evaluated_at is not null
     on conflict (segment) do update set list = excluded.list, members_to = 0, changes_to = excluded.changes_to
     where p.list <> excluded.list`,
    [part.segment, part.list],
  );
  const [place] = await tx.query<{ members_to: number | null; changes_to: number }>(
    'select members_to, changes_to from {schema}.segment_pushes where segment = $1 for update',
    [part.segment],
  );
  if (place === undefined) return undefined;
  const { segment, list, objectType, chunk } = part;
  const values = [segment, list, objectType, chunk, place.members_to ?? place.changes_to];
  const [counts] = await tx.query<Counts>(place.members_to === null ? CHANGES : MEMBERS, values);
  // Behind the last of the members there may be changes.
  return counts && place.members_to !== null ? { ...counts, looked: Math.max(1, counts.looked) } : counts;
}

/** An event that puts one record on the list, or takes it off; `last` has one row a record. */
const RECORDED = `sent as (
  insert into {schema}.outbox_events (type, payload, idempotency_key, priority)
  select '${EFFECTS_EVENT}', jsonb_build_object('record', r.ref, 'effects', jsonb_build_array(
      jsonb_build_object('kind', case when l.joined then 'list.add' else 'list.remove' end, 'record', r.ref, 'list', $2::text))),
    l.key, ${PRIORITIES.bulk}
  from last l
  join {schema}.mirror_records m on m.object_type = $3 and m.id = l.record_id and m.state = 'live',
  lateral (select jsonb_build_object('objectType', $3::text, 'idProperty', 'hs_object_id', 'id', l.record_id::text) as ref) r
  order by l.place
  on conflict (idempotency_key) where idempotency_key is not null do nothing
  returning payload #>> '{effects,0,kind}' as kind
)`;

const COUNTED = `(select count(*)::integer from part) as looked,
  (select count(*)::integer from sent where kind = 'list.add') as added,
  (select count(*)::integer from sent where kind = 'list.remove') as removed`;

const MEMBERS = `with part as materialized (
    select record_id from {schema}.segment_members where segment = $1 and record_id > $5::bigint order by record_id limit $4::integer
  ), last as (
    select record_id, record_id as place, true as joined, null::text as key from part
  ), ${RECORDED}
  update {schema}.segment_pushes p
  set members_to = case when (select count(*) from part) < $4::integer then null else (select max(record_id) from part) end
  where p.segment = $1
  returning ${COUNTED}`;

const CHANGES = `with part as materialized (
    select id, record_id, joined from {schema}.segment_changes where segment = $1 and id > $5::bigint order by id limit $4::integer
  ), last as (
    select distinct on (record_id) record_id, id as place, joined, 'segment-change:' || id as key from part order by record_id, id desc
  ), ${RECORDED}
  update {schema}.segment_pushes p set changes_to = coalesce((select max(id) from part), p.changes_to)
  where p.segment = $1
  returning ${COUNTED}`;
