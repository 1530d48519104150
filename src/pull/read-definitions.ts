import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { createOwners, type Owner } from '../hubspot/owners.ts';
import { createPipelines, type Pipeline } from '../hubspot/pipelines.ts';
import { createProperties, type PropertyDefinition } from '../hubspot/properties.ts';
import { storedJson } from '../mirror/stored-json.ts';
import { refreshView } from '../mirror/views.ts';
import type { Reader, UnreadPart } from './reader.ts';

/** HubSpot's own object types that go through pipelines; those of a portal all may. */
const WITH_PIPELINES = /^(deals|tickets|2-\d+)$/;
const CUSTOM = /^2-/;

/**
 * Reads the property definitions and pipelines of the mirror's object types and the portal's owners, each set whole and in one
 * transaction, so that what HubSpot has no more goes from the mirror; then brings the typed views up to date. What cannot be read, for
 * want of a scope for instance, is returned and holds up nothing else. Raises the signal's reason, and what the database raises.
 */
export async function readDefinitions(
  reader: Reader,
  signal: AbortSignal,
  objects: readonly string[] = Object.keys(reader.mirror.objects),
): Promise<readonly UnreadPart[]> {
  const unread: UnreadPart[] = [];
  const read = async (what: string, part: () => Promise<void>) => {
    try {
      await part();
    } catch (error) {
      signal.throwIfAborted();
      // What the database says is no matter of one part.
      if (!(error instanceof SpokeError) || error.code.startsWith('DATABASE_')) throw error;
      unread.push({ what, error });
    }
  };
  for (const objectType of objects) {
    await read(`the properties of ${objectType}`, () => readProperties(reader, objectType, signal));
    await refreshView(reader.db, objectType, reader.log);
    if (WITH_PIPELINES.test(objectType))
      await read(`the pipelines of ${objectType}`, () => readPipelines(reader, objectType, signal));
  }
  await read('the owners', () => readOwners(reader, signal));
  return unread;
}

async function readProperties(reader: Reader, objectType: string, signal: AbortSignal): Promise<void> {
  const readAt = await reader.time.now();
  const { expectList } = createProperties(reader.transport);
  const definitions = await expectList(objectType, reader.reading(signal));
  if (definitions.length === 0)
    throw new SpokeError(
      'HUBSPOT_UNEXPECTED',
      `HubSpot names no property of ${objectType}, although every object type has some; what the mirror knows of them stays.`,
      { facts: { objectType } },
    );
  await reader.db.transaction((tx) => writeProperties(tx, objectType, definitions, readAt));
}

async function writeProperties(
  tx: Queryable,
  objectType: string,
  definitions: readonly PropertyDefinition[],
  readAt: Date,
): Promise<void> {
  const rows = storedJson(definitions.map((definition) => ({ ...definition, definition })));
  await tx.query(
    `delete from {schema}.mirror_properties p where object_type = $1 and read_at <= $3::timestamptz
       and not exists (select from jsonb_to_recordset($2::jsonb) as x(name text) where x.name = p.name)`,
    [objectType, rows, readAt],
  );
  await tx.query(
    `insert into {schema}.mirror_properties as p (object_type, name, type, definition, read_at)
     select $1, x.name, x.type, x.definition, $3::timestamptz
     from (select distinct on (name) * from jsonb_to_recordset($2::jsonb) as x(name text, type text, definition jsonb) order by name) x
     on conflict (object_type, name) do update
     set type = excluded.type, definition = excluded.definition, read_at = excluded.read_at where p.read_at <= excluded.read_at`,
    [objectType, rows, readAt],
  );
}

async function readPipelines(reader: Reader, objectType: string, signal: AbortSignal): Promise<void> {
  const readAt = await reader.time.now();
  const { expectList } = createPipelines(reader.transport);
  const pipelines = await expectList(objectType, reader.reading(signal)).catch((error: unknown) => {
    if (hasNone(objectType, error)) return [];
    throw error;
  });
  await reader.db.transaction((tx) => writeStages(tx, objectType, pipelines, readAt));
}

/** A custom object without pipelines is none of their types to HubSpot, which refuses the question. */
function hasNone(objectType: string, error: unknown): boolean {
  return CUSTOM.test(objectType) && error instanceof SpokeError && error.facts.status === 400;
}

async function writeStages(
  tx: Queryable,
  objectType: string,
  pipelines: readonly Pipeline[],
  readAt: Date,
): Promise<void> {
  const rows = storedJson(
    pipelines.flatMap((pipeline) =>
      pipeline.stages.map(({ id, label, displayOrder, metadata }) => ({
        pipeline_id: pipeline.id,
        pipeline: pipeline.label,
        stage_id: id,
        stage: label,
        display_order: displayOrder,
        metadata,
      })),
    ),
  );
  await tx.query(
    `delete from {schema}.mirror_stages s where object_type = $1 and read_at <= $3::timestamptz and not exists (
       select from jsonb_to_recordset($2::jsonb) as x(pipeline_id text, stage_id text)
       where x.pipeline_id = s.pipeline_id and x.stage_id = s.stage_id)`,
    [objectType, rows, readAt],
  );
  await tx.query(
    `insert into {schema}.mirror_stages as s (object_type, pipeline_id, pipeline, stage_id, stage, display_order, metadata, read_at)
     select $1, x.pipeline_id, x.pipeline, x.stage_id, x.stage, x.display_order, x.metadata, $3::timestamptz
     from (select distinct on (pipeline_id, stage_id) * from jsonb_to_recordset($2::jsonb)
           as x(pipeline_id text, pipeline text, stage_id text, stage text, display_order integer, metadata jsonb)
           order by pipeline_id, stage_id) x
     on conflict (object_type, pipeline_id, stage_id) do update
     set pipeline = excluded.pipeline, stage = excluded.stage, display_order = excluded.display_order, metadata = excluded.metadata,
         read_at = excluded.read_at where s.read_at <= excluded.read_at`,
    [objectType, rows, readAt],
  );
}

async function readOwners(reader: Reader, signal: AbortSignal): Promise<void> {
  const readAt = await reader.time.now();
  const owners = new Map<string, Owner>();
  // Deactivated ones first: who is in both lists is active again.
  for (const archived of [true, false]) {
    const pages = createOwners(reader.transport).listAll({ ...reader.reading(signal), archived });
    for await (const { results } of pages)
      for (const owner of results) owners.set(owner.id, { ...owner, archived });
  }
  await reader.db.transaction((tx) => writeOwners(tx, [...owners.values()], readAt));
}

async function writeOwners(tx: Queryable, owners: readonly Owner[], readAt: Date): Promise<void> {
  const rows = storedJson(
    owners.map(({ id, email, firstName, lastName, archived }) => ({
      id,
      email,
      first_name: firstName,
      last_name: lastName,
      archived,
    })),
  );
  await tx.query(
    `delete from {schema}.mirror_owners o where read_at <= $2::timestamptz
       and not exists (select from jsonb_to_recordset($1::jsonb) as x(id bigint) where x.id = o.id)`,
    [rows, readAt],
  );
  await tx.query(
    `insert into {schema}.mirror_owners as o (id, email, first_name, last_name, archived, read_at)
     select x.id, x.email, x.first_name, x.last_name, x.archived, $2::timestamptz
     from jsonb_to_recordset($1::jsonb) as x(id bigint, email text, first_name text, last_name text, archived boolean)
     on conflict (id) do update set email = excluded.email, first_name = excluded.first_name, last_name = excluded.last_name,
       archived = excluded.archived, read_at = excluded.read_at where o.read_at <= excluded.read_at`,
    [rows, readAt],
  );
}
