import type { FileKind } from '../config/file-kinds.ts';
import type { Queryable, Row } from '../db/database.ts';
import { type ListCursor, microsOf, timeOfMicros } from '../db/list-cursor.ts';
import { SpokeError } from '../errors.ts';
import type { FileProfile } from './profile/profile.ts';
import type { UploadState } from './upload-rows.ts';

/** A file of a visitor in a list. Its name may be personal data. */
export interface UploadSummary {
  readonly id: string;
  readonly state: UploadState;
  readonly name: string;
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  readonly createdAt: Date;
  readonly storedAt: Date | null;
  /** Why it was refused. */
  readonly reason: string | null;
  /** 0 to 1; null before it was looked through. */
  readonly score: number | null;
  readonly submissionId: string | null;
  readonly eventId: number | null;
  readonly cursor: ListCursor;
}

export interface UploadDetail extends UploadSummary {
  readonly profile: FileProfile | null;
}

export interface UploadFilter {
  readonly state?: UploadState | undefined;
  readonly submissionId?: string | undefined;
  /** Only those older than this place. */
  readonly after?: ListCursor | undefined;
}

interface SummaryRow extends Row {
  id: string;
  state: UploadState;
  name: string;
  kind: FileKind;
  size: number;
  created_at: Date;
  stored_at: Date | null;
  reason: string | null;
  score: number | null;
  submission_id: string | null;
  event_id: number | null;
  micros: number;
}

interface DetailRow extends SummaryRow {
  profile: FileProfile | null;
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SUMMARY = `u.id, u.state, u.name, u.kind, u.size, u.created_at, u.stored_at, u.reason, (u.profile->>'score')::float8 as score,
  u.submission_id, u.event_id, ${microsOf('u.created_at')} as micros`;

/** Newest first. */
export async function listUploads(
  db: Queryable,
  { state, submissionId, after }: UploadFilter,
  limit: number,
): Promise<UploadSummary[]> {
  const rows = await db.query<SummaryRow>(
    `select ${SUMMARY} from {schema}.uploads u
     where ($1::text is null or u.state = $1) and ($2::text is null or u.submission_id = $2::text::uuid)
       and ($3::bigint is null or (u.created_at, u.id) < (${timeOfMicros('$3::bigint')}, $4::text::uuid))
     order by u.created_at desc, u.id desc limit $5`,
    [state ?? null, submissionId ?? null, after?.micros ?? null, after?.id ?? null, limit],
  );
  return rows.map(summaryOf);
}

/** @throws SpokeError UPLOAD_NOT_FOUND. */
export async function showUpload(db: Queryable, id: string): Promise<UploadDetail> {
  const [row] = ID.test(id)
    ? await db.query<DetailRow>(
        `select ${SUMMARY}, u.profile from {schema}.uploads u where u.id = $1::text::uuid`,
        [id],
      )
    : [];
  if (!row) throw noUpload(id);
  return { ...summaryOf(row), profile: row.profile };
}

/**
 * Deletes an upload; a running process removes its file within seconds. What was sent to HubSpot stays there.
 *
 * @throws SpokeError UPLOAD_NOT_FOUND.
 */
export async function deleteUpload(db: Queryable, id: string): Promise<{ readonly id: string }> {
  const [row] = ID.test(id)
    ? await db.query('delete from {schema}.uploads where id = $1::text::uuid returning 1 as gone', [id])
    : [];
  if (!row) throw noUpload(id);
  return { id: id.toLowerCase() };
}

function noUpload(id: string): SpokeError {
  return new SpokeError('UPLOAD_NOT_FOUND', `There is no upload ${JSON.stringify(id.slice(0, 60))}.`);
}

function summaryOf(row: SummaryRow): UploadSummary {
  const { id, state, name, kind, size, reason, score, micros } = row;
  return {
    ...{ id, state, name, kind, size, reason, score },
    createdAt: row.created_at,
    storedAt: row.stored_at,
    submissionId: row.submission_id,
    eventId: row.event_id,
    cursor: { micros, id },
  };
}
