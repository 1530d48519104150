import { SpokeError } from '../errors.ts';

/** The one place that names the version of HubSpot's API; current until March 2027, supported until about March 2028. */
export const API_VERSION = '2026-09';

export type BatchAction = 'create' | 'read' | 'update' | 'upsert' | 'archive';

/** Paths of every call; each part that comes from outside is percent-encoded. Raises HUBSPOT_PATH_INVALID for an id no path can hold. */
export const paths = {
  records: (objectType: string, query: ListQuery = {}) => objects(objectType) + queryString(query),
  record: (objectType: string, id: string, query: RecordQuery = {}) =>
    `${objects(objectType)}/${segment(id)}${queryString(query)}`,
  recordBatch: (objectType: string, action: BatchAction, archived = false) =>
    `${objects(objectType)}/batch/${action}${queryString({ archived })}`,
  recordSearch: (objectType: string) => `${objects(objectType)}/search`,
  recordMerge: (objectType: string) => `${objects(objectType)}/merge`,
  recordErase: (objectType: string) => `${objects(objectType)}/gdpr-delete`,

  links: (fromType: string, id: string, toType: string, query: PageQuery = {}) =>
    `${objects(fromType)}/${segment(id)}/associations/${segment(toType)}${queryString(query)}`,
  link: (fromType: string, fromId: string, toType: string, toId: string) =>
    `${objects(fromType)}/${segment(fromId)}/associations/${segment(toType)}/${segment(toId)}`,
  defaultLink: (fromType: string, fromId: string, toType: string, toId: string) =>
    `${objects(fromType)}/${segment(fromId)}/associations/default/${segment(toType)}/${segment(toId)}`,
  associationsBatchRead: (fromType: string, toType: string) => `${associations(fromType, toType)}/batch/read`,
  associationsBatchCreate: (fromType: string, toType: string) =>
    `${associations(fromType, toType)}/batch/create`,
  associationsBatchDefault: (fromType: string, toType: string) =>
    `${associations(fromType, toType)}/batch/associate/default`,
  associationsBatchArchive: (fromType: string, toType: string) =>
    `${associations(fromType, toType)}/batch/archive`,
  associationsBatchLabelsArchive: (fromType: string, toType: string) =>
    `${associations(fromType, toType)}/batch/labels/archive`,
  associationLabels: (fromType: string, toType: string) => `${associations(fromType, toType)}/labels`,
  associationLabel: (fromType: string, toType: string, typeId: number) =>
    `${associations(fromType, toType)}/labels/${segment(String(typeId))}`,

  properties: (objectType: string, query: { readonly archived?: boolean } = {}) =>
    `/crm/properties/${API_VERSION}/${segment(objectType)}${queryString(query)}`,
  property: (objectType: string, name: string) =>
    `/crm/properties/${API_VERSION}/${segment(objectType)}/${segment(name)}`,
  propertyBatch: (objectType: string, action: 'create' | 'read' | 'archive') =>
    `/crm/properties/${API_VERSION}/${segment(objectType)}/batch/${action}`,
  propertyGroups: (objectType: string) => `/crm/properties/${API_VERSION}/${segment(objectType)}/groups`,
  propertyGroup: (objectType: string, name: string) =>
    `/crm/properties/${API_VERSION}/${segment(objectType)}/groups/${segment(name)}`,
  propertyRules: (objectTypeId: string) =>
    `/crm/property-validations/${API_VERSION}/${segment(objectTypeId)}`,
  propertyLimits: () => `/crm/limits/${API_VERSION}/custom-properties`,
  schemas: (query: { readonly archived?: boolean } = {}) =>
    `/crm-object-schemas/${API_VERSION}/schemas${queryString(query)}`,

  pipelines: (objectType: string) => `/crm/pipelines/${API_VERSION}/${segment(objectType)}`,
  pipeline: (objectType: string, id: string) =>
    `/crm/pipelines/${API_VERSION}/${segment(objectType)}/${segment(id)}`,
  stages: (objectType: string, pipelineId: string) =>
    `/crm/pipelines/${API_VERSION}/${segment(objectType)}/${segment(pipelineId)}/stages`,
  stage: (objectType: string, pipelineId: string, id: string) =>
    `/crm/pipelines/${API_VERSION}/${segment(objectType)}/${segment(pipelineId)}/stages/${segment(id)}`,

  owners: (query: OwnerQuery = {}) => `/crm/owners/${API_VERSION}${queryString(query)}`,
  owner: (id: string, query: { readonly idProperty?: string; readonly archived?: boolean } = {}) =>
    `/crm/owners/${API_VERSION}/${segment(id)}${queryString(query)}`,

  lists: () => `/crm/lists/${API_VERSION}`,
  allLists: () => `/crm/lists/${API_VERSION}/all`,
  list: (listId: string, query: { readonly includeFilters?: boolean } = {}) =>
    `/crm/lists/${API_VERSION}/${segment(listId)}${queryString(query)}`,
  listByName: (objectTypeId: string, name: string) =>
    `/crm/lists/${API_VERSION}/object-type-id/${segment(objectTypeId)}/name/${segment(name)}`,
  members: (listId: string, order: 'id' | 'join-order', query: PageQuery = {}) =>
    `/crm/lists/${API_VERSION}/${segment(listId)}/memberships${order === 'id' ? '' : '/join-order'}${queryString(query)}`,
  membersChange: (listId: string, action: 'add' | 'remove' | 'add-and-remove') =>
    `/crm/lists/${API_VERSION}/${segment(listId)}/memberships/${action}`,
  listsOfRecord: (objectTypeId: string, recordId: string) =>
    `/crm/lists/${API_VERSION}/records/${segment(objectTypeId)}/${segment(recordId)}/memberships`,

  accountDetails: () => `/account-info/${API_VERSION}/details`,
  accountUsage: () => `/account-info/${API_VERSION}/api-usage/daily/private-apps`,
  // No dated form of this call exists.
  tokenInfo: () => '/oauth/v2/private-apps/get/access-token-info',
} as const;

/** One page of something; without `after` the first. */
export interface PageQuery {
  readonly limit?: number;
  readonly after?: string;
}

export interface RecordQuery {
  readonly idProperty?: string;
  /** All names stand in the URL: above 5,000 characters of them read in a batch instead, or HubSpot answers 414. */
  readonly properties?: readonly string[];
  readonly propertiesWithHistory?: readonly string[];
  /** Object types whose links come along: the first page of each. */
  readonly associations?: readonly string[];
  readonly archived?: boolean;
}

/** At most 100 records a page (default 10), and 50 with `propertiesWithHistory`. */
export type ListQuery = PageQuery & Omit<RecordQuery, 'idProperty'>;

/** At most 500 owners a page, default 100. */
export interface OwnerQuery extends PageQuery {
  readonly email?: string;
  /** True for deactivated users, who are not listed otherwise. */
  readonly archived?: boolean;
}

function objects(objectType: string): string {
  return `/crm/objects/${API_VERSION}/${segment(objectType)}`;
}

function associations(fromType: string, toType: string): string {
  return `/crm/associations/${API_VERSION}/${segment(fromType)}/${segment(toType)}`;
}

/** A text as one part of a path. Raises HUBSPOT_PATH_INVALID for what would name another endpoint. */
export function segment(text: string): string {
  // Servers and proxies resolve `.` and `..`, encoded or not, and an empty part names another endpoint.
  if (text === '' || text === '.' || text === '..')
    throw new SpokeError('HUBSPOT_PATH_INVALID', `"${text}" cannot stand in a HubSpot path; use another id.`);
  return encodeURIComponent(text.toWellFormed());
}

/** `?a=b`, or ''. Lists are joined by commas; false, empty lists and what is undefined are left out. */
export function queryString(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries<unknown>({ ...query })) {
    if (value === undefined || value === false) continue;
    if (!Array.isArray(value)) search.set(name, String(value));
    else if (value.length > 0) search.set(name, value.join(','));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
