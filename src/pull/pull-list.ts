import { objectTypeName } from '../config/object-type-name.ts';
import { createLists, type RecordList } from '../hubspot/lists.ts';
import { chosenProperties } from './chosen-properties.ts';
import type { PullCounts } from './pull-report.ts';
import { chosenObjects, type PullTools } from './pull-tools.ts';
import { unknownList } from './read-lists.ts';
import { refreshRecords } from './refresh-records.ts';

export interface ListPull {
  readonly signal: AbortSignal;
  readonly maxRecords?: number | undefined;
  readonly pageSize?: number | undefined;
  readonly onCounts?: (counts: Partial<PullCounts>) => void;
}

/** The object type of a list, as the config names it. Raises MIRROR_LIST_UNKNOWN, MIRROR_OBJECT_UNKNOWN. */
export async function findList(
  tools: PullTools,
  nameOrId: string,
  signal: AbortSignal,
): Promise<{ readonly list: RecordList; readonly objectType: string }> {
  const all: RecordList[] = [];
  for await (const { results } of createLists(tools.transport).listAll(tools.reading(signal)))
    all.push(...results);
  const named = all.filter(({ listId, name }) => listId === nameOrId || name === nameOrId);
  const objectTypes = Object.keys(tools.mirror.objects);
  const typeOf = ({ objectTypeId }: RecordList) => objectTypeName(objectTypeId);
  // Names are unique only within an object type.
  const list = named.find((one) => objectTypes.includes(typeOf(one))) ?? named[0];
  if (list === undefined) throw unknownList(nameOrId, all);
  const objectType = typeOf(list);
  chosenObjects(tools, [objectType]);
  return { list, objectType };
}

/** Reads the records that are on a list. Raises what ends a run. */
export async function pullList(
  tools: PullTools,
  { list, objectType }: { readonly list: RecordList; readonly objectType: string },
  { signal, maxRecords = Number.POSITIVE_INFINITY, pageSize = 100, onCounts }: ListPull,
): Promise<{ readonly limited: boolean }> {
  const properties = await chosenProperties(tools, objectType, signal);
  let left = maxRecords;
  for await (const { results } of createLists(tools.transport).membersOf(
    list.listId,
    tools.reading(signal),
  )) {
    const members = results.slice(0, left).map(({ recordId }) => recordId);
    for (let start = 0; start < members.length; start += pageSize) {
      const ids = members.slice(start, start + pageSize);
      const counts = await refreshRecords(tools, objectType, { ids, properties }, signal);
      onCounts?.({ pages: 1, records: ids.length, ...counts });
    }
    left -= members.length;
    if (members.length < results.length) return { limited: true };
  }
  return { limited: false };
}
