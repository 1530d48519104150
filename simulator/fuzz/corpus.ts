import {
  appSamples,
  consentSamples,
  eventSamples,
  formSamples,
  journalSamples,
  timelineSamples,
} from './app-samples.ts';
import { EMAIL, FUZZ_PORTAL, type Ids, type Sample } from './sample.ts';

const CRM = '/crm/objects/2026-09';
const LINKS = '/crm/associations/2026-09';
const OLD_LINKS = '/crm/v3/associations/contacts/companies';
const PROPERTIES = '/crm/properties/2026-09/contacts';
const PIPELINES = '/crm/pipelines/2026-09/deals';
const LISTS = '/crm/lists/2026-09';
const SCHEMAS = '/crm-object-schemas/2026-09/schemas';
const LIMITS = '/crm/limits/2026-09';
const PAIR = `${LINKS}/contacts/companies`;
const PLAIN = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }];

export const FILTER_BRANCH = {
  filterBranchType: 'OR',
  filterBranches: [
    {
      filterBranchType: 'AND',
      filters: [
        {
          filterType: 'PROPERTY',
          property: 'city',
          operation: { operationType: 'MULTISTRING', operator: 'IS_EQUAL_TO', values: ['Oslo'] },
        },
      ],
    },
  ],
};

export const SCHEMA = {
  name: 'car',
  labels: { singular: 'Car', plural: 'Cars' },
  primaryDisplayProperty: 'plate',
  requiredProperties: ['plate'],
  searchableProperties: ['plate'],
  properties: [{ name: 'plate', label: 'Plate', type: 'string', fieldType: 'text', hasUniqueValue: true }],
  associatedObjects: ['CONTACT'],
};

export const PROPERTY = {
  name: 'app_plan',
  label: 'Plan',
  groupName: 'contactinformation',
  type: 'enumeration',
  fieldType: 'select',
  options: [{ label: 'Free', value: 'free', displayOrder: 0, hidden: false }],
};

export const PIPELINE = {
  label: 'Renewals',
  displayOrder: 1,
  stages: [
    { label: 'New', displayOrder: 0, metadata: { probability: '0.1' } },
    { label: 'Free', displayOrder: 1, metadata: { probability: '0.5' } },
    { label: 'Won', displayOrder: 2, metadata: { probability: '1.0' } },
  ],
};

/** At least one valid request for every route; a new route needs a line here. */
export function corpus(ids: Ids): Sample[] {
  return [
    ...ofRecords(ids),
    ...ofLinks(ids),
    ...ofDefinitions(ids),
    ...ofLists(ids),
    ...consentSamples(),
    ...appSamples(ids),
    ...eventSamples(ids),
    ...formSamples(),
    ...journalSamples(ids),
    ...timelineSamples(ids),
  ];
}

function ofRecords({ contact, other, company, deal }: Ids): Sample[] {
  const both = { inputs: [{ id: contact }, { id: other }] };
  const properties = { email: 'new@example.com', city: 'Oslo', numemployees: '5-25', lifecyclestage: 'lead' };
  const association = { to: { id: company }, types: PLAIN };
  const upsert = { idProperty: 'email', id: EMAIL, objectWriteTraceId: 't1', properties: { city: 'Bergen' } };
  const filter = { propertyName: 'city', operator: 'IN', values: ['oslo', 'bergen'] };
  const since = {
    propertyName: 'lastmodifieddate',
    operator: 'BETWEEN',
    value: '0',
    highValue: '2000000000000',
  };
  return [
    {
      method: 'POST',
      path: `${CRM}/contacts/batch/create`,
      body: { inputs: [{ properties, associations: [association] }] },
    },
    {
      method: 'POST',
      path: `${CRM}/contacts/batch/read`,
      body: { ...both, properties: ['email'], propertiesWithHistory: ['city'] },
    },
    {
      method: 'POST',
      path: `${CRM}/contacts/batch/read`,
      body: { inputs: [{ id: EMAIL }], idProperty: 'email', properties: ['city'] },
    },
    {
      method: 'POST',
      path: `${CRM}/contacts/batch/update`,
      body: { inputs: [{ id: contact, properties: { city: 'Oslo' } }] },
    },
    { method: 'POST', path: `${CRM}/contacts/batch/upsert`, body: { inputs: [upsert] } },
    { method: 'POST', path: `${CRM}/contacts/batch/archive`, body: both },
    {
      method: 'POST',
      path: `${CRM}/contacts/merge`,
      body: { primaryObjectId: contact, objectIdToMerge: other },
    },
    { method: 'POST', path: `${CRM}/contacts/gdpr-delete`, body: { objectId: EMAIL, idProperty: 'email' } },
    {
      method: 'POST',
      path: `${CRM}/contacts/search`,
      body: {
        query: 'oslo',
        filterGroups: [
          { filters: [filter, since] },
          { filters: [{ propertyName: 'email', operator: 'CONTAINS_TOKEN', value: '*example*' }] },
        ],
        sorts: [{ propertyName: 'createdate', direction: 'DESCENDING' }],
        properties: ['email', 'city'],
        limit: 10,
        after: '0',
      },
    },
    {
      method: 'GET',
      path: `${CRM}/contacts?limit=2&properties=email,city&associations=companies&archived=false`,
    },
    { method: 'POST', path: `${CRM}/contacts`, body: { properties, associations: [association] } },
    {
      method: 'POST',
      path: `${CRM}/notes`,
      body: { properties: { hs_note_body: 'Hello', hs_timestamp: '2026-11-22T12:00:00Z' } },
    },
    { method: 'GET', path: `${CRM}/contacts/${EMAIL}?idProperty=email&propertiesWithHistory=city` },
    { method: 'GET', path: `${CRM}/deals/${deal}?properties=amount,dealstage` },
    {
      method: 'PATCH',
      path: `${CRM}/deals/${deal}`,
      body: { properties: { amount: '12.50', closedate: '2026-12-01' } },
    },
    { method: 'DELETE', path: `${CRM}/contacts/${contact}` },
  ];
}

function ofLinks({ contact, company, label }: Ids): Sample[] {
  const pair = { from: { id: contact }, to: { id: company } };
  const typed = { inputs: [{ ...pair, types: PLAIN }] };
  const old = { inputs: [{ ...pair, type: 'contact_to_company' }] };
  const of = `${CRM}/contacts/${contact}/associations`;
  const ofOld = `/crm/v3/objects/contacts/${contact}/associations/companies`;
  return [
    { method: 'PUT', path: `${CRM}/contacts/${contact}/associations/default/companies/${company}` },
    { method: 'PUT', path: `${of}/companies/${company}`, body: PLAIN },
    { method: 'DELETE', path: `${of}/companies/${company}` },
    { method: 'GET', path: `${of}/companies?limit=5` },
    { method: 'POST', path: `${PAIR}/batch/create`, body: typed },
    { method: 'POST', path: `${PAIR}/batch/associate/default`, body: { inputs: [pair] } },
    { method: 'POST', path: `${PAIR}/batch/read`, body: { inputs: [{ id: contact }] } },
    { method: 'POST', path: `${PAIR}/batch/archive`, body: { inputs: [{ from: pair.from, to: [pair.to] }] } },
    { method: 'POST', path: `${PAIR}/batch/labels/archive`, body: typed },
    { method: 'GET', path: `${PAIR}/labels` },
    {
      method: 'POST',
      path: `${PAIR}/labels`,
      body: { label: 'Buyer', inverseLabel: 'Bought by', name: 'buyer' },
    },
    { method: 'PUT', path: `${PAIR}/labels`, body: { associationTypeId: Number(label), label: 'Chief' } },
    { method: 'DELETE', path: `${PAIR}/labels/${label}` },
    { method: 'GET', path: `${ofOld}?limit=5` },
    { method: 'PUT', path: `${ofOld}/${company}/contact_to_company` },
    { method: 'DELETE', path: `${ofOld}/${company}/279` },
    { method: 'GET', path: `${OLD_LINKS}/types` },
    { method: 'POST', path: `${OLD_LINKS}/batch/create`, body: old },
    { method: 'POST', path: `${OLD_LINKS}/batch/read`, body: { inputs: [{ id: contact }] } },
    { method: 'POST', path: `${OLD_LINKS}/batch/archive`, body: old },
  ];
}

function ofDefinitions({ pipeline, stage, freeStage }: Ids): Sample[] {
  const own = `${PIPELINES}/${pipeline}`;
  const number = { name: 'app_seats', label: 'Seats', groupName: 'app', type: 'number', fieldType: 'number' };
  return [
    { method: 'GET', path: `${PROPERTIES}?archived=false` },
    { method: 'POST', path: PROPERTIES, body: { ...PROPERTY, name: 'app_level' } },
    { method: 'GET', path: `${PROPERTIES}/groups` },
    { method: 'POST', path: `${PROPERTIES}/groups`, body: { name: 'more', label: 'More', displayOrder: 1 } },
    { method: 'POST', path: `${PROPERTIES}/batch/create`, body: { inputs: [number] } },
    {
      method: 'POST',
      path: `${PROPERTIES}/batch/read`,
      body: { archived: false, inputs: [{ name: 'email' }] },
    },
    { method: 'POST', path: `${PROPERTIES}/batch/archive`, body: { inputs: [{ name: 'app_plan' }] } },
    { method: 'GET', path: `${PROPERTIES}/groups/app` },
    { method: 'PATCH', path: `${PROPERTIES}/groups/app`, body: { label: 'Our app', displayOrder: 2 } },
    { method: 'DELETE', path: `${PROPERTIES}/groups/app` },
    { method: 'GET', path: `${PROPERTIES}/app_plan` },
    {
      method: 'PATCH',
      path: `${PROPERTIES}/app_plan`,
      body: { label: 'The plan', options: PROPERTY.options },
    },
    { method: 'DELETE', path: `${PROPERTIES}/app_plan` },
    { method: 'GET', path: '/crm/property-validations/2026-09/0-1' },
    { method: 'GET', path: '/crm/property-validations/2026-09/0-1/city' },
    ...['custom-properties', 'records', 'custom-object-types', 'associations/labels'].map((what) => ({
      method: 'GET',
      path: `${LIMITS}/${what}`,
    })),
    { method: 'GET', path: SCHEMAS },
    { method: 'POST', path: SCHEMAS, body: { ...SCHEMA, name: 'boat' } },
    { method: 'GET', path: `${SCHEMAS}/p${FUZZ_PORTAL}_car` },
    {
      method: 'PATCH',
      path: `${SCHEMAS}/p${FUZZ_PORTAL}_car`,
      body: { labels: { singular: 'Auto', plural: 'Autos' }, searchableProperties: ['plate'] },
    },
    { method: 'DELETE', path: `${SCHEMAS}/p${FUZZ_PORTAL}_car` },
    { method: 'GET', path: '/crm/owners/2026-09?limit=2&email=' },
    { method: 'GET', path: '/crm/owners/2026-09/70000001?idProperty=id' },
    { method: 'GET', path: PIPELINES },
    { method: 'POST', path: PIPELINES, body: { ...PIPELINE, label: 'Upsells' } },
    { method: 'GET', path: own },
    { method: 'PUT', path: own, body: { ...PIPELINE, label: 'Renewed' } },
    { method: 'PATCH', path: own, body: { label: 'Changed', displayOrder: 3 } },
    { method: 'DELETE', path: own },
    { method: 'GET', path: `${own}/audit` },
    { method: 'GET', path: `${own}/stages` },
    {
      method: 'POST',
      path: `${own}/stages`,
      body: { label: 'Late', displayOrder: 3, metadata: { probability: '0.3' } },
    },
    { method: 'GET', path: `${own}/stages/${stage}` },
    {
      method: 'PUT',
      path: `${own}/stages/${stage}`,
      body: { label: 'Fresh', displayOrder: 0, metadata: { probability: '0.2' } },
    },
    {
      method: 'PATCH',
      path: `${own}/stages/${stage}`,
      body: { label: 'Fresher', metadata: { probability: '0.2' } },
    },
    { method: 'DELETE', path: `${own}/stages/${freeStage}` },
    { method: 'GET', path: `${own}/stages/${stage}/audit` },
  ];
}

function ofLists({ contact, other, list, secondList, deletedList, dynamicList }: Ids): Sample[] {
  const change = { recordIdsToAdd: [other], recordIdsToRemove: [contact] };
  return [
    { method: 'GET', path: `${LISTS}/records/0-1/${contact}/memberships` },
    {
      method: 'POST',
      path: `${LISTS}/records/memberships/batch/read`,
      body: { inputs: [{ objectTypeId: '0-1', recordId: contact }] },
    },
    {
      method: 'POST',
      path: LISTS,
      body: { name: 'Oslo', objectTypeId: '0-1', processingType: 'SNAPSHOT', filterBranch: FILTER_BRANCH },
    },
    { method: 'GET', path: `${LISTS}?listIds=${list}&listIds=${secondList}&includeFilters=true` },
    {
      method: 'POST',
      path: `${LISTS}/search`,
      body: { query: 'one', objectTypeId: '0-1', count: 2, offset: 0, processingTypes: ['MANUAL'] },
    },
    { method: 'POST', path: `${LISTS}/all`, body: { count: 2 } },
    { method: 'GET', path: `${LISTS}/idmapping?legacyListId=${Number(list) + 5_000}` },
    { method: 'POST', path: `${LISTS}/idmapping`, body: ['1', '7'] },
    { method: 'GET', path: `${LISTS}/object-type-id/0-1/name/One` },
    { method: 'GET', path: `${LISTS}/${dynamicList}?includeFilters=true` },
    { method: 'DELETE', path: `${LISTS}/${list}` },
    { method: 'PUT', path: `${LISTS}/${deletedList}/restore` },
    { method: 'PUT', path: `${LISTS}/${list}/update-list-name?listName=New&includeFilters=true` },
    {
      method: 'PUT',
      path: `${LISTS}/${dynamicList}/update-list-filters`,
      body: { filterBranch: FILTER_BRANCH },
    },
    { method: 'GET', path: `${LISTS}/${list}/memberships?limit=1` },
    { method: 'GET', path: `${LISTS}/${list}/memberships/join-order?limit=1` },
    { method: 'DELETE', path: `${LISTS}/${list}/memberships` },
    { method: 'PUT', path: `${LISTS}/${list}/memberships/add`, body: [contact, other] },
    { method: 'PUT', path: `${LISTS}/${list}/memberships/remove`, body: [contact] },
    { method: 'PUT', path: `${LISTS}/${list}/memberships/add-and-remove`, body: change },
    { method: 'PUT', path: `${LISTS}/${secondList}/memberships/add-from/${list}` },
  ];
}
