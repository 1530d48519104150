import type { Exchange } from './exchange.ts';
import { numberOf, own, textOf } from './json.ts';
import { type Page, parsePage } from './page.ts';
import { idOf, misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';
import { type PageQuery, paths } from './paths.ts';
import type { ReadOptions } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import { type Chunk, sendInChunks } from './send-in-chunks.ts';
import type { Transport } from './transport.ts';
import { walkPages } from './walk-pages.ts';

/** Lists on a page of `all`. */
const LISTS_PAGE = 500;
/** Members on a page. */
const MEMBERS_PAGE = 250;
/** Members that one call adds or removes. HubSpot names no ceiling; this keeps a call well below its time-out. */
export const MAX_MEMBER_CHANGES = 1000;

export type ProcessingType = 'MANUAL' | 'SNAPSHOT' | 'DYNAMIC';

/** A list ("segment") of records of one type. */
export interface RecordList {
  readonly listId: string;
  readonly name: string;
  readonly objectTypeId: string;
  /** MANUAL and SNAPSHOT take members through the API; a DYNAMIC list refuses them. */
  readonly processingType: string;
  /** COMPLETE once HubSpot has filled a new dynamic list. */
  readonly processingStatus?: string;
  readonly size?: number;
}

export interface NewList {
  /** Unique for its object type. */
  readonly name: string;
  /** `0-1` for contacts; no name of a type. */
  readonly objectTypeId: string;
  readonly processingType: ProcessingType;
  /** Of SNAPSHOT and DYNAMIC lists: HubSpot's tree of filters. */
  readonly filterBranch?: unknown;
}

/** Which lists `all` gives. */
export interface ListFilter {
  readonly objectTypeId?: string;
  readonly processingTypes?: readonly ProcessingType[];
}

export interface Member {
  readonly recordId: string;
  /** ISO 8601; when it joined. */
  readonly membershipTimestamp?: string;
}

/** That a record is on a list. */
export interface Membership {
  readonly listId: string;
  readonly firstAddedTimestamp?: string;
  readonly lastAddedTimestamp?: string;
}

/** What a change of members did. */
export interface MembersChanged {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Ids of no record. */
  readonly missing: readonly string[];
}

export type MemberOrder = 'id' | 'join-order';

/**
 * Lists and who is on them; record ids only, never e-mail addresses. Every call is one HTTP try, but for `listAll`, `membersOf`,
 * `addAll` and `removeAll`. All changes of members may be repeated.
 */
export interface Lists {
  create(list: NewList, call?: CallOptions): Promise<Exchange>;
  get(listId: string, query?: { readonly includeFilters?: boolean }, call?: CallOptions): Promise<Exchange>;
  getByName(objectTypeId: string, name: string, call?: CallOptions): Promise<Exchange>;
  /** One page of all lists, at most 500 (default 20). */
  all(
    filter?: ListFilter & { readonly count?: number; readonly after?: string },
    call?: CallOptions,
  ): Promise<Exchange>;
  /** All lists, page by page; raises what walkPages raises. */
  listAll(options?: ReadOptions & { readonly filter?: ListFilter }): AsyncGenerator<Page<RecordList>, void>;
  /** One page of members (at most 250) in order of record ids, or the newest first (`join-order`). */
  members(
    listId: string,
    query?: PageQuery & { readonly order?: MemberOrder },
    call?: CallOptions,
  ): Promise<Exchange>;
  /** All members, page by page, from `after` on; raises what walkPages raises. */
  membersOf(
    listId: string,
    options?: ReadOptions & { readonly order?: MemberOrder; readonly after?: string },
  ): AsyncGenerator<Page<Member>, void>;
  add(listId: string, recordIds: readonly string[], call?: CallOptions): Promise<Exchange>;
  remove(listId: string, recordIds: readonly string[], call?: CallOptions): Promise<Exchange>;
  addAndRemove(
    listId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    call?: CallOptions,
  ): Promise<Exchange>;
  /** As `add`, for any number of records; read each answer with parseMembersChanged. */
  addAll(listId: string, recordIds: readonly string[], call?: CallOptions): Promise<readonly Chunk<string>[]>;
  /** As `remove`, for any number of records. */
  removeAll(
    listId: string,
    recordIds: readonly string[],
    call?: CallOptions,
  ): Promise<readonly Chunk<string>[]>;
  /** As `addAndRemove`, for any number of records, mixed in each call. */
  changeAll(
    listId: string,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
    call?: CallOptions,
  ): Promise<readonly Chunk<MemberChange>[]>;
  /** The lists a record is on. */
  ofRecord(objectTypeId: string, recordId: string, call?: CallOptions): Promise<Exchange>;
}

export interface MemberChange {
  readonly recordId: string;
  readonly change: 'add' | 'remove';
}

export function createLists(transport: Transport): Lists {
  const send = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object, call?: CallOptions) =>
    transport.request({ ...call, method, path, ...(body === undefined ? {} : { body }) });
  const all: Lists['all'] = (filter = {}, call) => send('POST', paths.allLists(), filter, call);
  const members: Lists['members'] = (listId, { order = 'id', ...query } = {}, call) =>
    send('GET', paths.members(listId, order, query), undefined, call);
  const add: Lists['add'] = (listId, recordIds, call) =>
    send('PUT', paths.membersChange(listId, 'add'), recordIds, call);
  const remove: Lists['remove'] = (listId, recordIds, call) =>
    send('PUT', paths.membersChange(listId, 'remove'), recordIds, call);
  const addAndRemove: Lists['addAndRemove'] = (listId, change, call) =>
    send(
      'PUT',
      paths.membersChange(listId, 'add-and-remove'),
      { recordIdsToAdd: change.add, recordIdsToRemove: change.remove },
      call,
    );

  return {
    create: (list, call) => send('POST', paths.lists(), list, call),
    get: (listId, query, call) => send('GET', paths.list(listId, query), undefined, call),
    getByName: (objectTypeId, name, call) =>
      send('GET', paths.listByName(objectTypeId, name), undefined, call),
    all,
    listAll: (options = {}) =>
      walkPages(
        {
          what: 'list the lists',
          send: (after) =>
            all({ ...options.filter, count: LISTS_PAGE, ...(after === undefined ? {} : { after }) }, options),
          parse: (body) => parsePage(pageOfLists(body), parseList),
        },
        options,
      ),
    members,
    membersOf: (listId, options = {}) =>
      walkPages(
        {
          what: `list the members of list ${listId}`,
          send: (after) =>
            members(
              listId,
              {
                limit: MEMBERS_PAGE,
                ...(options.order === undefined ? {} : { order: options.order }),
                ...(after === undefined ? {} : { after }),
              },
              options,
            ),
          parse: (body) => parsePage(body, parseMember),
          ...(options.after === undefined ? {} : { after: options.after }),
        },
        options,
      ),
    add,
    remove,
    addAndRemove,
    addAll: (listId, recordIds, call) =>
      sendInChunks(recordIds, MAX_MEMBER_CHANGES, (part) => add(listId, part, call)),
    removeAll: (listId, recordIds, call) =>
      sendInChunks(recordIds, MAX_MEMBER_CHANGES, (part) => remove(listId, part, call)),
    changeAll: (listId, change, call) =>
      sendInChunks(
        [
          ...change.add.map((recordId) => ({ recordId, change: 'add' }) as const),
          ...change.remove.map((recordId) => ({ recordId, change: 'remove' }) as const),
        ],
        MAX_MEMBER_CHANGES,
        (part) => addAndRemove(listId, { add: idsOf(part, 'add'), remove: idsOf(part, 'remove') }, call),
      ),
    ofRecord: (objectTypeId, recordId, call) =>
      send('GET', paths.listsOfRecord(objectTypeId, recordId), undefined, call),
  };
}

/** Reads one list: an entry of `all`, or the `list` of a create or get. */
export function parseList(value: unknown): Parsed<RecordList> {
  const list = own(value, 'list') ?? value;
  const text = (name: string) => textOf(own(list, name));
  const listId = idOf(own(list, 'listId'));
  if (listId === undefined) return misfit('it has no listId');
  const processingStatus = text('processingStatus');
  const size = numberOf(own(list, 'size'));
  return parsedAs({
    listId,
    name: text('name') ?? '',
    objectTypeId: text('objectTypeId') ?? '',
    processingType: text('processingType') ?? '',
    ...(processingStatus === undefined ? {} : { processingStatus }),
    ...(size === undefined ? {} : { size }),
  });
}

/** Reads one entry of a list's members. */
export function parseMember(value: unknown): Parsed<Member> {
  const recordId = idOf(own(value, 'recordId'));
  if (recordId === undefined) return misfit('it has no recordId');
  const membershipTimestamp = textOf(own(value, 'membershipTimestamp'));
  return parsedAs({ recordId, ...(membershipTimestamp === undefined ? {} : { membershipTimestamp }) });
}

/** Reads the lists of a record. */
export function parseMemberships(body: unknown): Parsed<readonly Membership[]> {
  return parseEntries(body, 'results', (value) => {
    const listId = idOf(own(value, 'listId'));
    if (listId === undefined) return misfit('it has no listId');
    const membership: { -readonly [K in keyof Membership]: Membership[K] } = { listId };
    for (const name of ['firstAddedTimestamp', 'lastAddedTimestamp'] as const) {
      const text = textOf(own(value, name));
      if (text !== undefined) membership[name] = text;
    }
    return parsedAs(membership);
  });
}

/** Reads the answer to a change of members. HubSpot spells one of its fields `recordsIdsAdded`. */
export function parseMembersChanged(body: unknown): Parsed<MembersChanged> {
  const read = (...names: string[]): Parsed<readonly string[]> => {
    const name = names.find((each) => own(body, each) !== undefined && own(body, each) !== null);
    if (name === undefined) return parsedAs([]);
    return parseEntries(body, name, (value) => {
      const id = idOf(value);
      return id === undefined ? misfit('it is no id') : parsedAs(id);
    });
  };
  const added = read('recordsIdsAdded', 'recordIdsAdded');
  const removed = read('recordIdsRemoved', 'recordsIdsRemoved');
  const missing = read('recordIdsMissing', 'recordsIdsMissing');
  if (!added.ok) return added;
  if (!removed.ok) return removed;
  if (!missing.ok) return missing;
  return parsedAs({ added: added.value, removed: removed.value, missing: missing.value });
}

/** The lists of a page may be called `lists`, as those of a search are. */
function pageOfLists(body: unknown): unknown {
  const lists = own(body, 'lists');
  return Array.isArray(lists) ? { results: lists, paging: own(body, 'paging') } : body;
}

function idsOf(changes: readonly MemberChange[], change: MemberChange['change']): string[] {
  return changes.filter((each) => each.change === change).map(({ recordId }) => recordId);
}
