import type { DefaultRow, PropertyGroup } from './definition.ts';

const NOTE = 'note';
const READ_ONLY = { readOnlyValue: true };

export const NOTE_GROUPS: readonly PropertyGroup[] = [
  { name: NOTE, label: 'Note information', displayOrder: 0, archived: false },
];

export const NOTE_PROPERTIES: readonly DefaultRow[] = [
  ['hs_timestamp', 'Activity date', NOTE, 'datetime', 'date'],
  ['hs_note_body', 'Note body', NOTE, 'string', 'html'],
  ['hs_body_preview', 'Body preview', NOTE, 'string', 'text', undefined, { calculated: true, ...READ_ONLY }],
  [
    'hs_attachment_ids',
    'Attached file ids',
    NOTE,
    'enumeration',
    'checkbox',
    undefined,
    { externalOptions: true },
  ],
  [
    'hubspot_owner_id',
    'Activity assigned to',
    NOTE,
    'enumeration',
    'select',
    undefined,
    { externalOptions: true },
  ],
  [
    'hubspot_team_id',
    'HubSpot team',
    NOTE,
    'enumeration',
    'select',
    undefined,
    { externalOptions: true, ...READ_ONLY },
  ],
  ['hs_createdate', 'Object create date', NOTE, 'datetime', 'date', undefined, READ_ONLY],
  ['hs_lastmodifieddate', 'Object last modified date', NOTE, 'datetime', 'date', undefined, READ_ONLY],
  ['hs_object_id', 'Record id', NOTE, 'number', 'number', undefined, READ_ONLY],
  [
    'hs_merged_object_ids',
    'Merged record ids',
    NOTE,
    'enumeration',
    'checkbox',
    undefined,
    { externalOptions: true, ...READ_ONLY },
  ],
  ['hs_created_by_user_id', 'Created by user id', NOTE, 'number', 'number', undefined, READ_ONLY],
];
