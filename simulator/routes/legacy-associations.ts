import { badRequest, notFound } from '../api-error.ts';
import type { AssociationType } from '../association-types.ts';
import { type Call, idText, occasionOf, pageLimit, param } from '../call.ts';
import { type Ends, link, linkPage, removeTypes } from '../links.ts';
import { viewAssociations, viewLegacyLinks, viewRecord } from '../record-view.ts';
import { noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  batchInputs,
  batchReply,
  bothRecords,
  findEnds,
  fromRecord,
  idIn,
  invalidIdentifier,
  isId,
  type LinkError,
  type Sides,
  sidesOf,
} from './association-input.ts';
import { afterIn } from './associations.ts';
import { readLinks, writeLinks } from './scopes.ts';

const ONE = ':objectType/:id/associations';
const PAIR = ':objectType/:toType';
const PAGE = { fallback: 500, max: 500 };
const MAX_INPUTS = 100;
/** The batch read of v3 shows no more links of one record, and takes no `after` to go on from. */
const MAX_SHOWN = 100;

/** Links as v3 has them: kinds are names, or ids in text. */
export const legacyAssociationRoutes: readonly Route[] = [
  { area: 'crm/objects', method: 'GET', pattern: `${ONE}/:toType`, handle: readOne },
  { area: 'crm/objects', method: 'PUT', pattern: `${ONE}/:toType/:toId/:associationType`, handle: put },
  { area: 'crm/objects', method: 'DELETE', pattern: `${ONE}/:toType/:toId/:associationType`, handle: remove },
  { area: 'crm/associations', method: 'GET', pattern: `${PAIR}/types`, handle: listTypes },
  { area: 'crm/associations', method: 'POST', pattern: `${PAIR}/batch/create`, handle: batchCreate },
  { area: 'crm/associations', method: 'POST', pattern: `${PAIR}/batch/read`, handle: batchRead },
  { area: 'crm/associations', method: 'POST', pattern: `${PAIR}/batch/archive`, handle: batchArchive },
].map((route) => {
  const isRead = route.method === 'GET' || route.handle === batchRead;
  return {
    ...route,
    versions: ['v3'],
    access: isRead ? 'read' : 'write',
    budget: 'general',
    scopes: isRead ? readLinks : writeLinks,
  } as Route;
});

function readOne(call: Call): Reply {
  const { from, toData } = fromRecord(call);
  const limit = pageLimit(call.query, PAGE.fallback, PAGE.max);
  const { shown, next } = linkPage(from, toData.type.name, { after: afterIn(call.query), limit });
  const results = viewLegacyLinks(call.portal, from, shown);
  if (next === undefined) return ok({ results });
  const link = `https://api.hubapi.com/crm/v3/objects/${from.type.name}/${from.id}/associations/${toData.type.name}?after=${next}`;
  return ok({ results, paging: { next: { after: next, link } } });
}

/** Answers with the record, its links to the other type inline. */
function put(call: Call): Reply {
  const ends = bothRecords(call);
  const type = typeNamed(call, sidesOf(call), param(call, 'associationType'));
  call.effects.inputs = 1;
  call.effects.applied += 1;
  link(ends, [type], occasionOf(call));
  const { from, to } = ends;
  const view = viewRecord(call.portal, from, from.type.defaultProperties);
  return ok({ ...view, associations: viewAssociations(call.portal, from, [to.type.name]) });
}

function remove(call: Call): Reply {
  call.effects.inputs = 1;
  const sides = sidesOf(call);
  const type = typeNamed(call, sides, param(call, 'associationType'));
  const found = findEnds(call, sides, { fromId: param(call, 'id'), toId: param(call, 'toId') });
  if (found.ok) {
    call.effects.applied += 1;
    removeTypes(found.ends, [type], occasionOf(call));
  } else if (call.portal.behaviour.archiveUnknownId === '404') throw notFound();
  return noContent;
}

function listTypes(call: Call): Reply {
  const { fromData, toData } = sidesOf(call);
  const { associations } = call.portal;
  const results = associations.list(fromData.type, toData.type).map((type) => ({
    id: String(type.typeId),
    name: associations.nameOf(type, fromData.type, toData.type),
  }));
  return ok({ results });
}

function batchCreate(call: Call): Reply {
  const { pairs, errors } = readPairs(call);
  for (const { ends, type } of pairs) {
    call.effects.applied += 1;
    link(ends, [type], occasionOf(call));
  }
  const results = pairs.map(({ ends, type }) => ({
    from: { id: ends.from.id },
    to: { id: ends.to.id },
    type: call.portal.associations.nameOf(type, ends.from.type, ends.to.type),
  }));
  return batchReply(call, { results, errors, status: 201 });
}

function batchRead(call: Call): Reply {
  const { fromData, toData } = sidesOf(call);
  const results: unknown[] = [];
  const errors: LinkError[] = [];
  for (const input of batchInputs(call, MAX_INPUTS)) {
    const id = idIn(input, 'id');
    const from = isId(id) ? call.portal.liveRecord(fromData, id) : undefined;
    if (!isId(id)) errors.push(invalidIdentifier(id));
    if (!from) continue;
    const { shown, next } = linkPage(from, toData.type.name, { limit: MAX_SHOWN });
    if (shown.length === 0) continue;
    const row = { from: { id }, to: viewLegacyLinks(call.portal, from, shown) };
    results.push(next === undefined ? row : { ...row, paging: { next: { after: next } } });
  }
  return batchReply(call, { results, errors });
}

function batchArchive(call: Call): Reply {
  const { pairs, errors } = readPairs(call);
  for (const { ends, type } of pairs) {
    call.effects.applied += 1;
    removeTypes(ends, [type], occasionOf(call));
  }
  return errors.length === 0 ? noContent : batchReply(call, { results: [], errors });
}

function readPairs(call: Call): { pairs: { ends: Ends; type: AssociationType }[]; errors: LinkError[] } {
  const sides = sidesOf(call);
  const pairs: { ends: Ends; type: AssociationType }[] = [];
  const errors: LinkError[] = [];
  for (const input of batchInputs(call, MAX_INPUTS)) {
    const type = typeNamed(call, sides, idText(input.type, 'type'));
    const ids = { fromId: idIn(input.from, 'from'), toId: idIn(input.to, 'to') };
    const found = findEnds(call, sides, ids);
    if (found.ok) pairs.push({ ends: found.ends, type });
    else errors.push(found.error);
  }
  return { pairs, errors };
}

/** A kind by its name or its id. Throws 400 for one that the two types of record do not have. */
function typeNamed(call: Call, { fromData, toData }: Sides, name: string): AssociationType {
  const { associations } = call.portal;
  const type = isId(name)
    ? associations.find(fromData.type, toData.type, { typeId: Number(name) })
    : associations.findNamed(fromData.type, toData.type, name);
  if (type) return type;
  throw badRequest(
    `Invalid association type: ${name} does not exist between ${fromData.type.typeId} and ${toData.type.typeId}`,
  );
}
