import { badRequest } from './api-error.ts';
import { linksTo } from './links.ts';
import type { ObjectData, Portal } from './portal.ts';
import { createValueTest, instantOf, type SearchFilter } from './search-filters.ts';
import type { SearchIndex } from './search-index.ts';
import type { StoredRecord } from './stored-record.ts';
import { normaliseEmail } from './validation.ts';

/** Whole numbers, both ends included. */
export interface Span {
  low: number;
  high: number;
}

/** A group of filters made ready: a record meets it when it lies in both spans and passes every test. */
export interface SearchGroup {
  /** Ms of the modified date, as search shows it. */
  modified: Span;
  /** Record ids as numbers. */
  ids: Span;
  tests: ((record: StoredRecord) => boolean)[];
  /** The only records that can meet the group, when a filter names them; tests still apply. */
  candidates: (() => Iterable<StoredRecord>) | undefined;
}

export interface SearchScene {
  portal: Portal;
  data: ObjectData;
  index: SearchIndex;
}

const ASSOCIATION_PREFIX = 'associations.';

/** Makes the filters of a group ready. Throws 400 for unknown properties and for values that do not fit. */
export function createGroup(filters: readonly SearchFilter[], scene: SearchScene): SearchGroup {
  const group: SearchGroup = { modified: everything(), ids: everything(), tests: [], candidates: undefined };
  for (const filter of filters) {
    if (filter.propertyName.startsWith(ASSOCIATION_PREFIX)) addAssociation(group, filter, scene);
    else addProperty(group, filter, scene);
  }
  return group;
}

export function meets(group: SearchGroup, record: StoredRecord, index: SearchIndex): boolean {
  return (
    inSpan(group.ids, record.numericId) &&
    (isEverything(group.modified) || inSpan(group.modified, index.modifiedOf(record))) &&
    passes(group, record)
  );
}

export function passes({ tests }: SearchGroup, record: StoredRecord): boolean {
  for (const test of tests) if (!test(record)) return false;
  return true;
}

export function isEverything(span: Span): boolean {
  return span.low === Number.NEGATIVE_INFINITY && span.high === Number.POSITIVE_INFINITY;
}

function addProperty(group: SearchGroup, filter: SearchFilter, scene: SearchScene): void {
  const { portal, data, index } = scene;
  const name = filter.propertyName;
  const property = data.registry.get(name);
  if (!property)
    throw badRequest(
      `There was a problem with the request: property ${name} does not exist on ${data.type.typeId}`,
    );
  const missingMeetsNegation = portal.behaviour.searchMissingValues === 'included';
  const test = createValueTest(filter, property, missingMeetsNegation);
  const span = spanOf(filter, property.kind === 'number' ? Number : instantOf);
  if (span && name === data.type.modifiedProperty) narrow(group.modified, span);
  else if (span && name === 'hs_object_id') narrow(group.ids, span);
  else group.tests.push((record) => test(index.valueOf(record, name)));
  if (name === data.type.secondaryOf?.primary && filter.operator === 'EQ') {
    const address = normaliseEmail(filter.value);
    group.candidates = function* () {
      const owner = data.store.findUnique(name, address);
      if (owner) yield owner;
      // Search may still show the address on a record that has lost it since.
      for (const record of index.unsettled) if (record !== owner) yield record;
    };
  }
}

/** `associations.contact` EQ or IN ids: records linked to those. Links show at once, unlike values. */
function addAssociation(group: SearchGroup, filter: SearchFilter, { portal, data }: SearchScene): void {
  const name = filter.propertyName.slice(ASSOCIATION_PREFIX.length);
  const other = portal.objects(name);
  if (filter.operator !== 'EQ' && filter.operator !== 'IN')
    throw badRequest(`Operator ${filter.operator} is not supported for ${filter.propertyName}; use EQ or IN`);
  const ids = filter.operator === 'EQ' ? [filter.value] : filter.values;
  const linked = new Set<StoredRecord>();
  for (const id of ids) {
    const record = portal.liveRecord(other, id);
    if (record) for (const { to } of linksTo(record, data.type.name)) linked.add(to);
  }
  group.tests.push((record) => linked.has(record));
  group.candidates = () => linked;
}

/** The numbers that meet a comparing filter; undefined for the other operators. */
function spanOf(filter: SearchFilter, parse: (text: string) => number): Span | undefined {
  const value = parse(filter.value);
  switch (filter.operator) {
    case 'EQ':
      return { low: value, high: value };
    case 'LT':
      return { low: Number.NEGATIVE_INFINITY, high: Math.ceil(value) - 1 };
    case 'LTE':
      return { low: Number.NEGATIVE_INFINITY, high: Math.floor(value) };
    case 'GT':
      return { low: Math.floor(value) + 1, high: Number.POSITIVE_INFINITY };
    case 'GTE':
      return { low: Math.ceil(value), high: Number.POSITIVE_INFINITY };
    case 'BETWEEN':
      return { low: Math.ceil(value), high: Math.floor(parse(filter.highValue)) };
    default:
      return undefined;
  }
}

function everything(): Span {
  return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
}

function narrow(span: Span, by: Span): void {
  span.low = Math.max(span.low, by.low);
  span.high = Math.min(span.high, by.high);
}

function inSpan({ low, high }: Span, value: number): boolean {
  return value >= low && value <= high;
}
