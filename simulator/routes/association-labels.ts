import { badRequest, notFound } from '../api-error.ts';
import type { AssociationType } from '../association-types.ts';
import { type Call, jsonObject, numberOf, param } from '../call.ts';
import { linksOf } from '../link-book.ts';
import type { Portal } from '../portal.ts';
import { noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { sidesOf } from './association-input.ts';
import { readLinks, writeLinks } from './scopes.ts';

/** Labels of users between two types of record, both directions of one counted once. */
const MAX_LABELS = 10;
const MAX_LENGTH = 50;
const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** Kinds of link between two types of record, and the labels that users add. */
export const associationLabelRoutes: readonly Route[] = [
  { method: 'GET', pattern: 'labels', access: 'read', handle: list },
  { method: 'POST', pattern: 'labels', access: 'write', handle: create },
  { method: 'PUT', pattern: 'labels', access: 'write', handle: rename },
  { method: 'DELETE', pattern: 'labels/:typeId', access: 'write', handle: remove },
].map(
  (route) =>
    ({
      ...route,
      pattern: `:objectType/:toType/${route.pattern}`,
      area: 'crm/associations',
      versions: ['v4', '2026-03', '2026-09'],
      budget: 'associations',
      scopes: route.access === 'read' ? readLinks : writeLinks,
    }) as Route,
);

function list(call: Call): Reply {
  const { fromData, toData } = sidesOf(call);
  return ok({ results: call.portal.associations.list(fromData.type, toData.type).map(view) });
}

function create(call: Call): Reply {
  const { fromData, toData } = sidesOf(call);
  const { associations } = call.portal;
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const label = labelIn(body.label, 'label');
  const inverseLabel =
    body.inverseLabel === undefined ? undefined : labelIn(body.inverseLabel, 'inverseLabel');
  if (typeof body.name !== 'string' || !NAME.test(body.name))
    throw badRequest(
      'name must begin with a letter and hold letters, digits and underscores only; it cannot be changed later',
    );
  const known = associations.list(fromData.type, toData.type);
  if (known.some((type) => type.label?.toLowerCase() === label.toLowerCase()))
    throw badRequest(`An association label "${label}" already exists between these object types`);
  if (associations.countLabels(fromData.type, toData.type) >= MAX_LABELS)
    throw badRequest(`The limit of ${MAX_LABELS} association labels between these object types is reached`);
  const added = associations.addLabel(fromData.type, toData.type, { label, inverseLabel });
  call.effects.applied += 1;
  return ok({ results: added.map(view) });
}

function rename(call: Call): Reply {
  const body = jsonObject(call);
  call.effects.inputs = 1;
  const type = userDefined(call, numberOf(body.associationTypeId));
  const label = labelIn(body.label, 'label');
  const inverseLabel =
    body.inverseLabel === undefined ? undefined : labelIn(body.inverseLabel, 'inverseLabel');
  type.label = label;
  if (type.inverse !== type && inverseLabel !== undefined) type.inverse.label = inverseLabel;
  call.effects.applied += 1;
  return noContent;
}

function remove(call: Call): Reply {
  call.effects.inputs = 1;
  const type = userDefined(call, Number(param(call, 'typeId')));
  if (isUsed(call.portal, type))
    throw badRequest(
      `The association label "${type.label}" is in use; remove it from all records before deleting it`,
    );
  call.portal.associations.removeLabel(type);
  call.effects.applied += 1;
  return noContent;
}

/** Only labels of users can be changed. */
function userDefined(call: Call, typeId: number): AssociationType {
  const { fromData, toData } = sidesOf(call);
  const { associations } = call.portal;
  const category = 'USER_DEFINED';
  const type = associations.find(fromData.type, toData.type, { typeId, category });
  if (type && !type.isDefault) return type;
  if (associations.find(fromData.type, toData.type, { typeId }))
    throw badRequest(`Association type ${typeId} is defined by HubSpot and cannot be changed`);
  throw notFound(`Association type ${typeId} does not exist between these object types`);
}

function isUsed(portal: Portal, type: AssociationType): boolean {
  const { store } = portal.objects(type.from);
  const { records } = store.page(0, Number.POSITIVE_INFINITY, () => true);
  return records.some((record) => linksOf(record, type.to).some(({ types }) => types.includes(type)));
}

function labelIn(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw badRequest(`${field} must be a text of up to ${MAX_LENGTH} characters`);
  if (value.length > MAX_LENGTH)
    throw badRequest(`${field} is ${value.length} characters long, over the limit of ${MAX_LENGTH}`);
  return value.trim();
}

function view({ category, typeId, label }: AssociationType) {
  return { category, typeId, label };
}
