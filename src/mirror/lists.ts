import { suggestion } from '../config/nearest-name.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';

/** A list of the portal as the mirror has it. */
export interface MirrorList {
  readonly id: string;
  readonly name: string;
  readonly objectType: string;
  /** MANUAL, SNAPSHOT or DYNAMIC. */
  readonly processingType: string;
  /** What HubSpot says its size is; null where it does not. */
  readonly hubspotSize: number | null;
  /** Members that the mirror has. */
  readonly members: number;
  /** Up to when these are known; null while they were never read to the end. */
  readonly syncedAt: Date | null;
}

export interface ListMember {
  readonly recordId: string;
  readonly joinedAt: Date;
  /** The record's e-mail address or name, where the mirror has it. */
  readonly label: string | null;
}

const PAGE = 1_000;

interface ListRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly name: string;
  readonly object_type: string;
  readonly processing_type: string;
  readonly hubspot_size: number | null;
  readonly members: number;
  readonly members_synced_at: Date | null;
}

/** The lists that the mirror keeps, by name. */
export async function listLists(db: Queryable): Promise<MirrorList[]> {
  const rows = await db.query<ListRow>(
    `select list_id::text as id, name, object_type, processing_type, hubspot_size, members, members_synced_at
     from {schema}.hubspot_lists order by name, list_id`,
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    objectType: row.object_type,
    processingType: row.processing_type,
    hubspotSize: row.hubspot_size,
    members: row.members,
    syncedAt: row.members_synced_at,
  }));
}

/** A list by its id or name, contacts' lists first where several have the name. Raises MIRROR_LIST_UNKNOWN. */
export async function findMirrorList(db: Queryable, nameOrId: string): Promise<MirrorList> {
  const lists = await listLists(db);
  const found = lists.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const list = found.find(({ objectType }) => objectType === 'contacts') ?? found[0];
  if (list !== undefined) return list;
  const near = suggestion(
    nameOrId,
    lists.map(({ name }) => name),
  );
  throw new SpokeError(
    'MIRROR_LIST_UNKNOWN',
    `The mirror has no list with the name or id ${JSON.stringify(nameOrId)}${near === '' ? ': spoke lists shows those it has, and spoke pull list --list reads one.' : `.${near}`}`,
    { facts: { list: nameOrId } },
  );
}

/** Who is on a list, in order of their ids, in pages of 1,000. */
export async function* membersOfList(
  db: Queryable,
  { id, objectType }: Pick<MirrorList, 'id' | 'objectType'>,
): AsyncGenerator<readonly ListMember[], void> {
  for (let after = '-1'; ; ) {
    const rows = await db.query<{ record_id: string; joined_at: Date; label: string | null }>(
      `select b.record_id::text as record_id, b.joined_at,
         coalesce(m.properties ->> 'email', m.properties ->> 'name', m.properties ->> 'dealname', m.properties ->> 'subject') as label
       from {schema}.mirror_memberships b
       left join {schema}.mirror_records m on m.object_type = $2 and m.id = b.record_id and m.state = 'live'
       where b.list_id = $1::bigint and b.left_at is null and b.record_id > $3::bigint order by b.record_id limit ${PAGE}`,
      [id, objectType, after],
    );
    if (rows.length > 0)
      yield rows.map(({ record_id, joined_at, label }) => ({
        recordId: record_id,
        joinedAt: joined_at,
        label,
      }));
    const last = rows.at(-1)?.record_id;
    if (last === undefined || rows.length < PAGE) return;
    after = last;
  }
}
