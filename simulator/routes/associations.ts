import { notFound } from '../api-error.ts';
import type { AssociationType } from '../association-types.ts';
import { type Call, jsonArray, occasionOf, pageLimit, param } from '../call.ts';
import { type Ends, type LinkView, link, linkPage, unlink } from '../links.ts';
import { created, noContent, ok, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import type { StoredRecord } from '../stored-record.ts';
import { batchReply, bothRecords, defaultType, fromRecord, sidesOf, typesIn } from './association-input.ts';
import { readLinks, writeLinks } from './scopes.ts';

const ONE = ':objectType/:id/associations';
const PAGE = { fallback: 500, max: 500 };

/** Links of one record: read, default, labelled, remove. */
export const associationRoutes: readonly Route[] = [
  { method: 'PUT', pattern: `${ONE}/default/:toType/:toId`, access: 'write', handle: putDefault },
  { method: 'PUT', pattern: `${ONE}/:toType/:toId`, access: 'write', handle: putLabelled },
  { method: 'DELETE', pattern: `${ONE}/:toType/:toId`, access: 'write', handle: remove },
  { method: 'GET', pattern: `${ONE}/:toType`, access: 'read', handle: readOne },
].map(
  (route) =>
    ({
      ...route,
      area: 'crm/objects',
      versions: ['v4', '2026-03', '2026-09'],
      budget: 'associations',
      scopes: route.access === 'read' ? readLinks : writeLinks,
    }) as Route,
);

function readOne(call: Call): Reply {
  const { from, toData } = fromRecord(call);
  const limit = pageLimit(call.query, PAGE.fallback, PAGE.max);
  const { shown, next } = linkPage(from, toData.type.name, { after: afterIn(call.query), limit });
  const results = shown.map(wireView);
  if (next === undefined) return ok({ results });
  const link = `https://api.hubapi.com/crm/v4/objects/${from.type.name}/${from.id}/associations/${toData.type.name}?after=${next}`;
  return ok({ results, paging: { next: { after: next, link } } });
}

function putDefault(call: Call): Reply {
  const ends = bothRecords(call);
  const type = defaultType(call, sidesOf(call));
  connect(call, ends, [type]);
  return batchReply(call, { results: specViews(ends, type), errors: [] });
}

function putLabelled(call: Call): Reply {
  const ends = bothRecords(call);
  const types = typesIn(call, sidesOf(call), jsonArray(call));
  connect(call, ends, types);
  return created(labelledView(ends, types));
}

function remove(call: Call): Reply {
  call.effects.inputs = 1;
  const { fromData, toData } = sidesOf(call);
  const from = call.portal.liveRecord(fromData, param(call, 'id'));
  const to = call.portal.liveRecord(toData, param(call, 'toId'));
  if (from && to) {
    call.effects.applied += 1;
    unlink({ from, to }, occasionOf(call));
  } else if (call.portal.behaviour.archiveUnknownId === '404') throw notFound();
  return noContent;
}

function connect(call: Call, ends: Ends, types: readonly AssociationType[]): void {
  call.effects.inputs = 1;
  call.effects.applied += 1;
  link(ends, types, occasionOf(call));
}

/** The id to go on from; 0 when none is named. */
export function afterIn(query: URLSearchParams): number {
  return Number(query.get('after') ?? 0) || 0;
}

/** Ids are numbers here, unlike everywhere else. */
export function wireView({ to, types }: LinkView): {
  toObjectId: number;
  associationTypes: LinkView['types'];
} {
  return { toObjectId: to.numericId, associationTypes: types };
}

/** A default link, as it is shown for each direction. */
export function specViews({ from, to }: Ends, type: AssociationType): unknown[] {
  return [specView(from, to, type), specView(to, from, type.inverse)];
}

export function labelledView({ from, to }: Ends, types: readonly AssociationType[]) {
  return {
    fromObjectTypeId: from.type.typeId,
    fromObjectId: from.numericId,
    toObjectTypeId: to.type.typeId,
    toObjectId: to.numericId,
    labels: types.flatMap((type) => (type.label === null ? [] : [type.label])),
  };
}

function specView(from: StoredRecord, to: StoredRecord, type: AssociationType) {
  return {
    from: { id: from.id },
    to: { id: to.id },
    associationSpec: { associationCategory: type.category, associationTypeId: type.typeId },
  };
}
