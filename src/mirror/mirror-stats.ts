import type { Queryable, Row } from '../db/database.ts';
import { segmentSizes } from './evaluate-segments.ts';

/** What the mirror holds of one object type, and how far it is known to be complete. */
export interface ObjectStats {
  readonly objectType: string;
  readonly live: number;
  readonly archived: number;
  readonly merged: number;
  readonly gone: number;
  /** Of the live records: the latest change at HubSpot, and the latest reading. */
  readonly updatedAt: Date | null;
  readonly syncedAt: Date | null;
  /** When everything was read for the first time; null: rows are missing. */
  readonly completeAt: Date | null;
  /** Every change at HubSpot before this is here, as far as its search shows changes at once; null before a reading was through. */
  readonly caughtUpAt: Date | null;
  /** When all ids were last read, and when the mirror was last held against the portal. */
  readonly sweptAt: Date | null;
  readonly provenAt: Date | null;
}

export interface MirrorStats {
  readonly objects: readonly ObjectStats[];
  /** Records in each segment, as it was last evaluated. */
  readonly bySegment: Readonly<Record<string, number>>;
  /** Lists with what HubSpot says of their size, and the members that are known. */
  readonly lists: readonly {
    readonly id: string;
    readonly name: string;
    readonly size: number | null;
    readonly members: number;
    readonly membersReadAt: Date | null;
  }[];
}

interface ObjectRow extends Row {
  object_type: string;
  live: number;
  archived: number;
  merged: number;
  gone: number;
  updated_at: Date | null;
  synced_at: Date | null;
  complete_at: Date | null;
  caught_up_at: Date | null;
  swept_at: Date | null;
  proven_at: Date | null;
}

/** A round of changes that goes on and on has its place, too: all before it is here. */
const CAUGHT_UP = `case when o.complete_at is not null then greatest(o.caught_up_at, to_timestamp(o.live_watermark / 1000.0)) end`;

/** Counts what the mirror holds. */
export async function readMirrorStats(db: Queryable): Promise<MirrorStats> {
  const objects = await db.query<ObjectRow>(
    `select coalesce(o.object_type, m.object_type) as object_type, coalesce(m.live, 0) as live, coalesce(m.archived, 0) as archived,
       coalesce(m.merged, 0) as merged, coalesce(m.gone, 0) as gone, m.updated_at, m.synced_at, o.complete_at, ${CAUGHT_UP} as caught_up_at, o.swept_at, o.proven_at
     from {schema}.mirror_objects o full join (
       select object_type, count(*) filter (where state = 'live') as live, count(*) filter (where state = 'archived') as archived,
         count(*) filter (where state = 'merged') as merged, count(*) filter (where state = 'gone') as gone,
         max(updated_at) filter (where state = 'live') as updated_at, max(read_at) filter (where state = 'live') as synced_at
       from {schema}.mirror_records group by object_type
     ) m using (object_type) order by 1`,
  );
  const lists = await db.query<{
    id: number;
    name: string;
    size: number | null;
    members: number;
    members_read_at: Date | null;
  }>(
    `select l.id, l.name, l.size, l.members_read_at,
       (select count(*) from {schema}.mirror_memberships b where b.list_id = l.id and b.left_at is null) as members
     from {schema}.mirror_lists l where l.deleted_at is null order by l.name, l.id`,
  );
  return {
    objects: objects.map((row) => ({
      objectType: row.object_type,
      live: row.live,
      archived: row.archived,
      merged: row.merged,
      gone: row.gone,
      updatedAt: row.updated_at,
      syncedAt: row.synced_at,
      completeAt: row.complete_at,
      caughtUpAt: row.caught_up_at,
      sweptAt: row.swept_at,
      provenAt: row.proven_at,
    })),
    bySegment: await segmentSizes(db),
    lists: lists.map(({ id, name, size, members, members_read_at: membersReadAt }) => ({
      id: String(id),
      name,
      size,
      members,
      membersReadAt,
    })),
  };
}
