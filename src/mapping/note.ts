import type { ActivityDraft, ActivityForms, RecordRef } from './effects.ts';
import { MappingError } from './mapping-error.ts';
import { encodeProperties, type PropertyValues } from './transforms/encode-value.ts';
import { escapeHtml } from './transforms/html.ts';
import { cleanText, cutText, filledText, MAX_TEXT } from './transforms/text.ts';

/** Kept free at the end of a body for the mark by which delivery recognises the note, with its markup. */
const MARK_ROOM = 64;
/** Longest body that a mapping may make, UTF-16 units. */
const MAX_BODY = MAX_TEXT - MARK_ROOM;
const MAX_TITLE = 200;
/** Kept free for the line that says how much was left out. */
const ELLIPSIS_ROOM = 64;

/** Types of records on whose timeline a note can stand. */
const NOTABLE: readonly string[] = ['contacts', 'companies', 'deals', 'tickets'];

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
export function note(record: RecordRef, content: NoteContent): ActivityDraft {
  if (!NOTABLE.includes(record.objectType))
    throw unusable(`is for one of the ${record.objectType}; notes stand on ${NOTABLE.join(', ')}`);
  const title = filledText(content.title, MAX_TITLE);
  const head = title === undefined ? '' : `<p><strong>${escapeHtml(title)}</strong></p>`;
  const body = head + bodyOf(content, MAX_BODY - head.length);
  if (body === '') throw unusable('has neither title, text nor html');
  if (content.at !== undefined && Number.isNaN(content.at.getTime()))
    throw unusable('has an invalid date in at');
  return {
    kind: 'activity.create',
    record,
    body,
    ...(content.at === undefined ? {} : { occurredAt: content.at }),
    ...(content.ownerId === undefined ? {} : { ownerId: content.ownerId }),
  };
}

/** An activity as `note` makes it, that stands on the timeline as an event where the credential allows that. */
export interface ActivityContent extends NoteContent {
  /** Of an app whose event types HubSpot has approved. */
  readonly appEvent?: { readonly eventType: string; readonly properties?: PropertyValues };
  /** By its full name `pe{portal id}_{name}`; sold with the Professional and Enterprise editions. */
  readonly customEvent?: { readonly eventName: string; readonly properties?: PropertyValues };
}

/**
 * An entry on the record's timeline: an app event or a custom event, whichever is given here and the credential may send (in
 * this order), else the note.
 *
 * @throws MappingError as `note`, PROPERTY_VALUE_UNUSABLE for a property of an event.
 */
export function activity(record: RecordRef, content: ActivityContent): ActivityDraft {
  const { appEvent, customEvent, ...ofNote } = content;
  const instead: ActivityForms = {
    ...(appEvent ? { appEvent: { ...appEvent, properties: encodeProperties(appEvent.properties) } } : {}),
    ...(customEvent
      ? { customEvent: { ...customEvent, properties: encodeProperties(customEvent.properties) } }
      : {}),
  };
  return { ...note(record, ofNote), ...(appEvent || customEvent ? { instead } : {}) };
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
