import type { DefaultRow, PropertyGroup } from './definition.ts';
import { SOURCES } from './lifecycle.ts';
import { recordRows } from './record-rows.ts';

const INFO = 'dealinformation';
const ACTIVITY = 'deal_activity';
const REVENUE = 'deal_revenue';
const READ_ONLY = { readOnlyValue: true };
const CALCULATED = { calculated: true, readOnlyValue: true };

/** Stages of the pipeline that every portal begins with. */
const STAGES = [
  'appointmentscheduled=Appointment Scheduled',
  'qualifiedtobuy=Qualified To Buy',
  'presentationscheduled=Presentation Scheduled',
  'decisionmakerboughtin=Decision Maker Bought-In',
  'contractsent=Contract Sent',
  'closedwon=Closed Won',
  'closedlost=Closed Lost',
];
const CURRENCIES = ['CHF', 'DKK', 'EUR', 'GBP', 'NOK', 'SEK', 'USD'];

export const DEAL_GROUPS: readonly PropertyGroup[] = [
  { name: INFO, label: 'Deal information', displayOrder: 0, archived: false },
  { name: ACTIVITY, label: 'Deal activity', displayOrder: 1, archived: false },
  { name: REVENUE, label: 'Deal revenue', displayOrder: 2, archived: false },
];

export const DEAL_PROPERTIES: readonly DefaultRow[] = [
  ['dealname', 'Deal name', INFO, 'string', 'text'],
  ['pipeline', 'Pipeline', INFO, 'enumeration', 'select', ['default=Sales Pipeline']],
  ['dealstage', 'Deal stage', INFO, 'enumeration', 'radio', STAGES],
  ['amount', 'Amount', INFO, 'number', 'number'],
  ['closedate', 'Close date', INFO, 'datetime', 'date'],
  [
    'dealtype',
    'Deal type',
    INFO,
    'enumeration',
    'radio',
    ['newbusiness=New Business', 'existingbusiness=Existing Business'],
  ],
  ['description', 'Deal description', INFO, 'string', 'textarea'],
  ['deal_currency_code', 'Currency', INFO, 'enumeration', 'select', CURRENCIES],
  ['hs_priority', 'Priority', INFO, 'enumeration', 'select', ['low=Low', 'medium=Medium', 'high=High']],
  ['hs_next_step', 'Next step', INFO, 'string', 'text'],
  ['closed_lost_reason', 'Closed lost reason', INFO, 'string', 'textarea'],
  ['closed_won_reason', 'Closed won reason', INFO, 'string', 'textarea'],
  ['hs_forecast_probability', 'Forecast probability', INFO, 'number', 'number'],
  [
    'hs_manual_forecast_category',
    'Forecast category',
    INFO,
    'enumeration',
    'select',
    ['OMIT=Not forecasted', 'PIPELINE=Pipeline', 'BEST_CASE=Best case', 'COMMIT=Commit', 'CLOSED=Closed won'],
  ],
  [
    'amount_in_home_currency',
    'Amount in company currency',
    REVENUE,
    'number',
    'number',
    undefined,
    CALCULATED,
  ],
  ['hs_acv', 'Annual contract value', REVENUE, 'number', 'number', undefined, READ_ONLY],
  ['hs_arr', 'Annual recurring revenue', REVENUE, 'number', 'number', undefined, READ_ONLY],
  ['hs_mrr', 'Monthly recurring revenue', REVENUE, 'number', 'number', undefined, READ_ONLY],
  ['hs_tcv', 'Total contract value', REVENUE, 'number', 'number', undefined, READ_ONLY],
  ['hs_closed_amount', 'Closed deal amount', REVENUE, 'number', 'number', undefined, CALCULATED],
  ['hs_projected_amount', 'Weighted amount', REVENUE, 'number', 'number', undefined, CALCULATED],
  ['hs_deal_stage_probability', 'Deal probability', INFO, 'number', 'number', undefined, CALCULATED],
  ['hs_is_closed', 'Is closed', INFO, 'bool', 'booleancheckbox', undefined, CALCULATED],
  ['hs_is_closed_won', 'Is closed won', INFO, 'bool', 'booleancheckbox', undefined, CALCULATED],
  ['hs_is_closed_lost', 'Is closed lost', INFO, 'bool', 'booleancheckbox', undefined, CALCULATED],
  ['days_to_close', 'Days to close', INFO, 'number', 'number', undefined, CALCULATED],
  ['hs_analytics_source', 'Original traffic source', INFO, 'enumeration', 'select', SOURCES, READ_ONLY],
  [
    'num_associated_contacts',
    'Number of associated contacts',
    INFO,
    'number',
    'number',
    undefined,
    CALCULATED,
  ],
  ['notes_last_updated', 'Last activity date', ACTIVITY, 'datetime', 'date', undefined, READ_ONLY],
  ['num_notes', 'Number of sales activities', ACTIVITY, 'number', 'number', undefined, READ_ONLY],
  ...recordRows({ group: INFO, ownerLabel: 'Deal owner', createdProperty: 'createdate' }),
];
