import type { NoteDraft, RecordRef } from './effects.ts';
import { MappingError } from './mapping-error.ts';
import { escapeHtml } from './transforms/html.ts';
import { cleanText, cutText, filledText, MAX_TEXT } from './transforms/text.ts';

/** Kept free at the end of a body for the mark by which delivery recognises the note, with its markup. */
const MARK_ROOM = 64;
/** Longest body that a mapping may make, UTF-16 units. */
const MAX_BODY = MAX_TEXT - MARK_ROOM;
const MAX_TITLE = 200;
/** Kept free for the line that says how much was left out. */
const ELLIPSIS_ROOM = 64;

export interface NoteContent {
  /** First line, in bold; plain text of at most 200 characters. */
  readonly title?: string;
  /** Plain text: shown as it is, line breaks kept; what does not fit is cut, with a line that says so. */
  readonly text?: string | null;
  /** HTML that is safe to show: the caller has escaped every value in it. Refused when too long. */
  readonly html?: string;
  /** When it happened; by default the time of the event. */
  readonly at?: Date;
  /** HubSpot owner id; by default HUBSPOT_OWNER_ID. */
  readonly ownerId?: string;
}

/**
 * A note on the record's timeline, at most 65,472 characters of HTML.
 *
 * @throws MappingError NOTE_UNUSABLE when nothing is in it, the HTML is too long or `at` is not a valid date.
 */
export function note(record: RecordRef, content: NoteContent): NoteDraft {
  const title = filledText(content.title, MAX_TITLE);
  const head = title === undefined ? '' : `<p><strong>${escapeHtml(title)}</strong></p>`;
  const body = head + bodyOf(content, MAX_BODY - head.length);
  if (body === '') throw unusable('has neither title, text nor html');
  if (content.at !== undefined && Number.isNaN(content.at.getTime()))
    throw unusable('has an invalid date in at');
  return {
    kind: 'activity.create',
    activity: 'note',
    record,
    body,
    ...(content.at === undefined ? {} : { occurredAt: content.at }),
    ...(content.ownerId === undefined ? {} : { ownerId: content.ownerId }),
  };
}

function bodyOf(content: NoteContent, room: number): string {
  if (content.html !== undefined && content.text !== undefined) throw unusable('has both text and html');
  if (content.html !== undefined) {
    const html = cleanText(content.html);
    if (html.length > room) throw unusable(`has ${html.length} characters of html and room for ${room}`);
    return html;
  }
  const text = filledText(content.text, Number.POSITIVE_INFINITY);
  if (text === undefined) return '';
  const shown = paragraph(text);
  return shown.length <= room ? shown : shortened(text, room);
}

/** Escaping lengthens text by a factor that depends on it, so the cut is found on the escaped form. */
function shortened(text: string, room: number): string {
  let low = 0;
  let high = Math.min(text.length, room);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (paragraph(cutText(text, middle)).length <= room - ELLIPSIS_ROOM) low = middle;
    else high = middle - 1;
  }
  const kept = cutText(text, low);
  return `${paragraph(kept)}<p>… (${text.length - kept.length} more characters)</p>`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`;
}

function unusable(what: string): MappingError {
  return new MappingError('NOTE_UNUSABLE', `The note ${what}.`);
}
