import { FORM_EVENT } from '../config/forms.ts';
import type { Database, Queryable, Row } from '../db/database.ts';
import { type ListCursor, microsOf, timeOfMicros } from '../db/list-cursor.ts';
import { SpokeError } from '../errors.ts';
import { PRIORITIES } from '../outbox/track-event.ts';
import { readReceipt } from '../outbox/track-receipt.ts';
import { trackStatement, trackValues } from '../outbox/track-statement.ts';
import { wakeChannel } from '../outbox/wake.ts';
import { submissionPayload } from './intake.ts';
import type { StoredConsent } from './receive-submission.ts';

export const SUBMISSION_STATES = ['accepted', 'quarantined', 'released'] as const;

export type SubmissionState = (typeof SUBMISSION_STATES)[number];

/** A submission in a list. */
export interface SubmissionSummary {
  readonly id: string;
  readonly form: string;
  readonly state: SubmissionState;
  readonly receivedAt: Date;
  readonly email: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly eventId: number | null;
  readonly cursor: ListCursor;
}

/** All that is kept of it. Personal data. */
export interface SubmissionDetail extends SubmissionSummary {
  readonly language: string;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly accepted: Readonly<Record<string, unknown>>;
  readonly changes: readonly unknown[];
  readonly flags: readonly unknown[];
  readonly page: Readonly<Record<string, unknown>> | null;
  readonly client: string | null;
  readonly releasedBy: string | null;
  readonly releasedAt: Date | null;
  readonly consents: readonly StoredConsent[];
  /** What became of it; null while it waits for a person, and when the event is deleted. */
  readonly event: SubmissionEvent | null;
  readonly uploads: readonly { readonly id: string; readonly state: string; readonly name: string }[];
}

/** Why a submission has arrived at HubSpot, or not. */
export interface SubmissionEvent {
  readonly id: number;
  readonly state: 'pending' | 'delivered' | 'dead' | 'cancelled';
  readonly tries: number;
  /** The reason of a dead one, and why one that waits was not taken so far. */
  readonly errorCode: string | null;
  readonly error: string | null;
  /** ISO 8601: when it was delivered, died or was cancelled. */
  readonly endedAt: string | null;
}

export interface SubmissionFilter {
  readonly state?: SubmissionState | undefined;
  readonly form?: string | undefined;
  /** Normalised. */
  readonly email?: string | undefined;
  /** Only those older than this place. */
  readonly after?: ListCursor | undefined;
}

/** An event's payload of a submission may be larger than one of `track`: text of 256 kB written as JSON. */
const MAX_PAYLOAD_BYTES = 1_048_576;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SUMMARY = `s.id, s.form, s.state, s.received_at, s.email, s.score, s.reasons, s.event_id, ${microsOf('s.received_at')} as micros`;

interface SummaryRow extends Row {
  id: string;
  form: string;
  state: SubmissionState;
  received_at: Date;
  email: string | null;
  score: number;
  reasons: string[];
  event_id: number | null;
  micros: number;
}

interface DetailRow extends SummaryRow {
  language: string;
  raw: Record<string, unknown>;
  accepted: Record<string, unknown>;
  changes: unknown[];
  flags: unknown[];
  page: Record<string, unknown> | null;
  client: string | null;
  released_by: string | null;
  released_at: Date | null;
  consents: StoredConsent[];
  event: SubmissionEvent | null;
  uploads: { id: string; state: string; name: string }[];
}

/** ISO 8601, as JSON carries it. */
const timeText = (time: string) => `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const DETAIL = `select ${SUMMARY}, s.language, s.raw, s.accepted, s.changes, s.flags, s.page, s.client, s.released_by, s.released_at,
    coalesce((
      select jsonb_agg(jsonb_build_object('field', c.field, 'purpose', c.purpose, 'text', c.text, 'version', c.version,
        'language', c.language, 'given', c.given, 'at', ${timeText('c.at')}) order by c.id)
      from {schema}.consents c where c.submission_id = s.id), '[]') as consents,
    (
      select jsonb_build_object('id', e.id, 'state', e.state, 'tries', e.attempt_count, 'errorCode', e.last_error_code,
        'error', e.last_error, 'endedAt', ${timeText('e.processed_at')})
      from {schema}.outbox_events e where e.id = s.event_id) as event,
    coalesce((
      select jsonb_agg(jsonb_build_object('id', u.id, 'state', u.state, 'name', u.name) order by u.created_at)
      from {schema}.uploads u where u.submission_id = s.id), '[]') as uploads
  from {schema}.submissions s where s.id = $1::text::uuid`;

/** Newest first. */
export async function listSubmissions(
  db: Queryable,
  filter: SubmissionFilter,
  limit: number,
): Promise<SubmissionSummary[]> {
  const rows = await db.query<SummaryRow>(
    `select ${SUMMARY} from {schema}.submissions s
     where ($1::text is null or s.state = $1) and ($2::text is null or s.form = $2) and ($3::text is null or s.email = $3)
       and ($4::bigint is null or (s.received_at, s.id) < (${timeOfMicros('$4::bigint')}, $5::text::uuid))
     order by s.received_at desc, s.id desc limit $6`,
    [
      filter.state ?? null,
      filter.form ?? null,
      filter.email ?? null,
      filter.after?.micros ?? null,
      filter.after?.id ?? null,
      limit,
    ],
  );
  return rows.map(summaryOf);
}

export async function showSubmission(db: Queryable, id: string): Promise<SubmissionDetail | undefined> {
  if (!UUID.test(id)) return undefined;
  const [row] = await db.query<DetailRow>(DETAIL, [id]);
  return row && detailOf(row);
}

/**
 * Lets a quarantined submission through: its event is recorded as if it had just come. One that is released already is left as it is.
 *
 * @throws SpokeError SUBMISSION_NOT_FOUND, SUBMISSION_NOT_HELD for one that was never quarantined, OUTBOX_*.
 */
export async function releaseSubmission(
  db: Database,
  id: string,
  by: string,
): Promise<{ readonly id: string; readonly eventId: number }> {
  if (!UUID.test(id)) throw notFound(id);
  const eventId = await db.transaction(async (tx) => {
    const [locked] = await tx.query(
      'select 1 from {schema}.submissions where id = $1::text::uuid for update',
      [id],
    );
    const found = locked && (await showSubmission(tx, id));
    if (!found) throw notFound(id);
    if (found.state === 'released' && found.eventId !== null) return found.eventId;
    if (found.state !== 'quarantined')
      throw new SpokeError('SUBMISSION_NOT_HELD', `The submission ${id} is not in quarantine.`);
    const { form, language, accepted, consents, page, receivedAt } = found;
    const payload = submissionPayload({ id, language, values: accepted, consents, page });
    const event = {
      type: FORM_EVENT + form,
      payload: JSON.stringify(payload),
      idempotencyKey: `submission:${id}`,
      recordKey: null,
      priority: PRIORITIES.interactive,
      occurredAt: receivedAt.toISOString(),
    };
    const [row] = await tx.query(trackStatement('{schema}'), trackValues(event, MAX_PAYLOAD_BYTES));
    const receipt = readReceipt(row?.receipt);
    if (receipt.status === 'refused')
      throw new SpokeError('OUTBOX_REJECTED', `The outbox took no event of the submission: ${receipt.code}.`);
    await tx.query(
      `update {schema}.submissions set state = 'released', event_id = $2, released_by = $3, released_at = clock_timestamp()
       where id = $1::text::uuid`,
      [id, receipt.id, by],
    );
    return receipt.id;
  });
  await db.notify(wakeChannel(db.schema));
  return { id, eventId };
}

/**
 * Deletes a submission with its consents and files; the files' bytes are removed soon after. An event that was recorded for it stays
 * in the outbox.
 *
 * @throws SpokeError SUBMISSION_NOT_FOUND.
 */
export async function deleteSubmission(db: Queryable, id: string): Promise<{ readonly id: string }> {
  if (!UUID.test(id)) throw notFound(id);
  const [row] = await db.query(
    `with gone as (delete from {schema}.submissions where id = $1::text::uuid returning id),
       consents as (delete from {schema}.consents where submission_id in (select id from gone)),
       files as (delete from {schema}.uploads where submission_id in (select id from gone))
     select id from gone`,
    [id],
  );
  if (!row) throw notFound(id);
  return { id };
}

export function notFound(id: string): SpokeError {
  return new SpokeError('SUBMISSION_NOT_FOUND', `There is no submission ${JSON.stringify(id.slice(0, 60))}.`);
}

function summaryOf(row: SummaryRow): SubmissionSummary {
  const { id, form, state, email, score, reasons, micros } = row;
  return {
    ...{ id, form, state, receivedAt: row.received_at, email, score, reasons, eventId: row.event_id },
    cursor: { micros, id },
  };
}

function detailOf(row: DetailRow): SubmissionDetail {
  const { language, raw, accepted, changes, flags, page, client, consents, event, uploads } = row;
  return {
    ...summaryOf(row),
    ...{ language, raw, accepted, changes, flags, page, client, consents, event, uploads },
    releasedBy: row.released_by,
    releasedAt: row.released_at,
  };
}
