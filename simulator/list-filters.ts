import { badRequest } from './api-error.ts';
import { isObject, textOf } from './call.ts';
import { createListValueTest } from './list-operations.ts';
import type { Property } from './property-registry.ts';
import type { StoredRecord } from './stored-record.ts';

/** Branches inside branches; deeper trees are refused. */
const MAX_DEPTH = 16;

export type ListTest = (record: StoredRecord) => boolean;

export interface ListFilterScene {
  /** Properties that filters may name. */
  propertyOf: (name: string) => Property | undefined;
  /** IANA name, for time points that name no zone. */
  timeZone: string;
}

/**
 * The test of a list's filter tree: OR and AND branches of PROPERTY filters. An OR branch without members is met by nothing, an AND
 * branch by everything. Throws 400 for what HubSpot does not know, and for the kinds of filter that the simulator has not got.
 */
export function createListTest(branch: unknown, scene: ListFilterScene): ListTest {
  return testOfBranch(branch, scene, 1);
}

function testOfBranch(branch: unknown, scene: ListFilterScene, depth: number): ListTest {
  if (!isObject(branch)) throw badRequest('A filter branch must be an object');
  if (depth > MAX_DEPTH) throw badRequest(`Filter branches go at most ${MAX_DEPTH} deep`);
  const { filterBranchType } = branch;
  if (filterBranchType !== 'OR' && filterBranchType !== 'AND') {
    throw badRequest(
      `filterBranchType ${textOf(filterBranchType)} is not supported by the simulator; use OR and AND`,
    );
  }
  const tests = [
    ...members(branch, 'filters').map((filter) => testOfFilter(filter, scene)),
    ...members(branch, 'filterBranches').map((inner) => testOfBranch(inner, scene, depth + 1)),
  ];
  if (filterBranchType === 'OR') return (record) => tests.some((test) => test(record));
  return (record) => tests.every((test) => test(record));
}

function testOfFilter(filter: unknown, { propertyOf, timeZone }: ListFilterScene): ListTest {
  if (!isObject(filter)) throw badRequest('A filter must be an object');
  const { filterType, property: name, operation } = filter;
  if (filterType !== 'PROPERTY')
    throw badRequest(`filterType ${textOf(filterType)} is not supported by the simulator; use PROPERTY`);
  const property = typeof name === 'string' ? propertyOf(name) : undefined;
  if (!property || typeof name !== 'string')
    throw badRequest(`Property ${textOf(name)} in a filter does not exist`);
  const test = createListValueTest(operation, property, timeZone);
  return (record) => test(record.properties.get(name) ?? '');
}

function members(branch: Record<string, unknown>, field: string): unknown[] {
  const given = branch[field] ?? [];
  if (!Array.isArray(given)) throw badRequest(`${field} of a filter branch must be a list`);
  return given;
}
