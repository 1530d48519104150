import { isRecord, numberOf, own, textOf } from './json.ts';
import { misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';

/** One page of a list that HubSpot gives out in pages. */
export interface Page<T> {
  /** Never empty when there is a next page. */
  readonly results: readonly T[];
  /** Where the next page begins; absent on the last page. */
  readonly after?: string;
  /** Of searches and memberships: how many there are in all. */
  readonly total?: number;
}

/** Reads a page. Only an answer without `paging`, or with nothing but a way back, is the last one. */
export function parsePage<T>(body: unknown, read: (entry: unknown) => Parsed<T>): Parsed<Page<T>> {
  const results = parseEntries(body, 'results', read);
  if (!results.ok) return results;
  const total = numberOf(own(body, 'total'));
  const page = { results: results.value, ...(total === undefined ? {} : { total }) };
  const paging = own(body, 'paging');
  if (paging === undefined || paging === null) return parsedAs(page);
  if (!isRecord(paging)) return misfit('its paging is no object');
  const next = own(paging, 'next');
  if (next === null || (next === undefined && own(paging, 'prev') !== undefined)) return parsedAs(page);
  const after = textOf(own(next, 'after'));
  if (after === undefined || after === '') return misfit('its paging has no cursor');
  // A scan that goes on behind the last record of a page would ask the same for ever.
  if (page.results.length === 0) return misfit('the page is empty although another one is to follow');
  return parsedAs({ ...page, after });
}
