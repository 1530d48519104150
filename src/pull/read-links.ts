import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { createAssociations } from '../hubspot/associations.ts';
import { expectBody } from '../hubspot/expect.ts';
import type { Link } from '../hubspot/link.ts';
import { storedJson } from '../mirror/stored-json.ts';
import type { Reader } from './reader.ts';

/** Of association batch/read. */
const BATCH = 1_000;

/** All links of some records with one other object type, as HubSpot had them at one time. */
export interface LinksReading {
  readonly fromType: string;
  readonly toType: string;
  /** When the question was sent, by the database's clock. */
  readonly readAt: Date;
  /** Every record that was read completely, also one without links. */
  readonly links: ReadonlyMap<string, readonly Link[]>;
}

/** The object types whose links with this one the config keeps. */
export function linkedTypes({ mirror }: Pick<Reader, 'mirror'>, objectType: string): readonly string[] {
  return [...new Set(mirror.objects[objectType]?.associations ?? [])];
}

/**
 * Reads the links that the config keeps of these records, for `writeLinks`. Raises what the client raises, and HUBSPOT_UNEXPECTED when
 * HubSpot leaves open what some records are linked to.
 */
export async function readLinks(
  reader: Reader,
  fromType: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly LinksReading[]> {
  const readings: LinksReading[] = [];
  if (ids.length === 0) return readings;
  for (const toType of linkedTypes(reader, fromType))
    for (let start = 0; start < ids.length; start += BATCH)
      readings.push(await readBatch(reader, fromType, toType, ids.slice(start, start + BATCH), signal));
  return readings;
}

/** Reads all links that the config keeps of an object type's live records in the mirror; returns how many records were read. */
export async function readAllLinks(reader: Reader, fromType: string, signal: AbortSignal): Promise<number> {
  if (linkedTypes(reader, fromType).length === 0) return 0;
  let read = 0;
  for (let after = '0'; ; ) {
    signal.throwIfAborted();
    const rows = await reader.db.query<{ id: string }>(
      `select id::text as id from {schema}.mirror_records
       where object_type = $1 and id > $2::bigint and state = 'live' order by mirror_records.id limit ${BATCH}`,
      [fromType, after],
    );
    const last = rows.at(-1)?.id;
    if (last === undefined) return read;
    const ids = rows.map(({ id }) => id);
    const readings = await readLinks(reader, fromType, ids, signal);
    await reader.db.transaction((tx) => writeLinks(tx, readings));
    read += rows.length;
    after = last;
  }
}

/** Writes what was read, and takes away the links that HubSpot has no more; what was read later than that stays. */
export async function writeLinks(tx: Queryable, readings: readonly LinksReading[]): Promise<void> {
  for (const { fromType, toType, readAt, links } of readings) {
    const rows = storedJson(
      [...links].flatMap(([from_id, to]) => to.map(({ toId, types }) => ({ from_id, to_id: toId, types }))),
    );
    await tx.query(
      `delete from {schema}.mirror_links k
       where from_type = $1 and to_type = $2 and from_id = any ($4::bigint[]) and read_at <= $5::timestamptz and not exists (
         select from jsonb_to_recordset($3::jsonb) as x(from_id bigint, to_id bigint) where x.from_id = k.from_id and x.to_id = k.to_id)`,
      [fromType, toType, rows, [...links.keys()], readAt],
    );
    await tx.query(
      `insert into {schema}.mirror_links as k (from_type, from_id, to_type, to_id, types, read_at)
       select $1, x.from_id, $2, x.to_id, x.types, $4::timestamptz
       from jsonb_to_recordset($3::jsonb) as x(from_id bigint, to_id bigint, types jsonb) order by x.from_id, x.to_id
       on conflict (from_type, from_id, to_type, to_id) do update set types = excluded.types, read_at = excluded.read_at
       where k.read_at <= excluded.read_at and k.types <> excluded.types`,
      [fromType, toType, rows, readAt],
    );
  }
}

async function readBatch(
  reader: Reader,
  fromType: string,
  toType: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<LinksReading> {
  const { readAssociations } = createAssociations(reader.transport);
  const { retry, clock } = reader.reading(signal);
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const readAt = await reader.time.now();
    const read = await readAssociations(fromType, toType, ids, { signal });
    if (read.kind === 'links') {
      if (read.unread.length > 0)
        throw new SpokeError(
          'HUBSPOT_UNEXPECTED',
          `HubSpot does not say which ${toType} ${read.unread.length} of ${ids.length} ${fromType} are linked to; what the mirror has of them stays.`,
          { facts: { fromType, toType, unread: read.unread.slice(0, 20) } },
        );
      return { fromType, toType, readAt, links: read.typed };
    }
    signal.throwIfAborted();
    const decision = retry?.({ exchange: read.exchange, attempt });
    if (decision === undefined) {
      expectBody(read.exchange, `read the ${toType} of ${fromType}`);
      throw new SpokeError(
        'HUBSPOT_UNEXPECTED',
        `HubSpot's answer about the ${toType} of ${fromType} has no list of results; the next reading asks again.`,
      );
    }
    await clock?.sleep(decision.waitMs, signal);
  }
}
