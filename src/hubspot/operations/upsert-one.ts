import { parseErrorAnswer } from '../error-answer.ts';
import type { Exchange } from '../exchange.ts';
import { isRecord, own } from '../json.ts';
import type { CallOptions, Records, WireProperties } from '../records.ts';

const TRACE_ID = 'only';
/** The status that a single call would have had, by category of an input's error. */
const STATUS: Readonly<Record<string, number>> = {
  CONFLICT: 409,
  OBJECT_NOT_FOUND: 404,
  RATE_LIMITS: 429,
};

/** What a refusal for a value that belongs to another record says. */
export interface Clash {
  /** The other record, when HubSpot names it. */
  readonly existingId?: string;
}

/**
 * Creates or updates one record by a unique property: a batch of one, since HubSpot has no single upsert. Its answer is
 * turned into the one a single call would have: 201 for a new record, 200 for one that was there, 4xx for an error.
 */
export async function upsertOne(
  records: Records,
  objectType: string,
  key: { readonly id: string; readonly idProperty: string },
  properties: WireProperties,
  call?: CallOptions,
): Promise<Exchange> {
  const { id, idProperty } = key;
  const input = { id, idProperty, properties, objectWriteTraceId: TRACE_ID };
  const exchange = await records.batchUpsert(objectType, [input], call);
  if (exchange.kind === 'fault' || exchange.flaw || exchange.status >= 300) return exchange;
  const [result] = entriesOf(exchange.body, 'results');
  const [error] = entriesOf(exchange.body, 'errors');
  // Named in both lists, or in neither: what happened is not known, and an answer without a record says so.
  if (result && !error) return { ...exchange, status: own(result, 'new') === true ? 201 : 200, body: result };
  if (error && !result) return { ...exchange, status: STATUS[String(error.category)] ?? 400, body: error };
  return { ...exchange, body: undefined };
}

/** Whether a write was refused because a unique value, an address included, belongs to another record. */
export function clashOf(exchange: Exchange): Clash | undefined {
  if (exchange.kind === 'fault' || exchange.flaw || exchange.status < 400 || exchange.status >= 500)
    return undefined;
  const { existingId, propertyErrors, code } = parseErrorAnswer(exchange.body);
  const clashes =
    exchange.status === 409 ||
    code === 'CONFLICTING_UNIQUE_VALUE' ||
    propertyErrors.some((error) => error.code === 'CONFLICTING_UNIQUE_VALUE');
  if (!clashes) return undefined;
  return existingId === undefined ? {} : { existingId };
}

function entriesOf(body: unknown, name: string): Record<string, unknown>[] {
  const list = own(body, name);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
