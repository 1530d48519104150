import { badRequest, notFound } from '../api-error.ts';
import type { AssociationType } from '../association-types.ts';
import { type Call, idText, invalidJson, isObject, jsonObject, numberOf, param, textOf } from '../call.ts';
import type { Ends } from '../links.ts';
import type { ObjectData } from '../portal.ts';
import { ok, type Reply } from '../reply.ts';
import type { StoredRecord } from '../stored-record.ts';

const INTEGER = /^\d+$/;

/** The two types of record that a path names. */
export interface Sides {
  fromData: ObjectData;
  toData: ObjectData;
}

/** One entry of `errors[]` in a 207 of associations; some have no context. */
export interface LinkError {
  status: 'error';
  category: string;
  subCategory?: string;
  message: string;
  context?: Record<string, string[]>;
}

/** Entries of batches: what was found wrong, or the two records. */
export type FoundEnds = { ok: true; ends: Ends } | { ok: false; error: LinkError };

export function sidesOf(call: Call): Sides {
  return {
    fromData: call.portal.objects(param(call, 'objectType')),
    toData: call.portal.objects(param(call, 'toType')),
  };
}

/** The record whose links a path means. Throws 404 when it does not exist. */
export function fromRecord(call: Call): { from: StoredRecord; toData: ObjectData } {
  const { fromData, toData } = sidesOf(call);
  const from = call.portal.liveRecord(fromData, param(call, 'id'));
  if (!from) throw notFound();
  return { from, toData };
}

/** Both records that a path names. Throws 404 when one does not exist, 400 when they are the same. */
export function bothRecords(call: Call): Ends {
  const { from, toData } = fromRecord(call);
  const to = call.portal.liveRecord(toData, param(call, 'toId'));
  if (!to) throw notFound();
  if (from === to) throw badRequest(toItself(from).message);
  return { from, to };
}

/** The inputs of a batch. Throws 400 beyond `max`. */
export function batchInputs(call: Call, max: number): Record<string, unknown>[] {
  const { inputs } = jsonObject(call);
  if (!Array.isArray(inputs)) throw invalidJson('some of required attributes are not set [inputs]');
  call.effects.inputs = inputs.length;
  if (inputs.length > max)
    throw badRequest(`The maximum number of inputs is ${max}, but ${inputs.length} were sent`);
  return inputs.map((input: unknown) => {
    if (!isObject(input)) throw invalidJson('Cannot deserialize value: each input must be an object');
    return input;
  });
}

/** The id in `{"id":"1"}`; `field` is its name in error messages. */
export function idIn(value: unknown, field: string): string {
  if (!isObject(value)) throw invalidJson(`some of required attributes are not set [${field}]`);
  return idText(value.id, 'id');
}

/** The records a batch input names, or why they cannot be linked. */
export function findEnds(call: Call, sides: Sides, ids: { fromId: string; toId: string }): FoundEnds {
  const from = findById(call, sides.fromData, ids.fromId);
  if (!from) return { ok: false, error: invalidIdentifier(ids.fromId) };
  const to = findById(call, sides.toData, ids.toId);
  if (!to) return { ok: false, error: invalidIdentifier(ids.toId) };
  if (from === to) return { ok: false, error: toItself(from) };
  return { ok: true, ends: { from, to } };
}

/** Kinds of link as callers name them. Throws 400 for none, and for one that the two types of record do not have. */
export function typesIn(call: Call, { fromData, toData }: Sides, specs: unknown): AssociationType[] {
  if (!Array.isArray(specs)) throw invalidJson('some of required attributes are not set [types]');
  if (specs.length === 0) throw badRequest('At least one association type is required');
  return specs.map((spec: unknown) => {
    if (!isObject(spec)) throw invalidJson('some of required attributes are not set [associationTypeId]');
    const typeId = numberOf(spec.associationTypeId);
    const category = textOf(spec.associationCategory);
    const type = call.portal.associations.find(fromData.type, toData.type, { typeId, category });
    if (type) return type;
    throw badRequest(
      `Invalid association type: ${category} ${typeId} does not exist between ${fromData.type.typeId} and ${toData.type.typeId}`,
    );
  });
}

/** The kind a default link has. Throws 400 for types of record that cannot be linked. */
export function defaultType(call: Call, { fromData, toData }: Sides): AssociationType {
  const type = call.portal.associations.default(fromData.type, toData.type);
  if (type) return type;
  throw badRequest(`No default association between ${fromData.type.name} and ${toData.type.name}`);
}

export function isId(text: string): boolean {
  return INTEGER.test(text);
}

/** Reported for ids that are no numbers, and for those of no record. */
export function invalidIdentifier(id: string): LinkError {
  return {
    status: 'error',
    category: 'VALIDATION_ERROR',
    subCategory: 'crm.associations.INVALID_IDENTIFIER',
    message: `${id} is not a valid ID`,
    context: { id: [id] },
  };
}

/** The answer of a batch: 207 when something is wrong. */
export function batchReply(
  call: Call,
  batch: { results: readonly unknown[]; errors: readonly LinkError[]; status?: number },
): Reply {
  const { results, errors, status = 200 } = batch;
  const body = {
    status: 'COMPLETE',
    results,
    startedAt: call.portal.iso(call.now),
    completedAt: call.portal.iso(call.portal.clock.now()),
  };
  if (errors.length === 0) return { ...ok(body), status };
  return { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

function findById(call: Call, data: ObjectData, id: string): StoredRecord | undefined {
  return isId(id) ? call.portal.liveRecord(data, id) : undefined;
}

/** Observed without a context: nothing in it says which input is meant. */
function toItself(record: StoredRecord): LinkError {
  return {
    status: 'error',
    category: 'VALIDATION_ERROR',
    message: `Cannot associate ${record.type.singular} ${record.id} with itself`,
  };
}
