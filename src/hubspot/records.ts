import type { Exchange } from './exchange.ts';
import type { AssociationTypeRef } from './link.ts';
import { type BatchAction, type ListQuery, paths, type RecordQuery } from './paths.ts';
import type { SearchRequest } from './search.ts';
import type { Transport } from './transport.ts';

/** HubSpot refuses a batch of more inputs as a whole. */
export const MAX_BATCH_INPUTS = 100;

/** What a single call may be given besides its content. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Whole call, ms; default the transport's. */
  readonly timeoutMs?: number;
}

/** Text only; `''` clears a property, an absent one is left as it is. */
export type WireProperties = Readonly<Record<string, string>>;

export interface BatchUpsertInput {
  /** The value of `idProperty`. Unique within a batch, e-mails without regard to case, or HubSpot refuses the whole batch. */
  readonly id: string;
  /** `email` or a property with unique values; never `hs_object_id`. */
  readonly idProperty: string;
  readonly properties: WireProperties;
  /** Comes back with the result; unique on every input, it makes HubSpot answer per input (207). No idempotency key. */
  readonly objectWriteTraceId: string;
}

export interface BatchCreateInput {
  readonly properties: WireProperties;
  readonly associations?: readonly NewAssociation[];
  readonly objectWriteTraceId: string;
}

export interface NewAssociation {
  readonly to: { readonly id: string };
  readonly types: readonly AssociationTypeRef[];
}

export interface BatchUpdateInput {
  readonly id: string;
  /** A property with unique values, but not `email`; without it `id` is the record id. */
  readonly idProperty?: string;
  readonly properties: WireProperties;
  readonly objectWriteTraceId?: string;
}

export interface BatchReadRequest {
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  /** Without it `ids` are record ids. */
  readonly idProperty?: string;
  readonly archived?: boolean;
}

/** What a new record is made of. */
export type NewRecord = Omit<BatchCreateInput, 'objectWriteTraceId'>;

/**
 * Records of any object type. Every call is one HTTP try; read its answer with parseRecord, parsePage, parseBatchAnswer or
 * parseErrorAnswer.
 */
export interface Records {
  /** Creates or updates; the one write that may be repeated as it is. At most 100 inputs. */
  batchUpsert(objectType: string, inputs: readonly BatchUpsertInput[], call?: CallOptions): Promise<Exchange>;
  /** Never repeat it after an unknown outcome: that creates twice. At most 100 inputs. */
  batchCreate(objectType: string, inputs: readonly BatchCreateInput[], call?: CallOptions): Promise<Exchange>;
  /** Unknown ids give a 207 that names them together. At most 100 ids. */
  batchRead(objectType: string, request: BatchReadRequest, call?: CallOptions): Promise<Exchange>;
  /** At most 100 inputs. */
  batchUpdate(objectType: string, inputs: readonly BatchUpdateInput[], call?: CallOptions): Promise<Exchange>;
  /** Moves to the recycle bin, by record id; 204 also for unknown ids. At most 100 ids. */
  batchArchive(objectType: string, ids: readonly string[], call?: CallOptions): Promise<Exchange>;
  /** 201. Never repeat it after an unknown outcome: that creates twice. 409 names the contact that has the e-mail address. */
  create(objectType: string, record: NewRecord, call?: CallOptions): Promise<Exchange>;
  /** A merged record answers under its new id. */
  get(objectType: string, id: string, query?: RecordQuery, call?: CallOptions): Promise<Exchange>;
  /** Changes what is named; 409 when the new e-mail address belongs to another contact. */
  update(
    objectType: string,
    id: string,
    properties: WireProperties,
    query?: Pick<RecordQuery, 'idProperty'>,
    call?: CallOptions,
  ): Promise<Exchange>;
  /** Moves to the recycle bin for 90 days; 204, also for an unknown id. */
  archive(objectType: string, id: string, call?: CallOptions): Promise<Exchange>;
  /** One page in order of ids. */
  list(objectType: string, query?: ListQuery, call?: CallOptions): Promise<Exchange>;
  /** One page of a search, up to offset 10,000; sees changes only after seconds. */
  search(objectType: string, request: SearchRequest, call?: CallOptions): Promise<Exchange>;
  /** `mergedId` is absorbed; the result may have a new id, and both old ids lead to it. Cannot be undone. */
  merge(
    objectType: string,
    merge: { readonly primaryId: string; readonly mergedId: string },
    call?: CallOptions,
  ): Promise<Exchange>;
  /** Erases for good (204). With an unknown e-mail address (`idProperty: 'email'`) HubSpot refuses that address from then on. */
  gdprDelete(
    objectType: string,
    record: { readonly id: string; readonly idProperty?: string },
    call?: CallOptions,
  ): Promise<Exchange>;
}

export function createRecords(transport: Transport): Records {
  const post = (
    objectType: string,
    action: BatchAction,
    body: unknown,
    call: CallOptions = {},
    archived = false,
  ) =>
    transport.request({
      ...call,
      method: 'POST',
      path: paths.recordBatch(objectType, action, archived),
      body,
    });
  return {
    batchUpsert: (objectType, inputs, call) => post(objectType, 'upsert', { inputs }, call),
    batchCreate: (objectType, inputs, call) => post(objectType, 'create', { inputs }, call),
    batchUpdate: (objectType, inputs, call) => post(objectType, 'update', { inputs }, call),
    batchArchive: (objectType, ids, call) =>
      post(objectType, 'archive', { inputs: ids.map((id) => ({ id })) }, call),
    batchRead: (objectType, { ids, properties, idProperty, archived }, call) =>
      post(
        objectType,
        'read',
        {
          inputs: ids.map((id) => ({ id })),
          properties,
          ...(idProperty === undefined ? {} : { idProperty }),
        },
        call,
        archived,
      ),
    create: (objectType, body, call) =>
      transport.request({ ...call, method: 'POST', path: paths.records(objectType), body }),
    get: (objectType, id, query, call) =>
      transport.request({ ...call, method: 'GET', path: paths.record(objectType, id, query) }),
    update: (objectType, id, properties, query, call) =>
      transport.request({
        ...call,
        method: 'PATCH',
        path: paths.record(objectType, id, query),
        body: { properties },
      }),
    archive: (objectType, id, call) =>
      transport.request({ ...call, method: 'DELETE', path: paths.record(objectType, id) }),
    list: (objectType, query, call) =>
      transport.request({ ...call, method: 'GET', path: paths.records(objectType, query) }),
    search: (objectType, body, call) =>
      transport.request({ ...call, method: 'POST', path: paths.recordSearch(objectType), body }),
    merge: (objectType, { primaryId, mergedId }, call) =>
      transport.request({
        ...call,
        method: 'POST',
        path: paths.recordMerge(objectType),
        body: { primaryObjectId: primaryId, objectIdToMerge: mergedId },
      }),
    gdprDelete: (objectType, { id, idProperty }, call) =>
      transport.request({
        ...call,
        method: 'POST',
        path: paths.recordErase(objectType),
        body: { objectId: id, ...(idProperty === undefined ? {} : { idProperty }) },
      }),
  };
}
