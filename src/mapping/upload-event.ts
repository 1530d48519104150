import { z } from 'zod';
import type { EventDefinition } from '../config/define-config.ts';
import { SUBMISSION_PROPERTY } from './forms/form-event.ts';
import { note } from './note.ts';
import { contactByEmail, dealBy } from './record-refs.ts';
import { upsertContact } from './upserts.ts';

const TITLE = 'Sample Data Upload';
const UNITS = ['bytes', 'kB', 'MB', 'GB'];
const PAYLOAD = z.object({
  uploadId: z.uuid(),
  submissionId: z.string().min(1).max(100),
  email: z.string(),
  /** Whether the submission made a deal. */
  deal: z.boolean(),
  name: z.string(),
  kind: z.string(),
  size: z.number(),
  score: z.number().min(0).max(1),
  summary: z.string(),
  link: z.string(),
});

/** As the uploads record it. */
export type UploadPayload = z.input<typeof PAYLOAD>;

/** What a file becomes: properties of the contact with the number of its files, and a note on contact and deal. */
export const uploadEvent: EventDefinition<typeof PAYLOAD> = {
  payload: PAYLOAD,
  priority: 1,
  record: ({ email }) => contactByEmail(email),
  adds: () => ({ 'spoke.file_uploads': 1 }),
  effects(payload, { occurredAt, running }) {
    const { uploadId, submissionId, email, deal, name, kind, size, score, summary, link } = payload;
    const contact = contactByEmail(email);
    const content = {
      title: TITLE,
      text: [
        `File: ${name}`,
        `Type: ${kind.toUpperCase()}`,
        `Size: ${sizeText(size)}`,
        summary,
        `Link: ${link}`,
      ].join('\n'),
    };
    return [
      upsertContact(contact, {
        last_file_upload_date: occurredAt,
        file_upload_count: running['spoke.file_uploads'] ?? null,
        last_file_type: kind,
        last_file_quality_score: score,
        sample_data_reference: uploadId,
      }),
      note(contact, content),
      ...(deal ? [note(dealBy(SUBMISSION_PROPERTY, submissionId), content)] : []),
    ];
  },
};

/** `1.2 MB`, in thousands. */
function sizeText(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1_000 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${UNITS[step]}`;
}
