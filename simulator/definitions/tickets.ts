import type { DefaultRow, PropertyGroup } from './definition.ts';
import { recordRows } from './record-rows.ts';

const INFO = 'ticketinformation';
const ACTIVITY = 'ticketactivity';
const READ_ONLY = { readOnlyValue: true };
const CALCULATED = { calculated: true, readOnlyValue: true };

/** Stages of the pipeline that every portal begins with. */
const STAGES = ['1=New', '2=Waiting on contact', '3=Waiting on us', '4=Closed'];
const CATEGORIES = [
  'PRODUCT_ISSUE=Product issue',
  'BILLING_ISSUE=Billing issue',
  'FEATURE_REQUEST=Feature request',
  'GENERAL_INQUIRY=General inquiry',
];
const PRIORITIES = ['LOW=Low', 'MEDIUM=Medium', 'HIGH=High', 'URGENT=Urgent'];
const SOURCES = ['CHAT=Chat', 'EMAIL=Email', 'FORM=Form', 'PHONE=Phone'];
const RESOLUTIONS = [
  'ISSUE_FIXED=Issue fixed',
  'CONVERSATION_RESOLVED=Conversation resolved',
  'NO_ACTION_TAKEN=No action taken',
];

export const TICKET_GROUPS: readonly PropertyGroup[] = [
  { name: INFO, label: 'Ticket information', displayOrder: 0, archived: false },
  { name: ACTIVITY, label: 'Ticket activity', displayOrder: 1, archived: false },
];

export const TICKET_PROPERTIES: readonly DefaultRow[] = [
  ['subject', 'Ticket name', INFO, 'string', 'text', undefined, { formField: true }],
  ['content', 'Ticket description', INFO, 'string', 'textarea', undefined, { formField: true }],
  ['hs_pipeline', 'Pipeline', INFO, 'enumeration', 'select', ['0=Support Pipeline']],
  ['hs_pipeline_stage', 'Ticket status', INFO, 'enumeration', 'select', STAGES],
  ['hs_ticket_category', 'Category', INFO, 'enumeration', 'checkbox', CATEGORIES, { formField: true }],
  ['hs_ticket_priority', 'Priority', INFO, 'enumeration', 'select', PRIORITIES, { formField: true }],
  ['source_type', 'Source', INFO, 'enumeration', 'select', SOURCES],
  ['hs_resolution', 'Resolution', INFO, 'enumeration', 'select', RESOLUTIONS],
  ['hs_file_upload', 'File upload', INFO, 'string', 'file', undefined, { formField: true }],
  ['hs_in_helpdesk', 'In help desk', INFO, 'bool', 'booleancheckbox', undefined, READ_ONLY],
  ['closed_date', 'Close date', INFO, 'datetime', 'date'],
  ['time_to_close', 'Time to close', INFO, 'number', 'number', undefined, CALCULATED],
  ['time_to_first_agent_reply', 'Time to first reply', INFO, 'number', 'number', undefined, CALCULATED],
  ['first_agent_reply_date', 'First reply date', INFO, 'datetime', 'date', undefined, READ_ONLY],
  ['hs_is_closed', 'Is closed', INFO, 'bool', 'booleancheckbox', undefined, CALCULATED],
  [
    'hs_last_message_received_at',
    'Last message received',
    ACTIVITY,
    'datetime',
    'date',
    undefined,
    READ_ONLY,
  ],
  ['hs_num_associated_companies', 'Number of companies', INFO, 'number', 'number', undefined, CALCULATED],
  ['notes_last_updated', 'Last activity date', ACTIVITY, 'datetime', 'date', undefined, READ_ONLY],
  ['num_notes', 'Number of sales activities', ACTIVITY, 'number', 'number', undefined, READ_ONLY],
  ...recordRows({ group: INFO, ownerLabel: 'Ticket owner', createdProperty: 'createdate' }),
];
