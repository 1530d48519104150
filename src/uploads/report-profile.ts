import type { FileKind } from '../config/file-kinds.ts';
import type { FormDefinitions } from '../config/forms.ts';
import { UPLOAD_EVENT } from '../config/uploads.ts';
import type { Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import type { UploadPayload } from '../mapping/upload-event.ts';
import { PRIORITIES } from '../outbox/track-event.ts';
import { readReceipt } from '../outbox/track-receipt.ts';
import { trackStatement, trackValues } from '../outbox/track-statement.ts';
import type { FileProfile } from './profile/profile.ts';

const MAX_PAYLOAD_BYTES = 262_144;

interface ReadyRow extends Row {
  name: string;
  kind: FileKind;
  size: number;
  stored_at: Date;
  profile: FileProfile;
  submission_id: string;
  form: string;
  email: string | null;
}

export interface ReportOptions {
  readonly forms: FormDefinitions;
  /** Where people get the file, by id; made before the transaction, since it may ask the database. */
  readonly link: string;
}

/**
 * Records the event of an upload once both are there: the profile, and a submission that was let through. Called in the transaction
 * that makes the second true; does nothing before, nor a second time. False where nothing was recorded.
 *
 * @throws SpokeError OUTBOX_REJECTED.
 */
export async function reportProfile(tx: Queryable, id: string, options: ReportOptions): Promise<boolean> {
  const [row] = await tx.query<ReadyRow>(
    `select u.name, u.kind, u.size, u.stored_at, u.profile, u.submission_id, s.form, s.email
     from {schema}.uploads u join {schema}.submissions s on s.id = u.submission_id and s.state in ('accepted', 'released')
     where u.id = $1::text::uuid and u.state = 'ready' and u.event_id is null for update of u`,
    [id],
  );
  if (!row || row.email === null) return false;
  const { name, kind, size, profile, email, form } = row;
  const payload: UploadPayload = {
    uploadId: id,
    submissionId: row.submission_id,
    email,
    deal: options.forms[form]?.deal !== undefined,
    name,
    kind,
    size,
    score: profile.score,
    summary: profile.summary,
    link: options.link,
  };
  const event = {
    type: UPLOAD_EVENT,
    payload: JSON.stringify(payload),
    idempotencyKey: `upload:${id}`,
    recordKey: null,
    priority: PRIORITIES.interactive,
    occurredAt: row.stored_at.toISOString(),
  };
  const [answer] = await tx.query(trackStatement('{schema}'), trackValues(event, MAX_PAYLOAD_BYTES));
  const receipt = readReceipt(answer?.receipt);
  if (receipt.status === 'refused')
    throw new SpokeError('OUTBOX_REJECTED', `The outbox took no event of an upload: ${receipt.code}.`);
  await tx.query('update {schema}.uploads set event_id = $2 where id = $1::text::uuid', [id, receipt.id]);
  return true;
}
