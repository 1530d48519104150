import type { DefaultRow } from './definition.ts';

const READ_ONLY = { readOnlyValue: true };
const CALCULATED = { calculated: true, readOnlyValue: true };
const IDS = { externalOptions: true };
const READ_ONLY_IDS = { externalOptions: true, readOnlyValue: true };

export interface RecordRowsOptions {
  group: string;
  ownerLabel: string;
  createdProperty: string;
}

/** What every kind of record but contacts has alike: owner, team, dates, ids and what merges leave behind. */
export function recordRows({ group, ownerLabel, createdProperty }: RecordRowsOptions): DefaultRow[] {
  return [
    ['hubspot_owner_id', ownerLabel, group, 'enumeration', 'select', undefined, IDS],
    ['hubspot_team_id', 'HubSpot team', group, 'enumeration', 'select', undefined, READ_ONLY_IDS],
    [createdProperty, 'Create date', group, 'datetime', 'date', undefined, READ_ONLY],
    ['hs_lastmodifieddate', 'Last modified date', group, 'datetime', 'date', undefined, READ_ONLY],
    ['hs_object_id', 'Record id', group, 'number', 'number', undefined, READ_ONLY],
    ['hs_merged_object_ids', 'Merged record ids', group, 'enumeration', 'checkbox', undefined, READ_ONLY_IDS],
    [
      'hs_calculated_merged_vids',
      'Merged record ids with timestamps',
      group,
      'string',
      'text',
      undefined,
      CALCULATED,
    ],
    ['hs_created_by_user_id', 'Created by user id', group, 'number', 'number', undefined, READ_ONLY],
    ['hs_updated_by_user_id', 'Updated by user id', group, 'number', 'number', undefined, READ_ONLY],
  ];
}

/** What notes, tasks, calls and meetings have alike. */
export function activityRows(group: string): DefaultRow[] {
  return [
    ['hs_timestamp', 'Activity date', group, 'datetime', 'date'],
    ['hs_body_preview', 'Body preview', group, 'string', 'text', undefined, CALCULATED],
    ['hs_attachment_ids', 'Attached file ids', group, 'enumeration', 'checkbox', undefined, IDS],
    ...recordRows({ group, ownerLabel: 'Activity assigned to', createdProperty: 'hs_createdate' }),
  ];
}
