import { SpokeError } from '../../errors.ts';
import { expectTaken } from '../expect-taken.ts';
import type { CallOptions, NewAssociation, Records, WireProperties } from '../records.ts';
import type { OperationContext } from './operation-context.ts';
import { lookupOf, queryOf, type RecordKey, type UniqueKey } from './record-key.ts';
import { clashOf, upsertOne } from './upsert-one.ts';
import type { PropertyInputs } from './wire-properties.ts';
import { expectRecord, type WrittenRecord, written } from './written-record.ts';

/** HubSpot's numbers for plain links of a deal. */
const DEAL_TO = { contacts: 3, companies: 341 } as const;

export interface DealFields {
  readonly name?: string;
  /** Id of the pipeline; needed where the portal has several. */
  readonly pipeline?: string;
  /** Id of a stage of that pipeline. */
  readonly stage?: string;
  /** Id of an owner, not of a user; null leaves the deal without one. */
  readonly ownerId?: string | null;
  /** In the portal's currency. */
  readonly amount?: number | string | null;
  readonly closeDate?: Date | null;
  /** Any others, by HubSpot's names. */
  readonly properties?: PropertyInputs;
}

export type NewDeal = DealFields & Required<Pick<DealFields, 'name' | 'stage'>>;

export interface CreateDealOptions {
  /** A property with unique values, of which `properties` holds one, such as the number of an order. */
  readonly uniqueProperty?: string;
  /** With `uniqueProperty`, what to do with the deal that is there: default `keep`, since people move deals on. */
  readonly ifExists?: 'keep' | 'update' | 'fail';
  readonly contactIds?: readonly string[];
  readonly companyIds?: readonly string[];
}

export interface DealOperations {
  /**
   * Creates a deal and links it. With `uniqueProperty` it may be repeated and finds the deal of an earlier try; without it
   * a second call makes a second deal.
   */
  createDeal(deal: NewDeal, options?: CreateDealOptions, call?: CallOptions): Promise<WrittenRecord>;
  updateDeal(key: RecordKey, changes: DealFields, call?: CallOptions): Promise<WrittenRecord>;
}

const UPDATE = { what: 'update a deal', effect: 'repeatable' } as const;
const UPSERT = { what: 'create or update a deal', effect: 'repeatable' } as const;

export function createDealOperations({ records, associations, toWire }: OperationContext): DealOperations {
  return {
    async createDeal(deal, { uniqueProperty, ifExists = 'keep', ...links } = {}, call) {
      const wire = await toWire('deals', inputsOf(deal), call);
      if (uniqueProperty === undefined) {
        const exchange = await records.create(
          'deals',
          { properties: wire, associations: newLinks(links) },
          call,
        );
        return written(expectRecord(exchange, { what: 'create a deal', effect: 'once' }), true, wire);
      }
      const unique = { idProperty: uniqueProperty, value: wire[uniqueProperty] ?? '' };
      const result = await createUnique(records, unique, wire, ifExists, call);
      for (const [toType, ids] of [
        ['contacts', links.contactIds],
        ['companies', links.companyIds],
      ] as const)
        for (const toId of ids ?? []) {
          const ends = { fromType: 'deals', fromId: result.id, toType, toId };
          const exchange = await associations.putDefault(ends, call);
          expectTaken(exchange, { what: 'link a deal', effect: 'repeatable' });
        }
      return result;
    },

    async updateDeal(key, changes, call) {
      const lookup = lookupOf(key);
      const wire = await toWire('deals', inputsOf(changes), call);
      const exchange = await records.update('deals', lookup.id, wire, queryOf(lookup), call);
      return written(expectRecord(exchange, UPDATE), false, wire);
    },
  };
}

/** Finds before it creates; two that create at the same time end with one deal, which both have written. */
async function createUnique(
  records: Records,
  unique: UniqueKey,
  wire: WireProperties,
  ifExists: 'keep' | 'update' | 'fail',
  call?: CallOptions,
): Promise<WrittenRecord> {
  const { id, idProperty = unique.idProperty } = lookupOf(unique);
  const found = await records.get('deals', id, { idProperty }, call);
  if (!(found.kind === 'reply' && found.status === 404 && !found.flaw)) {
    const existing = expectRecord(found, { what: 'find a deal', effect: 'read' });
    if (ifExists === 'fail') throw exists(existing.id);
    if (ifExists === 'keep') return written(existing, false);
    return written(
      expectRecord(await records.update('deals', existing.id, wire, {}, call), UPDATE),
      false,
      wire,
    );
  }
  const { [idProperty]: _key, ...sent } = wire;
  const exchange = await upsertOne(records, 'deals', { id, idProperty }, sent, call);
  const clash = clashOf(exchange);
  if (clash) throw exists(clash.existingId);
  const created = exchange.kind === 'reply' && exchange.status === 201;
  return written(expectRecord(exchange, UPSERT), created, sent);
}

function inputsOf({
  name,
  pipeline,
  stage,
  ownerId,
  amount,
  closeDate,
  properties,
}: DealFields): PropertyInputs {
  return {
    ...properties,
    dealname: name,
    pipeline,
    dealstage: stage,
    hubspot_owner_id: ownerId,
    amount,
    closedate: closeDate,
  };
}

function newLinks({ contactIds = [], companyIds = [] }: CreateDealOptions): NewAssociation[] {
  const link = (id: string, associationTypeId: number): NewAssociation => ({
    to: { id },
    types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }],
  });
  return [
    ...contactIds.map((id) => link(id, DEAL_TO.contacts)),
    ...companyIds.map((id) => link(id, DEAL_TO.companies)),
  ];
}

function exists(id: string | undefined): SpokeError {
  return new SpokeError(
    'HUBSPOT_CONFLICT',
    `HubSpot has a deal with this unique value already${id === undefined ? '' : ` (${id})`}; use that one.`,
    { facts: { existingId: id } },
  );
}
