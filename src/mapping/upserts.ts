import { type RecordRef, type RecordUpsert, upsertKind } from './effects.ts';
import { MappingError } from './mapping-error.ts';
import { usableEmail } from './record-refs.ts';
import { encodeProperties, type PropertyValue, type PropertyValues } from './transforms/encode-value.ts';

export interface UpsertOptions {
  /**
   * Lets a property that HubSpot moves forward only (`lifecyclestage`) go back: a record that shows another value is cleared first,
   * in a call of its own. Default: HubSpot keeps the further value.
   */
  readonly backward?: readonly string[];
}

/** A deal's usual fields by their plain names; any other goes into `properties`. */
export interface DealValues {
  readonly name?: string | null | undefined;
  /** Id of the pipeline; needed with `stage` where the portal has several. */
  readonly pipeline?: string | undefined;
  /** Id of a stage of that pipeline. */
  readonly stage?: string | undefined;
  /** Id of an owner, not of a user; null leaves the deal without one. */
  readonly ownerId?: string | null | undefined;
  /** In the portal's currency. */
  readonly amount?: number | string | null | undefined;
  readonly closeDate?: Date | null | undefined;
  readonly properties?: PropertyValues;
}

/**
 * Creates the contact, or updates the one that exists. Only the properties named here are touched. With an id of the application
 * and `email` among the properties, a contact that has the address already takes on the id.
 *
 * @throws MappingError PROPERTY_VALUE_UNUSABLE for a value that has no form at HubSpot, EMAIL_UNUSABLE for `email`.
 */
export function upsertContact(
  record: RecordRef,
  properties: PropertyValues = {},
  options: UpsertOptions = {},
): RecordUpsert {
  return upsert('contacts', record, properties, options);
}

/** Creates the company, or updates the one that exists; one that is identified by its domain gets that as well. Raises PROPERTY_VALUE_UNUSABLE. */
export function upsertCompany(
  record: RecordRef,
  properties: PropertyValues = {},
  options: UpsertOptions = {},
): RecordUpsert {
  return upsert('companies', record, properties, options);
}

/** Creates the deal, or updates the one that exists. HubSpot takes no new deal without name and stage. Raises PROPERTY_VALUE_UNUSABLE. */
export function upsertDeal(
  record: RecordRef,
  { name, pipeline, stage, ownerId, amount, closeDate, properties }: DealValues,
): RecordUpsert {
  return upsert(
    'deals',
    record,
    {
      ...properties,
      dealname: name,
      pipeline,
      dealstage: stage,
      hubspot_owner_id: ownerId,
      amount,
      closedate: closeDate,
    },
    {},
  );
}

/** Creates or updates a record of any type, custom object types included. Raises PROPERTY_VALUE_UNUSABLE. */
export function upsertRecord(
  record: RecordRef,
  properties: PropertyValues = {},
  options: UpsertOptions = {},
): RecordUpsert {
  return upsert(record.objectType, record, properties, options);
}

function upsert(
  objectType: string,
  record: RecordRef,
  properties: PropertyValues,
  { backward }: UpsertOptions,
): RecordUpsert {
  if (record.objectType !== objectType) {
    throw new MappingError(
      'RECORD_ID_UNUSABLE',
      `The record of a ${upsertKind(objectType)} is one of the ${record.objectType}: use the builder of that type.`,
    );
  }
  const encoded = encodeAll(record, properties);
  const matchBy = matchOf(record, encoded);
  const clearFirst = (backward ?? []).filter((name) => (encoded[name] ?? '') !== '');
  return {
    kind: upsertKind(objectType),
    record,
    properties: encoded,
    ...(clearFirst.length === 0 ? {} : { clearFirst }),
    ...(matchBy === undefined ? {} : { matchBy }),
  };
}

function encodeAll(record: RecordRef, properties: PropertyValues): Record<string, string> {
  const domain: Record<string, string> =
    record.byDomain && record.idProperty !== 'domain' ? { domain: record.id } : {};
  if (record.objectType !== 'contacts' || properties.email === undefined)
    return { ...domain, ...encodeProperties(properties) };
  const { email, ...others } = properties;
  const address = emailToSend(record, email);
  return { ...encodeProperties(others), ...(address === undefined ? {} : { email: address }) };
}

function matchOf(
  record: RecordRef,
  encoded: Readonly<Record<string, string>>,
): RecordUpsert['matchBy'] | undefined {
  if (record.objectType === 'contacts')
    return record.idProperty !== 'email' && (encoded.email ?? '') !== '' ? 'email' : undefined;
  return record.byDomain ? 'domain' : undefined;
}

/** A contact found by its address keeps its primary one: the address may be a secondary of it, and sending it would conflict. */
function emailToSend(record: RecordRef, value: PropertyValue): string | undefined {
  const email = value === null ? '' : usableEmail(typeof value === 'string' ? value : undefined);
  if (record.idProperty !== 'email') return email;
  if (email === record.id) return undefined;
  throw new MappingError(
    'PROPERTY_VALUE_UNUSABLE',
    'The property email differs from the address that identifies the contact: to change addresses, identify contacts by an id of the application with contactBy(...).',
    { facts: { property: 'email' } },
  );
}
