import { badRequest, conflict, notFound } from '../api-error.ts';
import { type Call, jsonObject, param } from '../call.ts';
import { type CustomSchema, fullName, typeIdOf } from '../custom-types.ts';
import type { ObjectData } from '../object-data.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { defineProperty, viewProperty } from './property-input.ts';
import { requireDefined, schemaChanges, schemaFields, schemaProperties } from './schema-input.ts';
import { readSchema, writeSchema } from './scopes.ts';

const readCustom: Route['scopes'] = () => [['crm.schemas.custom.read', 'crm.objects.custom.read']];
const writeCustom: Route['scopes'] = () => [['crm.schemas.custom.write']];

/** Definitions of object types: built-in ones can be read, custom ones made, changed and archived. */
export const schemaRoutes: readonly Route[] = [
  { method: 'GET', pattern: '', access: 'read', scopes: readCustom, handle: list },
  { method: 'POST', pattern: '', access: 'write', scopes: writeCustom, handle: create },
  { method: 'GET', pattern: ':objectType', access: 'read', scopes: readSchema, handle: get },
  { method: 'PATCH', pattern: ':objectType', access: 'write', scopes: writeSchema, handle: update },
  { method: 'DELETE', pattern: ':objectType', access: 'write', scopes: writeCustom, handle: archive },
].map(
  (route) =>
    ({
      ...route,
      area: 'crm/schemas',
      versions: ['v3', '2026-03', '2026-09'],
      budget: 'general',
    }) as Route,
);

function list(call: Call): Reply {
  const { schemas } = call.portal;
  const archived = call.query.get('archived') === 'true';
  return ok({ results: schemas.list(archived).map((schema) => viewCustom(call, schema)) });
}

function get(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const schema = call.portal.schemas.find(data.type.typeId);
  return ok(schema ? viewCustom(call, schema) : viewBuiltIn(call, data));
}

function create(call: Call): Reply {
  const { portal, now } = call;
  const maxCustom = portal.behaviour.maxCustomProperties;
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const fields = schemaFields(body, portal);
  const inputs = schemaProperties(body, fields);
  const { schemas } = portal;
  if ([...schemas.list(), ...schemas.list(true)].some(({ name }) => name === fields.name)) {
    throw conflict(
      `An object type named '${fullName(portal.account.portalId, fields.name)}' already exists.`,
      {
        category: 'OBJECT_ALREADY_EXISTS',
      },
    );
  }
  const data = schemas.add({ ...fields, createdAt: now, updatedAt: now, archivedAt: null });
  try {
    for (const input of inputs) {
      const property = data.registry.put(defineProperty(input, data, { now, maxCustom }));
      if (property.hasUniqueValue) data.store.indexProperty(property.name);
    }
    requireDefined(fields, new Set(data.registry.list().map(({ name }) => name)));
  } catch (error) {
    // A refused request leaves nothing behind.
    const half = schemas.find(data.type.typeId);
    if (half) schemas.remove(half);
    throw error;
  }
  call.effects.applied += 1;
  const schema = mustFind(call, data);
  return created(viewCustom(call, schema));
}

function update(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const schema = mustFind(call, data);
  call.effects.inputs = 1;
  const changes = schemaChanges(jsonObject(call), schema);
  requireDefined(changes, new Set(data.registry.list().map(({ name }) => name)));
  call.portal.schemas.change(schema, { ...changes, updatedAt: call.now });
  call.effects.applied += 1;
  return ok(viewCustom(call, schema));
}

/** Archives a custom object without records; `archived=true` removes an archived one for good and frees its name. */
function archive(call: Call): Reply {
  const { portal, now } = call;
  const { schemas } = portal;
  const name = param(call, 'objectType');
  call.effects.inputs = 1;
  if (call.query.get('archived') === 'true') {
    const gone = schemas
      .list(true)
      .find((schema) => [typeIdOf(schema), fullName(portal.account.portalId, schema.name)].includes(name));
    if (!gone) throw notFound();
    schemas.remove(gone);
  } else {
    const data = portal.objects(name);
    const schema = mustFind(call, data);
    if (data.store.counts.live > 0)
      throw badRequest(`The object type ${data.type.name} has records; delete them first`);
    schemas.change(schema, { archivedAt: now });
  }
  call.effects.applied += 1;
  return noContent;
}

function mustFind(call: Call, data: ObjectData): CustomSchema {
  const schema = call.portal.schemas.find(data.type.typeId);
  if (!schema) throw badRequest(`${data.type.name} is defined by HubSpot and cannot be changed`);
  return schema;
}

function viewCustom(call: Call, schema: CustomSchema) {
  const { portal } = call;
  const { number: _, archivedAt, createdAt, updatedAt, associatedObjects, ...fields } = schema;
  const objectTypeId = typeIdOf(schema);
  const data = archivedAt === null ? portal.objects(objectTypeId) : undefined;
  return {
    ...fields,
    id: String(schema.number),
    objectTypeId,
    fullyQualifiedName: fullName(portal.account.portalId, schema.name),
    metaType: 'PORTAL_SPECIFIC',
    archived: archivedAt !== null,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    properties: data?.registry.list().map(viewProperty) ?? [],
    associations: associatedObjects.map((name) => ({
      fromObjectTypeId: objectTypeId,
      toObjectTypeId: portal.objects(name).type.typeId,
      name: `${schema.name}_to_${portal.objects(name).type.singular}`,
    })),
  };
}

function viewBuiltIn(call: Call, { type, registry }: ObjectData) {
  const plural = type.name.charAt(0).toUpperCase() + type.name.slice(1);
  return {
    id: type.typeId,
    objectTypeId: type.typeId,
    name: type.upperName,
    fullyQualifiedName: type.upperName,
    labels: { singular: type.displayName, plural },
    metaType: 'HUBSPOT',
    requiredProperties: type.requireAll,
    searchableProperties: [],
    primaryDisplayProperty: type.requireAll[0] ?? type.requireOneOf[0] ?? 'hs_object_id',
    secondaryDisplayProperties: [],
    archived: false,
    createdAt: new Date(call.portal.createdAt).toISOString(),
    properties: registry.list().map(viewProperty),
    associations: [],
  };
}
