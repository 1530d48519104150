import type { DefaultRow, PropertyGroup } from './definition.ts';
import { LEAD_STATUSES, LIFECYCLE_STAGES, SOURCES } from './lifecycle.ts';
import { recordRows } from './record-rows.ts';

const INFO = 'companyinformation';
const ANALYTICS = 'analyticsinformation';
const READ_ONLY = { readOnlyValue: true };
const CALCULATED = { calculated: true, readOnlyValue: true };
const FORM = { formField: true };

const KINDS = ['PROSPECT=Prospect', 'PARTNER=Partner', 'RESELLER=Reseller', 'VENDOR=Vendor', 'OTHER=Other'];
const INDUSTRIES = [
  'ACCOUNTING=Accounting',
  'AUTOMOTIVE=Automotive',
  'BANKING=Banking',
  'BIOTECHNOLOGY=Biotechnology',
  'COMPUTER_SOFTWARE=Computer Software',
  'CONSTRUCTION=Construction',
  'CONSUMER_GOODS=Consumer Goods',
  'EDUCATION_MANAGEMENT=Education Management',
  'FINANCIAL_SERVICES=Financial Services',
  'FOOD_BEVERAGES=Food & Beverages',
  'HEALTH_WELLNESS_AND_FITNESS=Health, Wellness and Fitness',
  'HOSPITAL_HEALTH_CARE=Hospital & Health Care',
  'HOSPITALITY=Hospitality',
  'INFORMATION_TECHNOLOGY_AND_SERVICES=Information Technology and Services',
  'INSURANCE=Insurance',
  'INTERNET=Internet',
  'LOGISTICS_AND_SUPPLY_CHAIN=Logistics and Supply Chain',
  'MACHINERY=Machinery',
  'MANAGEMENT_CONSULTING=Management Consulting',
  'MARKETING_AND_ADVERTISING=Marketing and Advertising',
  'NON_PROFIT_ORGANIZATION_MANAGEMENT=Non-Profit Organization Management',
  'REAL_ESTATE=Real Estate',
  'RETAIL=Retail',
  'TELECOMMUNICATIONS=Telecommunications',
  'TRANSPORTATION_TRUCKING_RAILROAD=Transportation/Trucking/Railroad',
  'UTILITIES=Utilities',
];

export const COMPANY_GROUPS: readonly PropertyGroup[] = [
  { name: INFO, label: 'Company information', displayOrder: 0, archived: false },
  { name: ANALYTICS, label: 'Analytics history', displayOrder: 1, archived: false },
];

export const COMPANY_PROPERTIES: readonly DefaultRow[] = [
  ['name', 'Company name', INFO, 'string', 'text', undefined, FORM],
  ['domain', 'Company domain name', INFO, 'string', 'text', undefined, FORM],
  ['website', 'Website URL', INFO, 'string', 'text', undefined, FORM],
  ['description', 'Description', INFO, 'string', 'textarea', undefined, FORM],
  ['about_us', 'About us', INFO, 'string', 'textarea', undefined, FORM],
  ['phone', 'Phone number', INFO, 'string', 'phonenumber', undefined, FORM],
  ['address', 'Street address', INFO, 'string', 'text', undefined, FORM],
  ['address2', 'Street address 2', INFO, 'string', 'text', undefined, FORM],
  ['city', 'City', INFO, 'string', 'text', undefined, FORM],
  ['state', 'State/Region', INFO, 'string', 'text', undefined, FORM],
  ['zip', 'Postal code', INFO, 'string', 'text', undefined, FORM],
  ['country', 'Country/Region', INFO, 'string', 'text', undefined, FORM],
  ['timezone', 'Time zone', INFO, 'string', 'text', undefined, FORM],
  ['industry', 'Industry', INFO, 'enumeration', 'select', INDUSTRIES, FORM],
  ['type', 'Type', INFO, 'enumeration', 'select', KINDS, FORM],
  ['numberofemployees', 'Number of employees', INFO, 'number', 'number', undefined, FORM],
  ['annualrevenue', 'Annual revenue', INFO, 'number', 'number', undefined, FORM],
  ['founded_year', 'Year founded', INFO, 'string', 'text', undefined, FORM],
  ['is_public', 'Is public', INFO, 'bool', 'booleancheckbox', undefined, FORM],
  ['linkedin_company_page', 'LinkedIn company page', INFO, 'string', 'text'],
  ['lifecyclestage', 'Lifecycle stage', INFO, 'enumeration', 'radio', LIFECYCLE_STAGES, FORM],
  ['hs_lead_status', 'Lead status', INFO, 'enumeration', 'radio', LEAD_STATUSES, FORM],
  ['closedate', 'Close date', INFO, 'datetime', 'date'],
  ['days_to_close', 'Days to close', INFO, 'number', 'number', undefined, READ_ONLY],
  ['hs_parent_company_id', 'Parent company', INFO, 'number', 'number', undefined, READ_ONLY],
  ['hs_num_child_companies', 'Number of child companies', INFO, 'number', 'number', undefined, CALCULATED],
  [
    'num_associated_contacts',
    'Number of associated contacts',
    INFO,
    'number',
    'number',
    undefined,
    CALCULATED,
  ],
  ['num_associated_deals', 'Number of associated deals', INFO, 'number', 'number', undefined, CALCULATED],
  ['hs_additional_domains', 'Additional domains', INFO, 'string', 'text', undefined, READ_ONLY],
  ['hs_analytics_source', 'Original traffic source', ANALYTICS, 'enumeration', 'select', SOURCES, READ_ONLY],
  ['notes_last_updated', 'Last activity date', INFO, 'datetime', 'date', undefined, READ_ONLY],
  ['num_notes', 'Number of sales activities', INFO, 'number', 'number', undefined, READ_ONLY],
  ...recordRows({ group: INFO, ownerLabel: 'Company owner', createdProperty: 'createdate' }),
];
