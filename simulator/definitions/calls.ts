import type { DefaultRow, PropertyGroup } from './definition.ts';
import { activityRows } from './record-rows.ts';

const CALL = 'call';

const STATUSES = [
  'BUSY=Busy',
  'CALLING_CRM_USER=Calling CRM user',
  'CANCELED=Canceled',
  'COMPLETED=Completed',
  'CONNECTING=Connecting',
  'FAILED=Failed',
  'IN_PROGRESS=In progress',
  'NO_ANSWER=No answer',
  'QUEUED=Queued',
  'RINGING=Ringing',
];
const DIRECTIONS = ['INBOUND=Inbound', 'OUTBOUND=Outbound'];

export const CALL_GROUPS: readonly PropertyGroup[] = [
  { name: CALL, label: 'Call information', displayOrder: 0, archived: false },
];

export const CALL_PROPERTIES: readonly DefaultRow[] = [
  ['hs_call_title', 'Call title', CALL, 'string', 'text'],
  ['hs_call_body', 'Call notes', CALL, 'string', 'html'],
  ['hs_call_status', 'Call status', CALL, 'enumeration', 'select', STATUSES],
  ['hs_call_direction', 'Call direction', CALL, 'enumeration', 'select', DIRECTIONS],
  ['hs_call_duration', 'Call duration', CALL, 'number', 'number'],
  ['hs_call_from_number', 'From number', CALL, 'string', 'text'],
  ['hs_call_to_number', 'To number', CALL, 'string', 'text'],
  ['hs_call_recording_url', 'Recording URL', CALL, 'string', 'text'],
  ['hs_call_disposition', 'Call outcome', CALL, 'string', 'text'],
  ['hs_call_callee_object_id', 'Callee record id', CALL, 'number', 'number'],
  ['hs_call_callee_object_type_id', 'Callee object type', CALL, 'string', 'text'],
  ['hs_call_source', 'Call source', CALL, 'string', 'text'],
  ['hs_call_app_id', 'Call app id', CALL, 'number', 'number'],
  ['hs_activity_type', 'Call and meeting type', CALL, 'string', 'text'],
  ...activityRows(CALL),
];
