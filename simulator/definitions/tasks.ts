import type { DefaultRow, PropertyGroup } from './definition.ts';
import { activityRows } from './record-rows.ts';

const TASK = 'task';
const READ_ONLY = { readOnlyValue: true };
const CALCULATED = { calculated: true, readOnlyValue: true };

const STATUSES = [
  'NOT_STARTED=Not started',
  'IN_PROGRESS=In progress',
  'WAITING=Waiting',
  'COMPLETED=Completed',
  'DEFERRED=Deferred',
];
const PRIORITIES = ['NONE=None', 'LOW=Low', 'MEDIUM=Medium', 'HIGH=High'];
const KINDS = ['TODO=To-do', 'CALL=Call', 'EMAIL=Email'];

export const TASK_GROUPS: readonly PropertyGroup[] = [
  { name: TASK, label: 'Task information', displayOrder: 0, archived: false },
];

export const TASK_PROPERTIES: readonly DefaultRow[] = [
  ['hs_task_subject', 'Task title', TASK, 'string', 'text'],
  ['hs_task_body', 'Task notes', TASK, 'string', 'html'],
  ['hs_task_status', 'Task status', TASK, 'enumeration', 'select', STATUSES],
  ['hs_task_priority', 'Priority', TASK, 'enumeration', 'select', PRIORITIES],
  ['hs_task_type', 'Task type', TASK, 'enumeration', 'select', KINDS],
  ['hs_task_reminders', 'Reminders', TASK, 'string', 'text'],
  ['hs_queue_membership_ids', 'Queue', TASK, 'enumeration', 'checkbox', undefined, { externalOptions: true }],
  ['hs_task_completion_date', 'Completed at', TASK, 'datetime', 'date', undefined, READ_ONLY],
  ['hs_task_is_completed', 'Is completed', TASK, 'bool', 'booleancheckbox', undefined, CALCULATED],
  ...activityRows(TASK),
];
