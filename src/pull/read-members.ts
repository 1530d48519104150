import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { createLists, type Member, parseList, type RecordList } from '../hubspot/lists.ts';
import { readAnswer } from '../hubspot/read-answer.ts';
import type { Reader } from './reader.ts';

/** Members that were read newest first without meeting a known one: then all of them are read. */
const MAX_NEWEST = 5_000;

interface MembersRead {
  readonly joined: number;
  readonly left: number;
}

interface LatestRead {
  readonly joined: number;
  /** That the mirror has all members and no other. */
  readonly isWhole: boolean;
}

const NOTHING_READ: LatestRead = { joined: 0, isWhole: false };

/**
 * Brings the members of a list up to date: by its latest joins when these and its size show that the mirror has all of them, else by
 * reading all. Only a reading that has come to the end of a list that HubSpot is not filling tells who has left; one that broke off
 * leaves the joins that it found. Raises MIRROR_LIST_UNSETTLED, and what the client raises.
 */
export async function readMembers(
  reader: Reader,
  list: RecordList,
  full: boolean,
  signal: AbortSignal,
): Promise<MembersRead> {
  const latest = full ? NOTHING_READ : await readLatest(reader, list, signal);
  if (latest.isWhole) return { joined: latest.joined, left: 0 };
  const all = await readAll(reader, list, signal);
  return { joined: latest.joined + all.joined, left: all.left };
}

/** Whole unless all members have to be read. */
async function readLatest(
  { db, time, transport, reading }: Reader,
  { listId }: RecordList,
  signal: AbortSignal,
): Promise<LatestRead> {
  const [known] = await db.query(
    'select 1 from {schema}.mirror_lists where id = $1 and members_read_at is not null and members_begun_at is null',
    [listId],
  );
  if (known === undefined) return NOTHING_READ;
  const readAt = await time.now();
  const newest: Member[] = [];
  let total: number | undefined;
  const pages = createLists(transport).membersOf(listId, { ...reading(signal), order: 'join-order' });
  for await (const page of pages) {
    total = page.total;
    newest.push(...page.results);
    if (newest.length > MAX_NEWEST) return NOTHING_READ;
    if (page.after === undefined || (await areKnown(db, listId, page.results))) break;
  }
  return db.transaction(async (tx) => {
    const joined = await writeJoins(tx, listId, newest, readAt);
    const [row] = await tx.query<{ members: number }>(
      'select count(*) as members from {schema}.mirror_memberships where list_id = $1 and left_at is null',
      [listId],
    );
    const isWhole = total !== undefined && row?.members === total;
    await tx.query(
      isWhole
        ? 'update {schema}.mirror_lists set members_read_at = $2 where id = $1 and members_begun_at is null'
        : 'update {schema}.mirror_lists set members_begun_at = coalesce(members_begun_at, $2) where id = $1',
      [listId, readAt],
    );
    return { joined, isWhole };
  });
}

async function readAll(reader: Reader, list: RecordList, signal: AbortSignal): Promise<MembersRead> {
  const { db, time, transport } = reader;
  const { listId, name } = list;
  const begunAt = await time.now();
  await db.query(
    'update {schema}.mirror_lists set members_begun_at = coalesce(members_begun_at, $2) where id = $1',
    [listId, begunAt],
  );
  // Numbers, so that a list of millions stays within some megabytes.
  const ids: number[] = [];
  let joined = 0;
  let total: number | undefined;
  let readAt = begunAt;
  for await (const page of createLists(transport).membersOf(listId, reader.reading(signal))) {
    const pageReadAt = readAt;
    joined += await db.transaction((tx) => writeJoins(tx, listId, page.results, pageReadAt));
    for (const { recordId } of page.results) ids.push(Number(recordId));
    total = page.total ?? total;
    readAt = await time.now();
  }
  const after = await currentList(reader, listId, signal);
  const isFilled = [list, after].every(
    ({ processingStatus }) => processingStatus === undefined || processingStatus === 'COMPLETE',
  );
  const isBlank = ids.length === 0 && Math.max(total ?? 0, after.size ?? 0) > 0;
  if (!isFilled || isBlank)
    throw new SpokeError(
      'MIRROR_LIST_UNSETTLED',
      `HubSpot is still filling the list ${JSON.stringify(name)}: who has left it is looked at with the next reading.`,
      { facts: { list: listId, status: after.processingStatus, read: ids.length, size: after.size } },
    );
  return db.transaction(async (tx) => {
    const left = await tx.query(
      `update {schema}.mirror_memberships m set left_at = greatest(clock_timestamp(), m.joined_at)
       where m.list_id = $1 and m.left_at is null and m.read_at <= $3::timestamptz
         and not exists (select from unnest($2::bigint[]) x(id) where x.id = m.record_id)
       returning 1`,
      [listId, ids, begunAt],
    );
    await tx.query(
      'update {schema}.mirror_lists set members_read_at = $2, members_begun_at = null, size = coalesce($3, size) where id = $1',
      [listId, begunAt, after.size ?? null],
    );
    return { joined, left: left.length };
  });
}

/** Whether all of them stand in the mirror as they joined. */
async function areKnown(db: Queryable, listId: string, members: readonly Member[]): Promise<boolean> {
  const [row] = await db.query<{ known: number }>(
    `select count(*) as known from jsonb_to_recordset($2::jsonb) as x(record_id bigint, joined_at timestamptz)
     join {schema}.mirror_memberships m on m.list_id = $1 and m.record_id = any ($3::bigint[]) and m.record_id = x.record_id and m.left_at is null
       and m.joined_at >= coalesce(x.joined_at, m.joined_at)`,
    [listId, inputOf(members), idsOf(members)],
  );
  return row?.known === members.length;
}

/**
 * Writes who is on the list. A later time of joining than the known one says that the record has left and come back; the same one as
 * of a membership that had ended says that it had not. Returns how many joined.
 */
async function writeJoins(
  tx: Queryable,
  listId: string,
  members: readonly Member[],
  readAt: Date,
): Promise<number> {
  if (members.length === 0) return 0;
  const values = [listId, inputOf(members), idsOf(members), readAt];
  const input = 'jsonb_to_recordset($2::jsonb) as x(record_id bigint, joined_at timestamptz)';
  await tx.query(
    `update {schema}.mirror_memberships m set left_at = x.joined_at from ${input}
     where m.list_id = $1 and m.record_id = any ($3::bigint[]) and m.record_id = x.record_id and m.left_at is null and x.joined_at > m.joined_at`,
    values.slice(0, 3),
  );
  const again = await tx.query(
    `update {schema}.mirror_memberships m set left_at = null, read_at = $4::timestamptz from ${input}
     where m.list_id = $1 and m.record_id = any ($3::bigint[]) and m.record_id = x.record_id and m.joined_at = x.joined_at and m.left_at is not null
       and m.read_at < $4::timestamptz and not exists (select from {schema}.mirror_memberships c
         where c.list_id = $1 and c.record_id = any ($3::bigint[]) and c.record_id = x.record_id and c.left_at is null)
     returning 1`,
    values,
  );
  const joined = await tx.query(
    `insert into {schema}.mirror_memberships (list_id, record_id, joined_at, read_at)
     select $1, x.record_id, coalesce(x.joined_at, $4::timestamptz), $4::timestamptz
     from (select distinct on (record_id) * from ${input} order by record_id, joined_at desc nulls last) x
     where not exists (select from {schema}.mirror_memberships c
       where c.list_id = $1 and c.record_id = any ($3::bigint[]) and c.record_id = x.record_id and c.left_at is null)
     on conflict do nothing returning 1`,
    values,
  );
  return again.length + joined.length;
}

/** Looked up by an array: joined with the members of a page, Postgres may walk the index of all members instead. */
const idsOf = (members: readonly Member[]) => members.map(({ recordId }) => recordId);

function inputOf(members: readonly Member[]): string {
  return JSON.stringify(
    members.map(({ recordId, membershipTimestamp }) => ({
      record_id: recordId,
      joined_at:
        membershipTimestamp !== undefined && !Number.isNaN(Date.parse(membershipTimestamp))
          ? membershipTimestamp
          : undefined,
    })),
  );
}

async function currentList(reader: Reader, listId: string, signal: AbortSignal): Promise<RecordList> {
  const options = reader.reading(signal);
  return readAnswer(
    {
      what: `read the list ${listId}`,
      send: () => createLists(reader.transport).get(listId, undefined, options),
      parse: parseList,
    },
    options,
  );
}
