import { badRequest, notFound } from '../api-error.ts';
import { type Call, param, textOf } from '../call.ts';
import { PROCESSING_TYPES, type ProcessingType, type StoredList } from '../list-store.ts';
import type { ObjectType } from '../object-types.ts';
import type { Route } from '../router.ts';
import type { Version } from '../version.ts';

/** The versions that have lists. */
export const LIST_VERSIONS = ['v3', '2026-03', '2026-09'] as const;

export const readLists: Route['scopes'] = (_portal, _params, version) => [listScopes('read', version)];

/** A token that may write but not read is refused too, naming what it lacks to read. */
export const writeLists: Route['scopes'] = (_portal, _params, version) => [
  listScopes('read', version),
  listScopes('write', version),
];

/** The list that the path names. Throws 404. */
export function listOf(call: Call, parameter = 'listId'): StoredList {
  const id = param(call, parameter);
  const list = call.portal.lists.get(id);
  if (!list) throw notFound(`List does not exist with ID ${id}.`);
  return list;
}

/** A type that lists can be made of. Throws the recorded 400 for another. */
export function listType(call: Call, typeId: unknown): ObjectType {
  const known = call.portal.allObjects().find(({ type }) => type.typeId === typeId);
  if (known) return known.type;
  throw badRequest(`The objectTypeId ${textOf(typeId)} provided for the list is not valid for this portal.`, {
    subCategory: 'ListError.INVALID_OBJECT_TYPE_FOR_LIST',
  });
}

/** Throws 400 for a type that does not exist. */
export function processingType(given: unknown): ProcessingType {
  const known = PROCESSING_TYPES.find((type) => type === given);
  if (known) return known;
  throw badRequest(`The processingType ${textOf(given)} is not valid; use ${PROCESSING_TYPES.join(', ')}`, {
    subCategory: 'ListError.INVALID_PROCESSING_TYPE',
  });
}

/** Lists are called segments from 2026-09 on, and the scopes of either name do. */
function listScopes(access: 'read' | 'write', version: Version): readonly string[] {
  return version === '2026-09' ? [`crm.lists.${access}`, `crm.segments.${access}`] : [`crm.lists.${access}`];
}
