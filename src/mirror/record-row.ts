import type { Row } from '../db/database.ts';

/** A live record of the mirror. */
export interface MirrorRecord {
  readonly id: string;
  /** HubSpot's texts, without empty ones. */
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: Date | null;
  readonly updatedAt: Date;
  /** When the request was sent whose answer this is. */
  readonly syncedAt: Date;
  /** Names of the lists it is on and of the segments it is in. */
  readonly lists: readonly string[];
  readonly segments: readonly string[];
}

export interface RecordRow extends Row {
  readonly id: number;
  readonly properties: Record<string, string>;
  readonly created_at: Date | null;
  readonly updated_at: Date;
  readonly read_at: Date;
  readonly lists: string[];
  readonly segments: string[];
}

/** The columns of a record, from the alias `m` of mirror_records. */
export function recordColumns(properties = 'm.properties'): string {
  return `m.id, ${properties} as properties, m.created_at, m.updated_at, m.read_at,
    array(select l.name from {schema}.mirror_memberships b join {schema}.mirror_lists l on l.id = b.list_id
      where b.record_id = m.id and b.left_at is null and l.object_type = m.object_type and l.deleted_at is null order by l.name) as lists,
    array(select s.segment from {schema}.segment_members s join {schema}.segments g on g.name = s.segment
      where s.record_id = m.id and g.object_type = m.object_type order by s.segment) as segments`;
}

export function recordOf(row: RecordRow): MirrorRecord {
  return {
    id: String(row.id),
    properties: row.properties,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    syncedAt: row.read_at,
    lists: row.lists,
    segments: row.segments,
  };
}
