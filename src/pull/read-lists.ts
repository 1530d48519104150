import { suggestion } from '../config/nearest-name.ts';
import { objectTypeName } from '../config/object-type-name.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { createLists, type RecordList } from '../hubspot/lists.ts';
import { storedJson } from '../mirror/stored-json.ts';
import { pullFailure } from './pull-failure.ts';
import { readMembers } from './read-members.ts';
import type { Reader, UnreadPart } from './reader.ts';

/** What is no matter of one list. */
const STOPS = /^(DATABASE_|HUBSPOT_UNAUTHORIZED$)/;

export interface ListsReport {
  /** Lists whose members are known now. */
  readonly read: number;
  readonly joined: number;
  readonly left: number;
  readonly unread: readonly UnreadPart[];
}

export interface ListsRequest {
  /** One list by its name or id, also one that the config does not keep. Default: those of the config. */
  readonly only?: string;
  /** Read all members of each list, even where its latest joins and its size tell that nobody has left. */
  readonly full?: boolean;
}

/**
 * Reads which lists the portal has and who is on those that are kept. What cannot be read is returned and holds up no other list.
 * Raises the signal's reason, what the database raises, and HUBSPOT_UNAUTHORIZED.
 */
export async function readLists(
  reader: Reader,
  signal: AbortSignal,
  { only, full = false }: ListsRequest = {},
): Promise<ListsReport> {
  const wanted = only === undefined ? (reader.mirror.lists ?? []) : [only];
  if (wanted.length === 0) return { read: 0, joined: 0, left: 0, unread: [] };
  const readAt = await reader.time.now();
  const all: RecordList[] = [];
  try {
    for await (const { results } of createLists(reader.transport).listAll(reader.reading(signal)))
      all.push(...results);
  } catch (error) {
    if (signal.aborted || pullFailure(error) === 'end') throw error;
    return { read: 0, joined: 0, left: 0, unread: [{ what: 'the lists', error }] };
  }
  const unread: UnreadPart[] = [];
  const chosen = new Map<string, RecordList>();
  for (const list of wanted === 'all' ? listsOfKept(reader, all) : []) chosen.set(list.listId, list);
  for (const name of wanted === 'all' ? [] : wanted) {
    const found = all.filter((list) => list.listId === name || list.name === name);
    for (const list of found) chosen.set(list.listId, list);
    if (found.length === 0) unread.push({ what: `the list ${name}`, error: unknownList(name, all) });
  }
  await reader.db.transaction((tx) => writeLists(tx, [...chosen.values()], all, readAt));
  let [read, joined, left] = [0, 0, 0];
  /** Set when HubSpot cannot be asked at all any more. */
  let given: unknown;
  for (const list of chosen.values()) {
    const what = `the members of the list ${list.name}`;
    try {
      if (given !== undefined) throw given;
      const members = await readMembers(reader, list, full, signal);
      read += 1;
      joined += members.joined;
      left += members.left;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SpokeError) || STOPS.test(error.code)) throw error;
      if (pullFailure(error) === 'later') given = error;
      unread.push({ what, error });
    }
  }
  return { read, joined, left, unread };
}

/** Those of the object types that the mirror keeps. */
function listsOfKept({ mirror }: Reader, all: readonly RecordList[]): readonly RecordList[] {
  return all.filter(({ objectTypeId }) => Object.hasOwn(mirror.objects, objectTypeName(objectTypeId)));
}

/** `all`: the portal's lists, of which one may have been meant. */
export function unknownList(name: string, all: readonly RecordList[]): SpokeError {
  const near = suggestion(
    name,
    all.map((list) => list.name),
  );
  return new SpokeError(
    'MIRROR_LIST_UNKNOWN',
    `The portal has no list with the name or id ${JSON.stringify(name)}.${near || ' Look at its name in HubSpot.'}`,
    { facts: { list: name } },
  );
}

/** Writes the chosen lists, and finds those deleted that the portal, which was listed to the end, does not have. */
async function writeLists(
  tx: Queryable,
  chosen: readonly RecordList[],
  all: readonly RecordList[],
  readAt: Date,
): Promise<void> {
  await tx.query(
    `with deleted as (
       update {schema}.mirror_lists set deleted_at = clock_timestamp(), read_at = $2::timestamptz
       where deleted_at is null and read_at <= $2::timestamptz and id <> all ($1::bigint[]) returning id
     )
     update {schema}.mirror_memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
     from deleted d where m.list_id = d.id and m.left_at is null`,
    [all.map(({ listId }) => listId), readAt],
  );
  await tx.query(
    `insert into {schema}.mirror_lists as l (id, name, object_type, processing_type, size, read_at)
     select x.id, x.name, x.object_type, x.processing_type, x.size, $2::timestamptz
     from jsonb_to_recordset($1::jsonb) as x(id bigint, name text, object_type text, processing_type text, size integer)
     on conflict (id) do update
     set name = excluded.name, object_type = excluded.object_type, processing_type = excluded.processing_type, size = excluded.size,
         read_at = excluded.read_at, deleted_at = null,
         -- Of a list that was deleted the members are not known any more.
         members_read_at = case when l.deleted_at is null then l.members_read_at end
     where l.read_at <= excluded.read_at`,
    [
      storedJson(
        chosen.map(({ listId, name, objectTypeId, processingType, size }) => ({
          id: listId,
          name,
          object_type: objectTypeName(objectTypeId),
          processing_type: processingType,
          size,
        })),
      ),
      readAt,
    ],
  );
}
