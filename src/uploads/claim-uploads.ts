import { isAccepted } from '../config/file-kinds.ts';
import type { FormDefinitions } from '../config/forms.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { type FormTexts, formLanguage, formTexts } from '../mapping/forms/form-texts.ts';
import { reportProfile } from './report-profile.ts';
import { findByToken } from './upload-rows.ts';

/** Files that a new submission names. */
export interface UploadClaim {
  readonly uploads: readonly { readonly field: string; readonly uploadId: string; readonly token: string }[];
  readonly submission: { readonly id: string; readonly form: string; readonly language: string };
}

export interface ClaimOptions {
  readonly forms: FormDefinitions;
  /** `website.messages`. */
  readonly messages?: FormTexts | undefined;
  readonly linkOf: (id: string) => Promise<string>;
}

type Problem = 'UPLOAD_UNKNOWN' | 'UPLOAD_TOO_LARGE' | 'UPLOAD_TYPE';

/**
 * Makes files those of a submission, in its transaction. Each file is one submission's alone, and has to have come whole.
 *
 * @throws SpokeError SUBMISSION_INVALID with the fields whose file is not there, is refused, is another submission's, or is not what
 * the field takes.
 */
export async function claimUploads(
  tx: Queryable,
  { uploads, submission }: UploadClaim,
  { forms, messages, linkOf }: ClaimOptions,
): Promise<void> {
  const problems = new Map<string, Problem>();
  // Always in one order, or two submissions that name the same files could wait for each other.
  for (const { field, uploadId, token } of [...uploads].sort((a, b) => (a.uploadId < b.uploadId ? -1 : 1))) {
    const found = await findByToken(tx, uploadId, token, { locked: true });
    const definition = forms[submission.form]?.fields[field];
    const isThere =
      found && found.state !== 'waiting' && found.state !== 'refused' && found.submission_id === null;
    if (!isThere || definition?.type !== 'upload') problems.set(field, 'UPLOAD_UNKNOWN');
    else if (found.size > (definition.maxBytes ?? Number.POSITIVE_INFINITY))
      problems.set(field, 'UPLOAD_TOO_LARGE');
    else if (!isAccepted(found.name, found.kind, definition.accept)) problems.set(field, 'UPLOAD_TYPE');
    else {
      await tx.query('update {schema}.uploads set submission_id = $2::text::uuid where id = $1::text::uuid', [
        uploadId,
        submission.id,
      ]);
      await reportProfile(tx, uploadId, { forms, link: await linkOf(uploadId) });
    }
  }
  if (problems.size === 0) return;
  const { title = '' } = forms[submission.form] ?? {};
  const texts = formTexts(formLanguage(submission.language, { title }, messages), messages);
  const fields = Object.fromEntries([...problems].map(([field, code]) => [field, texts[code]]));
  throw new SpokeError('SUBMISSION_INVALID', `Correct ${[...problems.keys()].join(', ')}: see fields.`, {
    facts: { fields, codes: Object.fromEntries(problems) },
  });
}
