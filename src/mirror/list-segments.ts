import { suggestion } from '../config/nearest-name.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

/** A segment as it was last evaluated. */
export interface SegmentState {
  readonly name: string;
  readonly objectType: string;
  readonly size: number;
  /** Null until it has been evaluated. */
  readonly evaluatedAt: Date | null;
  /** Why it could not be evaluated the last time. */
  readonly error: string | null;
}

/** That a record joined a segment, or left it. */
export interface SegmentChange {
  readonly segment: string;
  readonly recordId: string;
  readonly at: Date;
  readonly joined: boolean;
}

/** All segments, by name. */
export async function listSegments(db: Queryable): Promise<SegmentState[]> {
  const rows = await db.query<{
    name: string;
    object_type: string;
    size: number;
    evaluated_at: Date | null;
    error: string | null;
  }>('select name, object_type, size, evaluated_at, error from {schema}.segments order by name');
  return rows.map((row) => ({
    name: row.name,
    objectType: row.object_type,
    size: row.size,
    evaluatedAt: row.evaluated_at,
    error: row.error,
  }));
}

/** The latest changes first. Raises SEGMENT_NOT_FOUND. */
export async function listSegmentChanges(
  db: Queryable,
  { segment, limit }: { readonly segment?: string; readonly limit: number },
): Promise<SegmentChange[]> {
  if (segment !== undefined) await expectSegment(db, segment);
  const rows = await db.query<{ segment: string; record_id: number; at: Date; joined: boolean }>(
    `select segment, record_id, at, joined from {schema}.segment_changes
     where $1::text is null or segment = $1 order by id desc limit $2`,
    [segment ?? null, limit],
  );
  return rows.map((row) => ({
    segment: row.segment,
    recordId: String(row.record_id),
    at: row.at,
    joined: row.joined,
  }));
}

async function expectSegment(db: Queryable, segment: string): Promise<void> {
  const rows = await db.query<{ name: string }>('select name from {schema}.segments order by name');
  const names = rows.map(({ name }) => name);
  if (names.includes(segment)) return;
  throw new SpokeError(
    'SEGMENT_NOT_FOUND',
    `There is no segment ${JSON.stringify(segment)}: there is ${names.join(', ') || 'none'}.${suggestion(segment, names)}`,
    { facts: { segment } },
  );
}
