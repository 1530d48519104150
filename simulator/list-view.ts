import type { StoredList } from './list-store.ts';

/** A list as answers show it. */
export interface ListView {
  listId: string;
  listVersion: number;
  name: string;
  objectTypeId: string;
  processingType: string;
  processingStatus: 'PROCESSING' | 'COMPLETE';
  createdAt: string;
  updatedAt: string;
  filtersUpdatedAt: string;
  size: number;
  deletedAt?: string;
  filterBranch?: unknown;
}

export function viewList(list: StoredList, withFilters = false): ListView {
  const view: ListView = {
    listId: list.id,
    listVersion: list.version,
    name: list.name,
    objectTypeId: list.type.typeId,
    processingType: list.processingType,
    processingStatus: list.filledAt === undefined ? 'COMPLETE' : 'PROCESSING',
    createdAt: iso(list.createdAt),
    updatedAt: iso(list.updatedAt),
    filtersUpdatedAt: iso(list.filtersUpdatedAt),
    size: list.members.size,
  };
  if (list.deletedAt !== undefined) view.deletedAt = iso(list.deletedAt);
  if (withFilters && list.filterBranch !== undefined) view.filterBranch = list.filterBranch;
  return view;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
