import type { EffectsPayload } from '../mapping/effects-event.ts';
import { note } from '../mapping/note.ts';
import type { PropertyValue, PropertyValues } from '../mapping/transforms/encode-value.ts';
import { escapeHtml } from '../mapping/transforms/html.ts';
import { filledText } from '../mapping/transforms/text.ts';
import { upsertContact } from '../mapping/upserts.ts';
import { type ContactName, contactRef } from './record-names.ts';

/** A file that a contact has handed in, as HubSpot is to show it. */
export interface FileUpload {
  readonly fileName: string;
  /** Such as `CSV`. */
  readonly type: string;
  readonly sizeBytes: number;
  /** What is in it, in plain text. */
  readonly summary?: string | null | undefined;
  /** Where a colleague finds it: http or https. Anything else is shown as text. */
  readonly link?: string | null | undefined;
  /** 0 to 1. */
  readonly qualityScore?: number | null | undefined;
  /** The application's own id of the file; default the link. */
  readonly reference?: string | null | undefined;
  /** Further properties of the contact. */
  readonly properties?: PropertyValues;
}

const TITLE = 'Sample Data Upload';
const MAX_LINE = 1_000;
const MAX_SUMMARY = 8_000;
const STEP = 1_000;
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/**
 * The contact's properties and the note of an upload. Its time is that of the event, and the number of the contact's uploads is
 * counted by Spoke.
 */
export function fileUploadPayload(name: ContactName, upload: FileUpload): EffectsPayload {
  const contact = contactRef(name);
  const given: Record<string, PropertyValue | undefined> = {
    last_file_type: filledText(upload.type),
    last_file_quality_score: upload.qualityScore ?? undefined,
    sample_data_reference: filledText(upload.reference) ?? filledText(upload.link),
  };
  return {
    record: contact,
    effects: [
      upsertContact(contact, { ...upload.properties, ...given }),
      note(contact, { title: TITLE, html: bodyOf(upload) }),
    ],
    fileUpload: true,
  };
}

function bodyOf({ fileName, type, sizeBytes, qualityScore, summary, link }: FileUpload): string {
  const lines: (readonly [string, string | undefined])[] = [
    ['File', escaped(fileName)],
    ['Type', escaped(type)],
    ['Size', sizeText(sizeBytes)],
    ['Quality score', typeof qualityScore === 'number' ? String(qualityScore) : undefined],
    ['Summary', escaped(summary, MAX_SUMMARY)?.replaceAll('\n', '<br>')],
    ['Link', linkHtml(link)],
  ];
  const shown = lines.flatMap(([label, text]) => (text === undefined ? [] : `${label}: ${text}`));
  return `<p>${shown.join('<br>')}</p>`;
}

function escaped(value: string | null | undefined, max = MAX_LINE): string | undefined {
  const text = filledText(value, max);
  return text === undefined ? undefined : escapeHtml(text);
}

/** Only an address that a browser opens becomes a link: `javascript:` must not. */
function linkHtml(link: string | null | undefined): string | undefined {
  const text = escaped(link);
  if (text === undefined || !URL.canParse(link ?? '')) return text;
  const isWeb = ['http:', 'https:'].includes(new URL(link ?? '').protocol);
  return isWeb ? `<a href="${text}">${text}</a>` : text;
}

function sizeText(bytes: number): string | undefined {
  if (!Number.isFinite(bytes) || bytes < 0) return undefined;
  let size = bytes;
  let unit = 0;
  while (size >= STEP && unit < UNITS.length - 1) {
    size /= STEP;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}
