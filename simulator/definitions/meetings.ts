import type { DefaultRow, PropertyGroup } from './definition.ts';
import { activityRows } from './record-rows.ts';

const MEETING = 'meeting';

const OUTCOMES = [
  'SCHEDULED=Scheduled',
  'COMPLETED=Completed',
  'RESCHEDULED=Rescheduled',
  'NO_SHOW=No show',
  'CANCELED=Canceled',
];
const PLACES = ['PHONE=Phone', 'ADDRESS=Address', 'CUSTOM=Custom'];

export const MEETING_GROUPS: readonly PropertyGroup[] = [
  { name: MEETING, label: 'Meeting information', displayOrder: 0, archived: false },
];

export const MEETING_PROPERTIES: readonly DefaultRow[] = [
  ['hs_meeting_title', 'Meeting name', MEETING, 'string', 'text'],
  ['hs_meeting_body', 'Meeting description', MEETING, 'string', 'html'],
  ['hs_internal_meeting_notes', 'Internal meeting notes', MEETING, 'string', 'html'],
  ['hs_meeting_external_url', 'External URL', MEETING, 'string', 'text'],
  ['hs_meeting_location', 'Location', MEETING, 'string', 'text'],
  ['hs_meeting_location_type', 'Location type', MEETING, 'enumeration', 'select', PLACES],
  ['hs_meeting_start_time', 'Meeting start time', MEETING, 'datetime', 'date'],
  ['hs_meeting_end_time', 'Meeting end time', MEETING, 'datetime', 'date'],
  ['hs_meeting_outcome', 'Meeting outcome', MEETING, 'enumeration', 'select', OUTCOMES],
  ['hs_meeting_source', 'Meeting source', MEETING, 'string', 'text', undefined, { readOnlyValue: true }],
  ['hs_activity_type', 'Call and meeting type', MEETING, 'string', 'text'],
  ...activityRows(MEETING),
];
