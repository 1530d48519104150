import { badRequest, notFound } from '../api-error.ts';
import {
  type AssociationType,
  defaultAssociation,
  findAssociation,
  inverseAssociation,
} from '../association-types.ts';
import {
  type Call,
  idText,
  invalidJson,
  isObject,
  jsonArray,
  jsonObject,
  occasionOf,
  pageLimit,
  param,
} from '../call.ts';
import { type LinkView, link, linksTo, unlink } from '../links.ts';
import type { ObjectData } from '../portal.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { readLinks, writeLinks } from './scopes.ts';

const DATED = ['v4', '2026-03', '2026-09'] as const;
const PAGE = { fallback: 500, max: 500 };
const MAX_READ_INPUTS = 1_000;
const INTEGER = /^\d+$/;

const ONE = ':objectType/:id/associations';

/** Links of records: read, default, labelled, remove. v3 shows links in its own, older form. */
export const associationRoutes: readonly Route[] = [
  {
    method: 'PUT',
    area: 'crm/objects',
    pattern: `${ONE}/default/:toType/:toId`,
    versions: DATED,
    access: 'write',
    handle: putDefault,
  },
  {
    method: 'PUT',
    area: 'crm/objects',
    pattern: `${ONE}/:toType/:toId`,
    versions: DATED,
    access: 'write',
    handle: putLabelled,
  },
  {
    method: 'DELETE',
    area: 'crm/objects',
    pattern: `${ONE}/:toType/:toId`,
    versions: DATED,
    access: 'write',
    handle: remove,
  },
  {
    method: 'GET',
    area: 'crm/objects',
    pattern: `${ONE}/:toType`,
    versions: ['v3', ...DATED],
    access: 'read',
    handle: readOne,
  },
  {
    method: 'POST',
    area: 'crm/associations',
    pattern: ':objectType/:toType/batch/read',
    versions: DATED,
    access: 'read',
    handle: batchRead,
  },
].map(
  (route) =>
    ({ ...route, budget: 'general', scopes: route.access === 'read' ? readLinks : writeLinks }) as Route,
);

function readOne(call: Call): Reply {
  const { from, toData } = bothSides(call);
  const limit = pageLimit(call.query, PAGE.fallback, PAGE.max);
  const { shown, next } = pageOf(linksTo(from, toData.type.name), call.query.get('after'), limit);
  const results = call.version === 'v3' ? shown.map((view) => legacyView(from, view)) : shown.map(wireView);
  if (next === undefined) return ok({ results });
  const link = `https://api.hubapi.com/crm/v4/objects/${from.type.name}/${from.id}/associations/${toData.type.name}?after=${next}`;
  return ok({ results, paging: { next: { after: next, link } } });
}

function batchRead(call: Call): Reply {
  const fromData = call.portal.objects(param(call, 'objectType'));
  const toData = call.portal.objects(param(call, 'toType'));
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs)) throw invalidJson('some of required attributes are not set [inputs]');
  call.effects.inputs = inputs.length;
  if (inputs.length > MAX_READ_INPUTS)
    throw badRequest(`The maximum number of inputs is ${MAX_READ_INPUTS}, but ${inputs.length} were sent`);
  const results: unknown[] = [];
  const invalid: string[] = [];
  for (const input of inputs as unknown[]) {
    if (!isObject(input)) throw invalidJson('Cannot deserialize value: each input must be an object');
    const id = idText(input.id, 'id');
    if (!INTEGER.test(id)) {
      invalid.push(id);
      continue;
    }
    const from = call.portal.liveRecord(fromData, id);
    const links = from ? linksTo(from, toData.type.name) : [];
    if (links.length === 0) continue;
    const after = typeof input.after === 'string' ? input.after : null;
    const { shown, next } = pageOf(links, after, PAGE.max);
    const row = { from: { id }, to: shown.map(wireView) };
    results.push(next === undefined ? row : { ...row, paging: { next: { after: next } } });
  }
  return batchBody(call, results, invalid.map(invalidIdentifier));
}

function putDefault(call: Call): Reply {
  const { from, to } = bothRecords(call);
  const type = defaultAssociation(from.type.name, to.type.name);
  if (!type) throw badRequest(`No default association between ${from.type.name} and ${to.type.name}`);
  connect(call, { from, to, type });
  const inverse = inverseAssociation(type) ?? type;
  return batchBody(call, [specView(from, to, type), specView(to, from, inverse)], []);
}

function putLabelled(call: Call): Reply {
  const { from, to } = bothRecords(call);
  const types = jsonArray(call).map((spec) => {
    const typeId = isObject(spec) ? Number(spec.associationTypeId) : Number.NaN;
    const type = findAssociation(from.type.name, to.type.name, typeId);
    if (!type)
      throw badRequest(
        `Invalid association type ${typeId} between ${from.type.typeId} and ${to.type.typeId}`,
      );
    return type;
  });
  if (types.length === 0) throw badRequest('At least one association type is required');
  for (const type of types) connect(call, { from, to, type });
  return created({
    fromObjectTypeId: from.type.typeId,
    fromObjectId: from.numericId,
    toObjectTypeId: to.type.typeId,
    toObjectId: to.numericId,
    labels: types.flatMap((type) => (type.label === null ? [] : [type.label])),
  });
}

function remove(call: Call): Reply {
  const { from, to } = bothRecords(call);
  call.effects.inputs = 1;
  call.effects.applied += 1;
  unlink(from, to, occasionOf(call));
  return noContent;
}

function connect(
  call: Call,
  { from, to, type }: { from: StoredRecord; to: StoredRecord; type: AssociationType },
): void {
  if (from === to) throw badRequest('Cannot associate a record with itself');
  call.effects.inputs = 1;
  call.effects.applied += 1;
  link(from, to, type, occasionOf(call));
}

function bothSides(call: Call): { from: StoredRecord; toData: ObjectData } {
  const fromData = call.portal.objects(param(call, 'objectType'));
  const toData = call.portal.objects(param(call, 'toType'));
  const from = call.portal.liveRecord(fromData, param(call, 'id'));
  if (!from) throw notFound();
  return { from, toData };
}

function bothRecords(call: Call): { from: StoredRecord; to: StoredRecord } {
  const { from, toData } = bothSides(call);
  const to = call.portal.liveRecord(toData, param(call, 'toId'));
  if (!to) throw notFound();
  return { from, to };
}

/** Links from the id `after` on. */
function pageOf(
  links: LinkView[],
  after: string | null,
  limit: number,
): { shown: LinkView[]; next: string | undefined } {
  const start = after ? links.findIndex(({ to }) => to.numericId >= Number(after)) : 0;
  const rest = start < 0 ? [] : links.slice(start);
  return { shown: rest.slice(0, limit), next: rest[limit]?.to.id };
}

/** Ids are numbers here, unlike everywhere else. */
function wireView({ to, types }: LinkView): { toObjectId: number; associationTypes: LinkView['types'] } {
  return { toObjectId: to.numericId, associationTypes: types };
}

function legacyView(from: StoredRecord, { to }: LinkView): { id: string; type: string } {
  return { id: to.id, type: `${from.type.singular}_to_${to.type.singular}` };
}

function specView(from: StoredRecord, to: StoredRecord, type: AssociationType) {
  return {
    from: { id: from.id },
    to: { id: to.id },
    associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: type.typeId },
  };
}

function invalidIdentifier(id: string) {
  return {
    status: 'error',
    category: 'VALIDATION_ERROR',
    subCategory: 'crm.associations.INVALID_IDENTIFIER',
    message: `${id} is not a valid ID`,
    context: { id: [id] },
  };
}

function batchBody(call: Call, results: unknown[], errors: unknown[]): Reply {
  const body = {
    status: 'COMPLETE',
    results,
    startedAt: call.portal.iso(call.now),
    completedAt: call.portal.iso(call.portal.clock.now()),
  };
  return errors.length === 0
    ? ok(body)
    : { status: 207, body: { ...body, numErrors: errors.length, errors } };
}
