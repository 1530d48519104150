import { ApiError, badRequest, conflict, notFound } from '../api-error.ts';
import { type Call, idText, invalidJson, isObject, jsonObject, param } from '../call.ts';
import type { ObjectData } from '../portal.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { changeProperty, defineProperty, viewProperty } from './property-input.ts';
import { readSchema, writeSchema } from './scopes.ts';

const MAX_INPUTS = 100;
const GROUP_NAME = /^[a-z][a-z0-9_-]*$/;

/** Definitions of properties and their groups. */
export const propertyRoutes: readonly Route[] = [
  { method: 'GET', pattern: ':objectType', access: 'read', handle: list },
  { method: 'POST', pattern: ':objectType', access: 'write', handle: create },
  { method: 'GET', pattern: ':objectType/groups', access: 'read', handle: listGroups },
  { method: 'POST', pattern: ':objectType/groups', access: 'write', handle: createGroup },
  { method: 'POST', pattern: ':objectType/batch/create', access: 'write', handle: batchCreate },
  { method: 'POST', pattern: ':objectType/batch/read', access: 'read', handle: batchRead },
  { method: 'POST', pattern: ':objectType/batch/archive', access: 'write', handle: batchArchive },
  { method: 'GET', pattern: ':objectType/groups/:name', access: 'read', handle: getGroup },
  { method: 'PATCH', pattern: ':objectType/groups/:name', access: 'write', handle: updateGroup },
  { method: 'DELETE', pattern: ':objectType/groups/:name', access: 'write', handle: removeGroup },
  { method: 'GET', pattern: ':objectType/:name', access: 'read', handle: get },
  { method: 'PATCH', pattern: ':objectType/:name', access: 'write', handle: update },
  { method: 'DELETE', pattern: ':objectType/:name', access: 'write', handle: archive },
].map(
  (route) =>
    ({
      ...route,
      area: 'crm/properties',
      versions: ['v3', '2026-03', '2026-09'],
      budget: 'general',
      scopes: route.access === 'read' ? readSchema : writeSchema,
    }) as Route,
);

function list(call: Call): Reply {
  const { registry } = dataOf(call);
  return ok({ results: registry.list(call.query.get('archived') === 'true').map(viewProperty) });
}

function get(call: Call): Reply {
  const { registry } = dataOf(call);
  const name = param(call, 'name');
  const property = call.query.get('archived') === 'true' ? registry.getArchived(name) : registry.get(name);
  if (!property) throw unknownProperty(name);
  return ok(viewProperty(property));
}

function create(call: Call): Reply {
  const data = dataOf(call);
  const property = defineProperty(jsonObject(call), data, definingOf(call));
  if (data.registry.get(property.name)) throw alreadyExists(property.name);
  call.effects.inputs = 1;
  return created(put(call, data, property));
}

function update(call: Call): Reply {
  const data = dataOf(call);
  const name = param(call, 'name');
  const property = data.registry.get(name);
  if (!property) throw unknownProperty(name);
  call.effects.inputs = 1;
  return ok(put(call, data, changeProperty(property, jsonObject(call), { data, now: call.now })));
}

function archive(call: Call): Reply {
  const data = dataOf(call);
  const name = param(call, 'name');
  requireArchivable(call, data, name);
  call.effects.inputs = 1;
  call.effects.applied += 1;
  data.registry.archive(name, call.now);
  return noContent;
}

/** Names that are not defined are passed over; one that may not go refuses the batch. */
function batchArchive(call: Call): Reply {
  const data = dataOf(call);
  const names = inputsOf(call).map((input) => idText(input.name, 'name'));
  const known = names.filter((name) => data.registry.get(name));
  for (const name of known) requireArchivable(call, data, name);
  for (const name of known) data.registry.archive(name, call.now);
  call.effects.applied += known.length;
  return noContent;
}

function requireArchivable(call: Call, data: ObjectData, name: string): void {
  const { portal } = call;
  const property = data.registry.get(name);
  if (!property) throw unknownProperty(name);
  if (property.hubspotDefined) throw badRequest(`${name} is defined by HubSpot and cannot be archived`);
  const schema = portal.schemas.find(data.type.typeId);
  const used = [
    ...(portal.behaviour.propertiesInUse[data.type.name] ?? []),
    ...(schema ? [schema.primaryDisplayProperty, ...schema.requiredProperties] : []),
  ];
  if (!used.includes(name)) return;
  throw badRequest(`The property ${name} is in use and cannot be deleted`, {
    subCategory: 'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE',
  });
}

/** Names that exist are listed as errors (207); the others are created. */
function batchCreate(call: Call): Reply {
  const data = dataOf(call);
  const inputs = inputsOf(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputs) {
    const property = defineProperty(input, data, definingOf(call));
    if (!data.registry.get(property.name)) results.push(put(call, data, property));
    else {
      const { message, fields } = alreadyExists(property.name);
      errors.push({
        status: 'error',
        category: fields.category,
        subCategory: fields.subCategory,
        message,
        context: { name: [property.name] },
      });
    }
  }
  return batchBody(call, results, errors, 201);
}

function batchRead(call: Call): Reply {
  const { registry } = dataOf(call);
  const names = inputsOf(call).map((input) => idText(input.name, 'name'));
  const found = names.flatMap((name) => registry.get(name) ?? []);
  const missing = names.filter((name) => !registry.get(name));
  const errors =
    missing.length === 0
      ? []
      : [
          {
            status: 'error',
            category: 'OBJECT_NOT_FOUND',
            message: 'Could not get some properties',
            context: { ids: missing },
          },
        ];
  return batchBody(call, found.map(viewProperty), errors, 200);
}

function listGroups(call: Call): Reply {
  return ok({ results: dataOf(call).registry.groups() });
}

function getGroup(call: Call): Reply {
  const group = dataOf(call).registry.group(param(call, 'name'));
  if (!group) throw notFound();
  return ok(group);
}

function createGroup(call: Call): Reply {
  const { registry } = dataOf(call);
  const body = jsonObject(call);
  const name = idText(body.name, 'name');
  if (!GROUP_NAME.test(name)) throw badRequest(`Invalid property group name: ${name}`);
  if (registry.group(name))
    throw conflict(`A property group named '${name}' already exists.`, { category: 'OBJECT_ALREADY_EXISTS' });
  call.effects.inputs = 1;
  call.effects.applied += 1;
  const displayOrder = typeof body.displayOrder === 'number' ? body.displayOrder : -1;
  return created(
    registry.putGroup({
      name,
      label: typeof body.label === 'string' ? body.label : name,
      displayOrder,
      archived: false,
    }),
  );
}

function updateGroup(call: Call): Reply {
  const { registry } = dataOf(call);
  const group = registry.group(param(call, 'name'));
  if (!group) throw notFound();
  const { label, displayOrder } = jsonObject(call);
  call.effects.inputs = 1;
  call.effects.applied += 1;
  return ok(
    registry.putGroup({
      ...group,
      ...(typeof label === 'string' ? { label } : {}),
      ...(typeof displayOrder === 'number' ? { displayOrder } : {}),
    }),
  );
}

function removeGroup(call: Call): Reply {
  const { registry } = dataOf(call);
  const name = param(call, 'name');
  if (!registry.group(name)) throw notFound();
  if (registry.list().some((property) => property.groupName === name)) {
    throw badRequest(`Property group ${name} has active properties`, {
      subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES',
    });
  }
  call.effects.inputs = 1;
  call.effects.applied += 1;
  registry.removeGroup(name);
  return noContent;
}

function put(call: Call, data: ObjectData, definition: Parameters<ObjectData['registry']['put']>[0]) {
  call.effects.applied += 1;
  const property = data.registry.put(definition);
  if (property.hasUniqueValue) data.store.indexProperty(property.name);
  return viewProperty(property);
}

function inputsOf(call: Call): Record<string, unknown>[] {
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs) || !inputs.every(isObject))
    throw invalidJson('some of required attributes are not set [inputs]');
  call.effects.inputs = inputs.length;
  if (inputs.length > MAX_INPUTS)
    throw badRequest(`The maximum number of inputs is ${MAX_INPUTS}, but ${inputs.length} were sent`);
  return inputs;
}

function batchBody(call: Call, results: unknown[], errors: unknown[], status: number): Reply {
  const now = call.portal.iso(call.now);
  const body = { status: 'COMPLETE', results, startedAt: now, completedAt: now };
  return errors.length === 0
    ? { status, body }
    : { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

function definingOf({ portal, now }: Call): { now: number; maxCustom: number } {
  return { now, maxCustom: portal.behaviour.maxCustomProperties };
}

function dataOf(call: Call): ObjectData {
  return call.portal.objects(param(call, 'objectType'));
}

function unknownProperty(name: string): ApiError {
  return new ApiError(404, `Property ${name} does not exist`, { category: 'OBJECT_NOT_FOUND' });
}

function alreadyExists(name: string): ApiError {
  return conflict(`A property named '${name}' already exists.`, {
    category: 'OBJECT_ALREADY_EXISTS',
    subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
  });
}
