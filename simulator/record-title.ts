import type { StoredRecord } from './object-store.ts';

/** Properties that name a record, the best first; those with markup hold what a person wrote. */
const NAMES: readonly { property: string; markup?: true }[] = [
  { property: 'name' },
  { property: 'dealname' },
  { property: 'subject' },
  { property: 'hs_task_subject' },
  { property: 'hs_meeting_title' },
  { property: 'hs_call_title' },
  { property: 'hs_email_subject' },
  { property: 'email' },
  { property: 'domain' },
  { property: 'hs_note_body', markup: true },
  { property: 'hs_task_body', markup: true },
  { property: 'hs_call_body', markup: true },
  { property: 'hs_meeting_body', markup: true },
];
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };
const MAX_LENGTH = 120;

/** What a person would call a record; its kind and id when nothing names it. */
export function recordTitle(record: StoredRecord): string {
  const found = personName(record) || nameOf(record);
  if (found === '') return `${record.type.singular} ${record.id}`;
  return found.length > MAX_LENGTH ? `${found.slice(0, MAX_LENGTH)}…` : found;
}

function personName({ properties }: StoredRecord): string {
  return [properties.get('firstname'), properties.get('lastname')]
    .filter((part) => part)
    .join(' ')
    .trim();
}

function nameOf({ properties }: StoredRecord): string {
  for (const { property, markup } of NAMES) {
    const value = properties.get(property)?.trim() ?? '';
    const text = markup ? withoutMarkup(value) : value;
    if (text !== '') return text;
  }
  return '';
}

/** Tags become spaces; what only looks like one is kept. */
function withoutMarkup(html: string): string {
  return html
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}
