import { SpokeError } from '../../errors.ts';
import type { expectTaken } from '../expect-taken.ts';
import type { CallOptions, Records, WireProperties } from '../records.ts';
import { type FoundContact, findByLookup, ownsAddress } from './find-contact.ts';
import type { OperationContext } from './operation-context.ts';
import { type ContactKey, lookupOf, queryOf, type UniqueKey } from './record-key.ts';
import { type Clash, clashOf, upsertOne } from './upsert-one.ts';
import type { PropertyInputs } from './wire-properties.ts';
import { expectRecord, type WrittenRecord, written } from './written-record.ts';

export interface CreateContactOptions {
  /** A property with unique values, of which `properties` holds one: the application's own id. */
  readonly uniqueProperty?: string;
  /** What to do with a contact that has the address or unique value: default `update`. `keep` changes nothing. */
  readonly ifExists?: 'update' | 'keep' | 'fail';
}

export interface ContactOperations {
  /**
   * Creates a contact, or takes the one that HubSpot names as existing. With an address or a unique value it may be
   * repeated; without either a lost answer must be looked into first.
   */
  createContact(
    properties: PropertyInputs,
    options?: CreateContactOptions,
    call?: CallOptions,
  ): Promise<WrittenRecord>;
  /** Changes a contact. Named by one of its own addresses, `email` in `properties` is not sent when it is that address. */
  updateContact(key: ContactKey, properties: PropertyInputs, call?: CallOptions): Promise<WrittenRecord>;
  /** Undefined when there is none. `properties` are read beside HubSpot's own choice for an address. */
  findContact(
    key: ContactKey,
    options?: { readonly properties?: readonly string[] },
    call?: CallOptions,
  ): Promise<FoundContact | undefined>;
  /**
   * Creates or updates, and may always be repeated. By a unique value it takes the contact that has the address in
   * `properties`, unless that one has another unique value: then HUBSPOT_CONFLICT.
   */
  upsertContact(
    key: UniqueKey | { readonly email: string },
    properties: PropertyInputs,
    call?: CallOptions,
  ): Promise<WrittenRecord>;
}

const UPDATE = { what: 'update a contact', effect: 'repeatable' } as const;
const UPSERT = { what: 'create or update a contact', effect: 'repeatable' } as const;

export function createContactOperations({ records, toWire }: OperationContext): ContactOperations {
  return {
    async createContact(properties, { uniqueProperty, ifExists = 'update' } = {}, call) {
      const wire = await toWire('contacts', properties, call);
      const unique = uniqueProperty === undefined ? undefined : uniqueKeyOf(wire, uniqueProperty);
      const meaning = {
        what: 'create a contact',
        effect: unique || wire.email ? 'repeatable' : 'once',
      } as const;
      const exchange = await records.create('contacts', { properties: wire }, call);
      const clash = clashOf(exchange);
      if (!clash) return written(expectRecord(exchange, meaning), true, wire);
      const existing = await findClashing(records, clash, wire, unique, call);
      if (!existing || ifExists === 'fail') throw conflict(meaning.what, existing?.id ?? clash.existingId);
      return ifExists === 'keep' ? written(existing, false) : adopt(records, existing, wire, unique, call);
    },

    async updateContact(key, properties, call) {
      const lookup = lookupOf(key);
      const wire = await toWire('contacts', properties, call);
      const own = lookup.by === 'email' && wire.email === lookup.id ? without(wire, 'email') : wire;
      const exchange = await records.update('contacts', lookup.id, own, queryOf(lookup), call);
      if (lookup.by === 'email' && exchange.kind === 'reply' && exchange.status === 404 && !exchange.flaw) {
        const found = await findByLookup(records, lookup, [], call);
        if (found) return update(records, found.id, own, call);
      }
      return expectUpdated(exchange, own);
    },

    // Async, so that an unusable key rejects like everything else.
    findContact: async (key, { properties = [] } = {}, call) =>
      findByLookup(records, lookupOf(key), properties, call),

    async upsertContact(key, properties, call) {
      const lookup = lookupOf(key);
      const wire = await toWire('contacts', properties, call);
      if (lookup.by === 'id') return update(records, lookup.id, wire, call);
      if (lookup.by === 'email') return upsertByEmail(records, lookup, wire, call);
      return upsertByUnique(records, { idProperty: lookup.idProperty, value: lookup.id }, wire, call);
    },
  };
}

async function upsertByEmail(
  records: Records,
  key: { readonly id: string; readonly idProperty: string },
  wire: WireProperties,
  call?: CallOptions,
): Promise<WrittenRecord> {
  if (wire.email !== undefined && wire.email !== key.id)
    throw new SpokeError(
      'PROPERTY_VALUE_UNUSABLE',
      'The value of property email is another address than the one that names the contact; change an address with updateContact.',
      { facts: { property: 'email' } },
    );
  // The address may be an additional one, and would become the first if it were among the properties.
  const sent = without(wire, 'email');
  const exchange = await upsertOne(records, 'contacts', key, sent, call);
  const record = expectRecord(exchange, UPSERT);
  return written(record, exchange.kind === 'reply' && exchange.status === 201, sent);
}

async function upsertByUnique(
  records: Records,
  unique: UniqueKey,
  wire: WireProperties,
  call?: CallOptions,
): Promise<WrittenRecord> {
  const lookup = { by: 'unique', id: unique.value, idProperty: unique.idProperty } as const;
  // Only with an address is it of interest who there is: it may be an additional one of this very contact.
  const existing = wire.email ? await findByLookup(records, lookup, [], call) : undefined;
  if (existing) return adopt(records, existing, without(wire, unique.idProperty), undefined, call);
  const sent = without(wire, unique.idProperty);
  const exchange = await upsertOne(records, 'contacts', lookup, sent, call);
  const clash = clashOf(exchange);
  if (!clash) {
    const record = expectRecord(exchange, UPSERT);
    return written(record, exchange.kind === 'reply' && exchange.status === 201, sent);
  }
  const owner = await findClashing(records, clash, wire, unique, call);
  if (!owner) throw conflict(UPSERT.what, clash.existingId);
  return adopt(records, owner, { ...wire, [unique.idProperty]: unique.value }, unique, call);
}

/** The contact that already has the address or the unique value of a refused write. */
async function findClashing(
  records: Records,
  { existingId }: Clash,
  wire: WireProperties,
  unique: UniqueKey | undefined,
  call?: CallOptions,
): Promise<FoundContact | undefined> {
  const keys: ContactKey[] = [
    ...(existingId === undefined ? [] : [{ id: existingId }]),
    ...(unique ? [unique] : []),
    ...(wire.email ? [{ email: wire.email }] : []),
  ];
  for (const key of keys) {
    const found = await findByLookup(records, lookupOf(key), unique ? [unique.idProperty] : [], call);
    if (found) return found;
  }
  return undefined;
}

/** Updates a contact that was there before; one that stands for another of the application's records is left alone. */
async function adopt(
  records: Records,
  existing: FoundContact,
  wire: WireProperties,
  unique: UniqueKey | undefined,
  call?: CallOptions,
): Promise<WrittenRecord> {
  const held = unique && existing.properties[unique.idProperty];
  if (held && held !== unique.value)
    throw conflict('take over a contact that has another unique value', existing.id);
  const sent = wire.email && ownsAddress(existing, wire.email) ? without(wire, 'email') : wire;
  return update(records, existing.id, sent, call);
}

async function update(
  records: Records,
  id: string,
  wire: WireProperties,
  call?: CallOptions,
): Promise<WrittenRecord> {
  return expectUpdated(await records.update('contacts', id, wire, {}, call), wire);
}

function expectUpdated(exchange: Parameters<typeof expectTaken>[0], wire: WireProperties): WrittenRecord {
  const clash = clashOf(exchange);
  if (clash) throw conflict(UPDATE.what, clash.existingId);
  return written(expectRecord(exchange, UPDATE), false, wire);
}

function uniqueKeyOf(wire: WireProperties, idProperty: string): UniqueKey {
  const key = { idProperty, value: wire[idProperty] ?? '' };
  lookupOf(key);
  return key;
}

function without(wire: WireProperties, name: string): WireProperties {
  const { [name]: _left, ...rest } = wire;
  return rest;
}

function conflict(what: string, existingId: string | undefined): SpokeError {
  const which = existingId === undefined ? 'another record' : `the record ${existingId}`;
  return new SpokeError(
    'HUBSPOT_CONFLICT',
    `HubSpot was asked to ${what}, and ${which} already has a value that must be unique; use that one, or correct the value.`,
    { facts: { existingId } },
  );
}
