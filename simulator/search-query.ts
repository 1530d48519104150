import { ApiError, badRequest } from './api-error.ts';
import { isObject, textOf } from './call.ts';
import type { ObjectData } from './portal.ts';
import type { Property } from './property-registry.ts';
import { instantOf, parseFilter, type SearchFilter } from './search-filters.ts';

const PAGE = { fallback: 10, max: 200 };
/** `after` and `limit` together reach no further. */
const MAX_REACH = 10_000;
const MAX_BODY_CHARACTERS = 3_000;
const MAX_GROUPS = 5;
const MAX_FILTERS_PER_GROUP = 6;
const MAX_FILTERS = 18;

export interface SearchSort {
  property: Property;
  descending: boolean;
}

/** A search as it was asked for, its limits checked. */
export interface SearchQuery {
  groups: SearchFilter[][];
  /** undefined: in order of id. */
  sort: SearchSort | undefined;
  /** Words to be found anywhere in the searchable properties; '' for none. */
  text: string;
  properties: string[];
  limit: number;
  after: number;
}

/** Reads the body of a search. Throws 400 with a sentence of its own for each limit. */
export function parseSearch(body: Record<string, unknown>, rawBody: Buffer, data: ObjectData): SearchQuery {
  const characters = rawBody.toString().length;
  if (characters > MAX_BODY_CHARACTERS) {
    throw badRequest(
      `The request body has ${characters} characters, over the maximum of ${MAX_BODY_CHARACTERS} for a search`,
    );
  }
  const limit = wholeNumber(body.limit, 'limit', PAGE.fallback);
  if (limit < 1 || limit > PAGE.max)
    throw badRequest(`Invalid limit: must be between 1 and ${PAGE.max}, was ${limit}`);
  const after = wholeNumber(body.after, 'after', 0);
  if (after + limit > MAX_REACH) {
    throw badRequest(
      `A search reaches at most ${MAX_REACH} results: after ${after} and limit ${limit} go beyond`,
    );
  }
  return {
    groups: parseGroups(body),
    sort: parseSort(body.sorts, data),
    text: typeof body.query === 'string' ? body.query.trim() : '',
    properties: texts(body.properties, 'properties'),
    limit,
    after,
  };
}

/** Some portals have answered 500 to a date filter at the beginning of 1970. */
export function failAtEpochZero({ groups }: SearchQuery, data: ObjectData): void {
  for (const filter of groups.flat()) {
    const kind = data.registry.get(filter.propertyName)?.kind;
    if ((kind === 'datetime' || kind === 'date') && filter.value !== '' && instantOf(filter.value) === 0)
      throw new ApiError(500, 'internal error', {});
  }
}

function parseGroups({ filterGroups, filters }: Record<string, unknown>): SearchFilter[][] {
  const groups = list(filterGroups, 'filterGroups').map((group) => {
    if (!isObject(group)) throw badRequest('Invalid filterGroups: each group must be an object');
    return list(group.filters, 'filters');
  });
  const shorthand = list(filters, 'filters');
  if (shorthand.length > 0) groups.push(shorthand);
  if (groups.length > MAX_GROUPS)
    throw badRequest(`Too many filter groups: at most ${MAX_GROUPS} are allowed, ${groups.length} were sent`);
  for (const group of groups) {
    if (group.length > MAX_FILTERS_PER_GROUP) {
      throw badRequest(
        `Too many filters in a group: at most ${MAX_FILTERS_PER_GROUP} are allowed, ${group.length} were sent`,
      );
    }
  }
  const total = groups.flat().length;
  if (total > MAX_FILTERS)
    throw badRequest(`Too many filters: at most ${MAX_FILTERS} are allowed in all, ${total} were sent`);
  return groups.map((group) => group.map(parseFilter));
}

/** Only the first sort counts. It may be an object, or a name with `-` before it for descending. */
function parseSort(given: unknown, { registry, type }: ObjectData): SearchSort | undefined {
  const [first] = list(given, 'sorts');
  if (first === undefined) return undefined;
  const name = sortName(first);
  const property = registry.get(name);
  if (!property)
    throw badRequest(
      `There was a problem with the request: property ${name} does not exist on ${type.typeId}`,
    );
  if (!isObject(first)) return { property, descending: String(first).startsWith('-') };
  const direction = first.direction ?? 'ASCENDING';
  if (direction !== 'ASCENDING' && direction !== 'DESCENDING')
    throw badRequest(`Invalid sort direction ${textOf(direction)}: use ASCENDING or DESCENDING`);
  return { property, descending: direction === 'DESCENDING' };
}

function sortName(sort: unknown): string {
  const name = isObject(sort) ? sort.propertyName : sort;
  if (typeof name !== 'string' || name === '') throw badRequest('Invalid sort: propertyName is required');
  return isObject(sort) ? name : name.replace(/^-/, '');
}

function list(given: unknown, field: string): unknown[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw badRequest(`Invalid ${field}: a list was expected`);
  return given;
}

function texts(given: unknown, field: string): string[] {
  return list(given, field).filter((name) => typeof name === 'string');
}

function wholeNumber(given: unknown, field: string, fallback: number): number {
  if (given === undefined || given === null || given === '') return fallback;
  const value = typeof given === 'string' || typeof given === 'number' ? Number(given) : Number.NaN;
  if (!Number.isInteger(value) || value < 0)
    throw badRequest(`Invalid ${field}: a whole number was expected, was ${textOf(given)}`);
  return value;
}
