import { OBJECT_TYPE_IDS } from '../config/portal-definition.ts';
import { SpokeError } from '../errors.ts';
import { createLists, type Lists, type RecordList } from '../hubspot/lists.ts';
import { createPipelines, type Pipeline, type Pipelines } from '../hubspot/pipelines.ts';
import {
  createProperties,
  type Properties,
  type PropertyDefinition,
  type PropertyGroup,
} from '../hubspot/properties.ts';
import type { ReadOptions } from '../hubspot/read-answer.ts';
import { createSchemas, type ObjectSchema, type PropertyLimits, type Schemas } from '../hubspot/schemas.ts';
import type { Transport } from '../hubspot/transport.ts';
import type { DesiredPortal, DesiredType } from './desired-portal.ts';

/** Answers after which the limits stay unknown: a missing scope, or a portal that has no such page. */
const LIMITS_UNTOLD: readonly string[] = ['HUBSPOT_FORBIDDEN', 'HUBSPOT_UNEXPECTED'];

/** The calls that provisioning makes. */
export interface PortalApi {
  readonly properties: Properties;
  readonly pipelines: Pipelines;
  readonly lists: Lists;
  readonly schemas: Schemas;
}

/** What the portal has of one object type, as far as the config speaks of it. */
export interface ActualType {
  readonly typeId: string;
  readonly groups: readonly PropertyGroup[];
  readonly properties: ReadonlyMap<string, PropertyDefinition>;
  /** Names of archived properties. */
  readonly archived: ReadonlySet<string>;
  readonly pipelines: readonly Pipeline[];
  readonly lists: readonly RecordList[];
}

export interface ActualPortal {
  /** By object type as the config names it; one that is absent does not exist in the portal. */
  readonly types: ReadonlyMap<string, ActualType>;
  /** Names of the portal's custom objects. */
  readonly customTypes: readonly string[];
  /** Absent when HubSpot does not tell. */
  readonly limits?: PropertyLimits;
}

export function createPortalApi(transport: Transport): PortalApi {
  return {
    properties: createProperties(transport),
    pipelines: createPipelines(transport),
    lists: createLists(transport),
    schemas: createSchemas(transport),
  };
}

/** How an object type stands in paths: HubSpot's own by name, so that errors can be read, custom ones by id. */
export function pathType({ objectType, typeId }: { objectType: string; typeId: string }): string {
  return Object.hasOwn(OBJECT_TYPE_IDS, objectType) ? objectType : typeId;
}

/**
 * Reads what the plan needs to know: of the types that the config names, the properties of those in `sampled` and the pipelines of
 * those in `staged`. Raises the errors of expectBody.
 */
export async function readPortal(
  api: PortalApi,
  wanted: {
    readonly desired: DesiredPortal;
    readonly sampled: ReadonlySet<string>;
    readonly staged: ReadonlySet<string>;
  },
  read: ReadOptions,
): Promise<ActualPortal> {
  const names = [...new Set([...wanted.desired.keys(), ...wanted.sampled])];
  const custom = names.some((name) => !Object.hasOwn(OBJECT_TYPE_IDS, name))
    ? await api.schemas.expectList(read)
    : [];
  const types = new Map<string, ActualType>();
  for (const name of names) {
    const typeId = typeIdOf(name, custom);
    if (typeId === undefined) continue;
    const type = { objectType: name, typeId, desired: wanted.desired.get(name) };
    const [sampled, staged] = [wanted.sampled.has(name), wanted.staged.has(name)];
    types.set(name, await readType(api, { ...type, sampled, staged }, read));
  }
  const limits = [...wanted.desired.values()].some(({ properties }) => properties.length > 0)
    ? await readLimits(api, read)
    : undefined;
  return {
    types,
    customTypes: custom.map(({ name }) => name),
    ...(limits === undefined ? {} : { limits }),
  };
}

function typeIdOf(name: string, custom: readonly ObjectSchema[]): string | undefined {
  const own = Object.entries(OBJECT_TYPE_IDS).find(([each]) => each === name)?.[1];
  return (
    own ??
    custom.find((schema) => [schema.objectTypeId, schema.fullyQualifiedName, schema.name].includes(name))
      ?.objectTypeId
  );
}

async function readType(
  api: PortalApi,
  type: {
    readonly objectType: string;
    readonly typeId: string;
    readonly desired: DesiredType | undefined;
    readonly sampled: boolean;
    readonly staged: boolean;
  },
  read: ReadOptions,
): Promise<ActualType> {
  const { typeId, desired, sampled, staged } = type;
  const path = pathType(type);
  const declares = desired !== undefined && desired.properties.length > 0;
  const groups = declares || desired?.groups.length ? await api.properties.expectGroups(path, read) : [];
  const properties = declares || sampled ? await api.properties.expectList(path, read) : [];
  const archived = declares ? await api.properties.expectList(path, { ...read, archived: true }) : [];
  return {
    typeId,
    groups,
    properties: new Map(properties.map((property) => [property.name, property])),
    archived: new Set(archived.map(({ name }) => name)),
    pipelines: staged || desired?.pipelines.length ? await api.pipelines.expectList(path, read) : [],
    lists: desired?.lists.length ? await readLists(api, typeId, read) : [],
  };
}

/** All lists of an object type. */
export async function readLists(api: PortalApi, typeId: string, read: ReadOptions): Promise<RecordList[]> {
  const lists: RecordList[] = [];
  for await (const page of api.lists.listAll({ ...read, filter: { objectTypeId: typeId } }))
    lists.push(...page.results);
  return lists;
}

/** Whoever may not read the limits learns of them from a refusal, if ever. */
async function readLimits(api: PortalApi, read: ReadOptions): Promise<PropertyLimits | undefined> {
  try {
    return await api.schemas.expectPropertyLimits(read);
  } catch (error) {
    read.signal?.throwIfAborted();
    if (error instanceof SpokeError && LIMITS_UNTOLD.includes(error.code)) return undefined;
    throw error;
  }
}
