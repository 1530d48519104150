import type { RecordRef } from '../mapping/effects.ts';
import { MappingError } from '../mapping/mapping-error.ts';
import {
  companyBy,
  companyByDomain,
  contactBy,
  contactByEmail,
  dealBy,
  type IdValue,
} from '../mapping/record-refs.ts';

/** A property whose values are unique in the portal, and one of them: the application's own id. */
export interface UniqueName {
  readonly idProperty: string;
  readonly value: IdValue;
}

export type ContactName = { readonly email: string | null | undefined } | UniqueName | RecordRef;

/** `domain` as `companyByDomain` takes it. */
export type CompanyName = { readonly domain: string | null | undefined } | UniqueName | RecordRef;

export type DealName = UniqueName | RecordRef;

/** A record of one of the three types, or of any type as a builder made it. */
export type RecordName =
  | { readonly contact: ContactName }
  | { readonly company: CompanyName }
  | { readonly deal: DealName }
  | RecordRef;

/** Raises EMAIL_UNUSABLE and RECORD_ID_UNUSABLE, as the builders do. */
export function contactRef(name: ContactName): RecordRef {
  if ('email' in name) return contactByEmail(name.email);
  return 'objectType' in name ? typed('contacts', name) : contactBy(name.idProperty, name.value);
}

/** Raises DOMAIN_UNUSABLE and RECORD_ID_UNUSABLE. */
export function companyRef(name: CompanyName): RecordRef {
  if ('domain' in name) return companyByDomain(name.domain);
  return 'objectType' in name ? typed('companies', name) : companyBy(name.idProperty, name.value);
}

/** Raises RECORD_ID_UNUSABLE. */
export function dealRef(name: DealName): RecordRef {
  return 'objectType' in name ? typed('deals', name) : dealBy(name.idProperty, name.value);
}

/** Raises as the others. */
export function recordRef(name: RecordName): RecordRef {
  if ('contact' in name) return contactRef(name.contact);
  if ('company' in name) return companyRef(name.company);
  return 'deal' in name ? dealRef(name.deal) : name;
}

function typed(objectType: string, record: RecordRef): RecordRef {
  if (record.objectType === objectType) return record;
  throw new MappingError(
    'RECORD_ID_UNUSABLE',
    `The record is one of the ${record.objectType} and has to be one of the ${objectType}: name another, or use the function of its type.`,
  );
}
