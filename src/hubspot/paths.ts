import { SpokeError } from '../errors.ts';

/** The one place that names the version of HubSpot's API; current until March 2027, supported until about March 2028. */
export const API_VERSION = '2026-09';

export type BatchAction = 'create' | 'read' | 'update' | 'upsert' | 'archive';

/** Paths of every call; each part that comes from outside is percent-encoded. Raises HUBSPOT_PATH_INVALID for an id no path can hold. */
export const paths = {
  record: (objectType: string, id: string, query: RecordQuery = {}) =>
    `/crm/objects/${API_VERSION}/${segment(objectType)}/${segment(id)}${queryString(query)}`,
  recordBatch: (objectType: string, action: BatchAction, archived = false) =>
    `/crm/objects/${API_VERSION}/${segment(objectType)}/batch/${action}${archived ? '?archived=true' : ''}`,
  associationsBatchRead: (fromType: string, toType: string) =>
    `/crm/associations/${API_VERSION}/${segment(fromType)}/${segment(toType)}/batch/read`,
  properties: (objectType: string) => `/crm/properties/${API_VERSION}/${segment(objectType)}`,
  propertyGroups: (objectType: string) => `/crm/properties/${API_VERSION}/${segment(objectType)}/groups`,
  accountDetails: () => `/account-info/${API_VERSION}/details`,
  // No dated form of this call exists.
  tokenInfo: () => '/oauth/v2/private-apps/get/access-token-info',
} as const;

export interface RecordQuery {
  readonly idProperty?: string;
  readonly properties?: readonly string[];
  readonly archived?: boolean;
}

/** A path as logs may show it: without query, and with `:id` where a record's id or e-mail stands. */
export function routeOf(path: string): string {
  const [pathname = ''] = path.split('?', 1);
  const parts = pathname.split('/');
  const family = `${parts[1]}/${parts[2]}`;
  const fifth = parts[5];
  if (family === 'crm/objects' && fifth !== undefined && fifth !== 'batch' && fifth !== 'search')
    return [...parts.slice(0, 5), ':id'].join('/');
  return pathname;
}

function segment(text: string): string {
  // Servers and proxies resolve `.` and `..`, encoded or not, and an empty part names another endpoint.
  if (text === '' || text === '.' || text === '..')
    throw new SpokeError('HUBSPOT_PATH_INVALID', `"${text}" cannot stand in a HubSpot path; use another id.`);
  return encodeURIComponent(text.toWellFormed());
}

function queryString(query: RecordQuery): string {
  const search = new URLSearchParams();
  if (query.idProperty !== undefined) search.set('idProperty', query.idProperty);
  if (query.properties?.length) search.set('properties', query.properties.join(','));
  if (query.archived) search.set('archived', 'true');
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
