import type { DefaultRow, PropertyGroup } from './definition.ts';
import { activityRows } from './record-rows.ts';

const NOTE = 'note';

export const NOTE_GROUPS: readonly PropertyGroup[] = [
  { name: NOTE, label: 'Note information', displayOrder: 0, archived: false },
];

export const NOTE_PROPERTIES: readonly DefaultRow[] = [
  ['hs_note_body', 'Note body', NOTE, 'string', 'html'],
  ...activityRows(NOTE),
];
