import type { AssociationType } from '../association-types.ts';
import { type Call, invalidJson, numberOf, occasionOf } from '../call.ts';
import { type Ends, link, linkPage, removeTypes, unlink } from '../links.ts';
import { noContent, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  batchInputs,
  batchReply,
  defaultType,
  findEnds,
  idIn,
  invalidIdentifier,
  isId,
  type LinkError,
  type Sides,
  sidesOf,
  typesIn,
} from './association-input.ts';
import { labelledView, specViews, wireView } from './associations.ts';
import { readLinks, writeLinks } from './scopes.ts';

const MAX_CREATE = 2_000;
const MAX_READ = 1_000;
const MAX_ARCHIVE = 100;
const PAGE = 500;

/** Links of many records between two types. */
export const associationBatchRoutes: readonly Route[] = [
  { pattern: 'batch/create', access: 'write', handle: batchCreate },
  { pattern: 'batch/associate/default', access: 'write', handle: batchDefault },
  { pattern: 'batch/read', access: 'read', handle: batchRead },
  { pattern: 'batch/archive', access: 'write', handle: batchArchive },
  { pattern: 'batch/labels/archive', access: 'write', handle: archiveLabels },
].map(
  (route) =>
    ({
      ...route,
      pattern: `:objectType/:toType/${route.pattern}`,
      method: 'POST',
      area: 'crm/associations',
      versions: ['v4', '2026-03', '2026-09'],
      budget: 'associations',
      scopes: route.access === 'read' ? readLinks : writeLinks,
    }) as Route,
);

interface Pair {
  ends: Ends;
  types: AssociationType[];
}

function batchCreate(call: Call): Reply {
  const sides = sidesOf(call);
  const inputs = batchInputs(call, MAX_CREATE);
  const { pairs, errors } = readPairs(call, sides, inputs, (input) => typesIn(call, sides, input.types));
  connect(call, pairs);
  const results = pairs.map(({ ends, types }) => labelledView(ends, types));
  return batchReply(call, { results, errors, status: 201 });
}

function batchDefault(call: Call): Reply {
  const sides = sidesOf(call);
  const type = defaultType(call, sides);
  const { pairs, errors } = readPairs(call, sides, batchInputs(call, MAX_CREATE), () => [type]);
  connect(call, pairs);
  return batchReply(call, { results: pairs.flatMap(({ ends }) => specViews(ends, type)), errors });
}

function batchRead(call: Call): Reply {
  const { fromData, toData } = sidesOf(call);
  const results: unknown[] = [];
  const errors: LinkError[] = [];
  for (const input of batchInputs(call, MAX_READ)) {
    const id = idIn(input, 'id');
    if (!isId(id)) {
      errors.push(invalidIdentifier(id));
      continue;
    }
    const from = call.portal.liveRecord(fromData, id);
    if (!from) continue;
    const after = numberOf(input.after ?? 0) || 0;
    const { shown, next } = linkPage(from, toData.type.name, { after, limit: PAGE });
    // Records without links are simply missing.
    if (shown.length === 0) continue;
    const row = { from: { id }, to: shown.map(wireView) };
    results.push(next === undefined ? row : { ...row, paging: { next: { after: next } } });
  }
  return batchReply(call, { results, errors });
}

/** Removes every link of each pair. */
function batchArchive(call: Call): Reply {
  const sides = sidesOf(call);
  const errors: LinkError[] = [];
  for (const input of batchInputs(call, MAX_ARCHIVE)) {
    const fromId = idIn(input.from, 'from');
    if (!Array.isArray(input.to)) throw invalidJson('some of required attributes are not set [to]');
    for (const entry of input.to as unknown[]) {
      const toId = idIn(entry, 'to');
      const wrong = [fromId, toId].find((id) => !isId(id));
      if (wrong !== undefined) {
        errors.push(invalidIdentifier(wrong));
        continue;
      }
      const found = findEnds(call, sides, { fromId, toId });
      if (!found.ok) continue;
      call.effects.applied += 1;
      unlink(found.ends, occasionOf(call));
    }
  }
  return removedReply(call, errors);
}

function archiveLabels(call: Call): Reply {
  const sides = sidesOf(call);
  const inputs = batchInputs(call, MAX_CREATE);
  const { pairs, errors } = readPairs(call, sides, inputs, (input) => typesIn(call, sides, input.types));
  for (const { ends, types } of pairs) {
    call.effects.applied += 1;
    removeTypes(ends, types, occasionOf(call));
  }
  return removedReply(call, errors);
}

/** The pairs of records that inputs name. Every input is parsed before anything is written. */
function readPairs(
  call: Call,
  sides: Sides,
  inputs: readonly Record<string, unknown>[],
  typesOf: (input: Record<string, unknown>) => AssociationType[],
): { pairs: Pair[]; errors: LinkError[] } {
  const pairs: Pair[] = [];
  const errors: LinkError[] = [];
  for (const input of inputs) {
    const types = typesOf(input);
    const ids = { fromId: idIn(input.from, 'from'), toId: idIn(input.to, 'to') };
    const found = findEnds(call, sides, ids);
    if (found.ok) pairs.push({ ends: found.ends, types });
    else errors.push(found.error);
  }
  return { pairs, errors };
}

function connect(call: Call, pairs: readonly Pair[]): void {
  for (const { ends, types } of pairs) {
    call.effects.applied += 1;
    link(ends, types, occasionOf(call));
  }
}

/** v4 answers a removal with 204, the dated versions with an empty batch. */
function removedReply(call: Call, errors: readonly LinkError[]): Reply {
  if (call.version === 'v4' && errors.length === 0) return noContent;
  return batchReply(call, { results: [], errors });
}
