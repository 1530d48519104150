import { badRequest } from '../api-error.ts';
import { type Call, idText, invalidJson, isObject, jsonObject, occasionOf, param, textOf } from '../call.ts';
import { type BatchError, groupErrors, notFoundError, toBatchError, toWholeBatchError } from '../failures.ts';
import { JsonText } from '../json-text.ts';
import type { ObjectData } from '../portal.ts';
import { shuffle } from '../random.ts';
import { archiveRecord, emptyBin } from '../record-life.ts';
import { viewHistory, viewRecord } from '../record-view.ts';
import { noContent, type Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import {
  applyWrite,
  type Claims,
  type PlannedWrite,
  planWrite,
  uniqueKey,
  type WriteFailure,
  type WriteInput,
} from '../writes.ts';
import { WrittenTexts } from '../written-texts.ts';
import { associationsOf, propertiesOf } from './objects.ts';
import { readRecords, writeRecords } from './scopes.ts';

const VERSIONS = ['v3', '2026-03', '2026-09'] as const;
const MAX_INPUTS = 100;
const MAX_INPUTS_WITH_HISTORY = 50;

/** Operations on up to a hundred records. */
export const batchRoutes: readonly Route[] = [
  { pattern: ':objectType/batch/create', access: 'write', scopes: writeRecords, handle: batchCreate },
  { pattern: ':objectType/batch/read', access: 'read', scopes: readRecords, handle: batchRead },
  { pattern: ':objectType/batch/update', access: 'write', scopes: writeRecords, handle: batchUpdate },
  { pattern: ':objectType/batch/upsert', access: 'write', scopes: writeRecords, handle: batchUpsert },
  { pattern: ':objectType/batch/archive', access: 'write', scopes: writeRecords, handle: batchArchive },
].map(
  (route) =>
    ({ ...route, method: 'POST', area: 'crm/objects', versions: VERSIONS, budget: 'general' }) as Route,
);

interface Item {
  input: Record<string, unknown>;
  traceId: string | undefined;
}

interface Job {
  item: Item;
  write: WriteInput;
  /** The property the input names its record by, undefined for the id. */
  idProperty?: string | undefined;
}

function batchCreate(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const items = readItems(call);
  const jobs = items.map((item) => ({
    item,
    write: {
      target: undefined,
      properties: propertiesOf(item.input),
      associations: associationsOf(item.input, call),
    },
  }));
  if (call.portal.behaviour.duplicateEmailsInCreate === 'refuse-batch') refuseEqualEmails(jobs, data);
  return runWrites(call, data, {
    jobs,
    kind: 'create',
    partial: hasUniqueTraceIds(items),
    missing: [],
    status: 201,
  });
}

function batchUpdate(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const items = readItems(call);
  const keys = items.map(({ input }) => {
    const idProperty = idPropertyOf(call, input, 'update');
    return { idProperty, id: keyText(input, data, idProperty) };
  });
  refuseDuplicates(keys);
  const missing: string[] = [];
  const jobs: Job[] = [];
  for (const [place, item] of items.entries()) {
    const { id, idProperty } = keys[place] as Key;
    const target =
      idProperty === undefined ? call.portal.liveRecord(data, id) : data.store.findUnique(idProperty, id);
    if (target) jobs.push({ item, idProperty, write: { target, properties: propertiesOf(item.input) } });
    else missing.push(id);
  }
  return runWrites(call, data, {
    jobs,
    kind: 'update',
    partial: hasUniqueTraceIds(items),
    missing,
    status: 200,
  });
}

function batchUpsert(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const items = readItems(call);
  const keys: Key[] = [];
  const jobs = items.map((item): Job => {
    const idProperty = idPropertyOf(call, item.input, 'upsert');
    if (idProperty === undefined) throw badRequest('idProperty is required for upsert');
    const id = keyText(item.input, data, idProperty);
    keys.push({ idProperty, id });
    const target = data.store.findUnique(idProperty, id);
    return {
      item,
      idProperty,
      write: { target, properties: propertiesOf(item.input), key: { property: idProperty, value: id } },
    };
  });
  refuseDuplicates(keys);
  const byEmail = keys.some((key) => key.idProperty === data.type.secondaryOf?.primary);
  const partial = hasUniqueTraceIds(items) && (!byEmail || call.portal.behaviour.partialUpsertByEmail);
  return runWrites(call, data, { jobs, kind: 'upsert', partial, missing: [], status: 200 });
}

function batchRead(call: Call): Reply {
  const { portal, query } = call;
  const data = portal.objects(param(call, 'objectType'));
  const body = jsonObject(call);
  const inputs = inputsOf(body, call);
  const idProperty = idPropertyOf(call, body, 'read');
  const keys = inputs.map((input) => ({ idProperty, id: keyText(input, data, idProperty) }));
  refuseDuplicates(keys);
  const names = new Set([...data.type.defaultProperties, ...definedNames(body.properties, data)]);
  const historyNames = definedNames(body.propertiesWithHistory, data);
  const wantsArchived = query.get('archived') === 'true';
  if (wantsArchived) emptyBin(data, call.now);
  if (historyNames.length > 0 && inputs.length > MAX_INPUTS_WITH_HISTORY) {
    throw badRequest(
      `The maximum number of inputs with propertiesWithHistory is ${MAX_INPUTS_WITH_HISTORY}, but ${inputs.length} were sent`,
    );
  }
  const missing: string[] = [];
  const results: string[] = [];
  for (const { id } of keys) {
    const record = idProperty === undefined ? data.store.get(id) : data.store.findUnique(idProperty, id);
    if (!record || (record.archivedAt !== undefined) !== wantsArchived) {
      missing.push(id);
      continue;
    }
    const view = viewRecord(portal, record, names);
    if (historyNames.length > 0) view.propertiesWithHistory = viewHistory(portal, record, historyNames);
    results.push(JSON.stringify(view));
  }
  return batchReply(call, {
    results,
    errors: missing.length > 0 ? [notFoundError(data, missing)] : [],
    status: 200,
  });
}

function batchArchive(call: Call): Reply {
  const data = call.portal.objects(param(call, 'objectType'));
  const ids = inputsOf(jsonObject(call), call).map((input) => idText(input.id, 'id'));
  const records = ids.map((id) => call.portal.liveRecord(data, id));
  const missing = ids.filter((_, place) => !records[place]);
  for (const record of records)
    if (record && archiveRecord(data, record, occasionOf(call))) call.effects.applied += 1;
  if (missing.length === 0 || call.portal.behaviour.archiveUnknownId === '204') return noContent;
  return batchReply(call, { results: [], errors: [notFoundError(data, missing)], status: 204 });
}

interface Run {
  jobs: readonly Job[];
  kind: 'create' | 'update' | 'upsert';
  /** Good inputs are written and bad ones listed; otherwise one bad input refuses the batch. */
  partial: boolean;
  /** Ids of inputs that found no record. */
  missing: string[];
  status: number;
}

/** Checks every input first, so that a refused batch has written nothing; then writes in input order. */
function runWrites(call: Call, data: ObjectData, run: Run): Reply {
  const { portal, version, now, n } = call;
  const context = { portal, data, version };
  const claims: Claims = new Map();
  const planned: { item: Item; idProperty: string | undefined; write: PlannedWrite }[] = [];
  const refused: { item: Item; failure: WriteFailure }[] = [];
  for (const { item, idProperty, write } of run.jobs) {
    const plan = planWrite(write, context, claims);
    if (plan.ok) planned.push({ item, idProperty, write: plan.write });
    else refused.push({ item, failure: plan.failure });
  }
  if (refused.length > 0 && !run.partial) {
    throw toWholeBatchError(
      refused.map(({ failure }) => failure),
      context,
    );
  }
  const texts = new WrittenTexts(portal, data.type);
  const results = planned.map(({ item, idProperty, write }) => {
    const record = applyWrite(write, context, {
      kind: run.kind,
      now,
      requestN: n,
      traceId: item.traceId,
      source: call.token.source,
    });
    const isNew = run.kind === 'upsert' ? write.target === undefined : undefined;
    return texts.of(record, write, { idProperty, traceId: item.traceId, isNew });
  });
  call.effects.applied += planned.length;
  const errors = refused.map(({ item, failure }) => toBatchError(failure, item.traceId ?? '', context));
  const listed = portal.behaviour.groupTraceErrors ? groupErrors(errors) : errors;
  if (run.missing.length > 0) listed.push(notFoundError(data, run.missing));
  return batchReply(call, { results, errors: listed, status: run.status });
}

function batchReply(
  call: Call,
  /** Results as JSON. */
  answer: { results: string[]; errors: BatchError[]; status: number },
): Reply {
  const { portal } = call;
  const { errors } = answer;
  const results = portal.behaviour.shuffleResults ? shuffle(answer.results, portal.random) : answer.results;
  const startedAt = portal.iso(call.now);
  const completedAt = portal.iso(portal.clock.now());
  // Put together by adding rather than by joining, which would copy every result twice more.
  let text = '{"status":"COMPLETE","results":[';
  for (let place = 0; place < results.length; place += 1)
    text += place === 0 ? results[place] : `,${results[place]}`;
  text += `],"startedAt":"${startedAt}","completedAt":"${completedAt}"`;
  if (errors.length === 0) return { status: answer.status, body: new JsonText(`${text}}`) };
  const listed = `"numErrors":${errors.length},"errors":${JSON.stringify(errors)}`;
  return { status: 207, body: new JsonText(`${text},${listed}}`) };
}

function readItems(call: Call): Item[] {
  const inputs = inputsOf(jsonObject(call), call);
  const items = inputs.map((input) => {
    const traceId = input.objectWriteTraceId;
    return { input, traceId: typeof traceId === 'string' && traceId !== '' ? traceId : undefined };
  });
  if (call.portal.behaviour.journalTraceIds) {
    call.effects.traceIds = items.flatMap(({ traceId }) => (traceId === undefined ? [] : [traceId]));
  }
  return items;
}

function inputsOf(body: Record<string, unknown>, call: Call): Record<string, unknown>[] {
  const { inputs } = body;
  if (!Array.isArray(inputs)) throw invalidJson('some of required attributes are not set [inputs]');
  call.effects.inputs = inputs.length;
  if (inputs.length > MAX_INPUTS) {
    throw badRequest(
      `The maximum number of inputs supported in a batch request is ${MAX_INPUTS}, but ${inputs.length} were sent`,
    );
  }
  if (!inputs.every(isObject)) throw invalidJson('Cannot deserialize value: each input must be an object');
  return inputs;
}

/** Only a trace id on every input, each different, makes a batch partial. */
function hasUniqueTraceIds(items: readonly Item[]): boolean {
  const traceIds = new Set<string>();
  for (const { traceId } of items) if (traceId !== undefined) traceIds.add(traceId);
  return items.length > 0 && traceIds.size === items.length;
}

interface Key {
  idProperty: string | undefined;
  id: string;
}

/** The property that ids are values of; undefined: record ids. Throws the 400s for properties that cannot be one. */
function idPropertyOf(
  call: Call,
  holder: Record<string, unknown>,
  operation: 'read' | 'update' | 'upsert',
): string | undefined {
  const { idProperty } = holder;
  if (idProperty === undefined || idProperty === null || idProperty === '') return undefined;
  const name = textOf(idProperty);
  if (name === 'hs_object_id')
    throw badRequest('hs_object_id cannot be sent as idProperty; leave idProperty out to use record ids');
  const { portal } = call;
  const data = portal.objects(param(call, 'objectType'));
  const { typeId, secondaryOf } = data.type;
  if (name === secondaryOf?.primary && operation === 'update') {
    throw badRequest(`Unable to perform update/upsert by non-unique ${typeId} property ${name}`);
  }
  if (data.registry.isUnique(name)) return name;
  throw badRequest(
    `Unable to perform ${operation === 'read' ? 'read' : 'update/upsert'} by non-unique ${typeId} property ${name} in portal ID ${portal.account.portalId}`,
  );
}

function keyText(input: Record<string, unknown>, data: ObjectData, idProperty: string | undefined): string {
  const id = idText(input.id, 'id');
  return idProperty === undefined ? id : uniqueKey(data, idProperty, id);
}

/** The same record named twice refuses the whole batch, trace ids or not. */
function refuseDuplicates(keys: readonly Key[]): void {
  const seen = new Map<string | undefined, Set<string>>();
  const twice = new Set<string>();
  for (const { idProperty, id } of keys) {
    const ids = seen.get(idProperty);
    if (!ids) seen.set(idProperty, new Set([id]));
    else if (ids.has(id)) twice.add(id);
    else ids.add(id);
  }
  if (twice.size === 0) return;
  const ids = [...twice];
  throw badRequest(`Duplicate IDs found in batch input: [${ids.join(', ')}]. IDs must be unique`, {
    context: { ids },
  });
}

function refuseEqualEmails(jobs: readonly Job[], data: ObjectData): void {
  const primary = data.type.secondaryOf?.primary;
  if (primary === undefined) return;
  const emails = jobs
    .map(({ write }) => write.properties[primary])
    .filter((email) => typeof email === 'string' && email !== '');
  refuseDuplicates(
    emails.map((email) => ({ idProperty: primary, id: uniqueKey(data, primary, String(email)) })),
  );
}

function definedNames(names: unknown, data: ObjectData): string[] {
  return Array.isArray(names) ? names.map(textOf).filter((name) => data.registry.get(name)) : [];
}
