import { SpokeError } from '../errors.ts';

/** Longest page of a search. */
export const MAX_SEARCH_RESULTS = 200;
const MAX_GROUPS = 5;
const MAX_FILTERS_IN_GROUP = 6;
const MAX_FILTERS = 18;
/** Of the whole body as JSON. */
const MAX_BODY_CHARACTERS = 3000;

/** One condition. Values are text as properties are: times as ms or ISO 8601; texts of IN and NOT_IN in lower case. */
export type SearchFilter = { readonly propertyName: string } & (
  | {
      readonly operator: 'EQ' | 'NEQ' | 'LT' | 'LTE' | 'GT' | 'GTE' | 'CONTAINS_TOKEN' | 'NOT_CONTAINS_TOKEN';
      readonly value: string;
    }
  /** Both ends belong to it. */
  | { readonly operator: 'BETWEEN'; readonly value: string; readonly highValue: string }
  | { readonly operator: 'IN' | 'NOT_IN'; readonly values: readonly string[] }
  | { readonly operator: 'HAS_PROPERTY' | 'NOT_HAS_PROPERTY' }
);

export interface SearchFilterGroup {
  /** All of them hold; at most 6. */
  readonly filters: readonly SearchFilter[];
}

/** At most 18 filters, and 3,000 characters of JSON in all. */
export interface SearchRequest {
  /** One of them holds; at most 5. Without any, all records are found. */
  readonly filterGroups?: readonly SearchFilterGroup[];
  /** HubSpot heeds the first only. */
  readonly sorts?: readonly {
    readonly propertyName: string;
    readonly direction: 'ASCENDING' | 'DESCENDING';
  }[];
  readonly properties?: readonly string[];
  /** Words to be found in the default text properties. */
  readonly query?: string;
  /** Default 10, at most 200. */
  readonly limit?: number;
  /** Offset as text; HubSpot refuses what goes beyond 10,000. */
  readonly after?: string;
}

/** The groups with one more condition on each; a lone group when there are none. */
export function narrowed(
  groups: readonly SearchFilterGroup[] | undefined,
  filters: readonly SearchFilter[],
): readonly SearchFilterGroup[] {
  if (filters.length === 0) return groups ?? [];
  const given = groups?.length ? groups : [{ filters: [] }];
  return given.map((group) => ({ filters: [...group.filters, ...filters] }));
}

/** Raises HUBSPOT_SEARCH_INVALID for more filters than HubSpot takes, which would otherwise be a 400 in the middle of a scan. */
export function checkFilters(groups: readonly SearchFilterGroup[]): void {
  const counts = groups.map((group) => group.filters.length);
  const most = Math.max(0, ...counts);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (groups.length <= MAX_GROUPS && most <= MAX_FILTERS_IN_GROUP && all <= MAX_FILTERS) return;
  throw new SpokeError(
    'HUBSPOT_SEARCH_INVALID',
    `The search has ${groups.length} groups, up to ${most} filters in one and ${all} in all, where HubSpot takes ` +
      `${MAX_GROUPS}, ${MAX_FILTERS_IN_GROUP} and ${MAX_FILTERS} (a scan adds up to two to each group); search in several parts.`,
    { facts: { groups: groups.length, most, all } },
  );
}

/** Whether HubSpot takes a search of this size. */
export function fitsSearch(request: SearchRequest): boolean {
  return JSON.stringify(request).length <= MAX_BODY_CHARACTERS;
}

/** Which property tells when a record was last changed; calculated properties and archiving leave it alone. */
export function modifiedProperty(objectType: string): string {
  return ['contacts', 'contact', '0-1'].includes(objectType.toLowerCase())
    ? 'lastmodifieddate'
    : 'hs_lastmodifieddate';
}
