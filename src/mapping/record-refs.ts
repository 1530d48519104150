import type { ObjectType, RecordRef } from './effects.ts';
import { MappingError } from './mapping-error.ts';
import { normaliseDomain } from './transforms/domain.ts';
import { normaliseEmail } from './transforms/email.ts';

/** Longest id of a record, characters. Leaves room for the rest of the record key (512). */
const MAX_ID = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
const OBJECT_TYPE = /^[A-Za-z0-9_-]{1,100}$/;

/** The property in which Spoke keeps a company's domain, since HubSpot's own `domain` is not unique. */
const DOMAIN_PROPERTY = 'spoke_domain';

/** What can be an id in the application. */
export type IdValue = string | number | bigint | null | undefined;

/**
 * The contact with this e-mail address, in whatever case or spacing it was typed.
 *
 * @throws MappingError EMAIL_UNUSABLE, with the reason and without the address.
 */
export function contactByEmail(value: string | null | undefined): RecordRef {
  return { objectType: 'contacts', idProperty: 'email', id: usableEmail(value) };
}

/**
 * The contact whose property `idProperty` (unique in the portal) has this value, for example the application's own user id.
 *
 * @throws MappingError RECORD_ID_UNUSABLE when the value is empty, longer than 255 characters or has control characters.
 */
export function contactBy(idProperty: string, value: IdValue): RecordRef {
  if (idProperty === 'email') return contactByEmail(typeof value === 'string' ? value : undefined);
  return recordBy('contacts', idProperty, value);
}

/** The company whose property `idProperty` (unique in the portal) has this value. Raises as `contactBy`. */
export function companyBy(idProperty: string, value: IdValue): RecordRef {
  return recordBy('companies', idProperty, value);
}

/**
 * The company of a domain, given as a domain, an address of a page or an e-mail address. `idProperty` is the unique property in
 * which Spoke keeps it (default `spoke_domain`); a company that has the domain already takes it on instead of a second one.
 *
 * @throws MappingError DOMAIN_UNUSABLE when no domain can be read from it.
 */
export function companyByDomain(
  value: string | null | undefined,
  idProperty: string = DOMAIN_PROPERTY,
): RecordRef {
  return { objectType: 'companies', idProperty, id: usableDomain(value), byDomain: true };
}

/**
 * The company that HubSpot itself makes for a domain ("create and associate companies with contacts"): Spoke waits until it is
 * there, changes it and never creates one. Raises DOMAIN_UNUSABLE.
 */
export function companyOfHubspot(value: string | null | undefined): RecordRef {
  return { objectType: 'companies', idProperty: 'domain', id: usableDomain(value), byDomain: true };
}

/** The deal whose property `idProperty` (unique in the portal) has this value, such as the number of an order. Raises as `contactBy`. */
export function dealBy(idProperty: string, value: IdValue): RecordRef {
  return recordBy('deals', idProperty, value);
}

/** A record of any type, custom object types included. Raises as `contactBy`. */
export function recordBy(objectType: ObjectType, idProperty: string, value: IdValue): RecordRef {
  if (!OBJECT_TYPE.test(objectType)) {
    throw new MappingError(
      'RECORD_ID_UNUSABLE',
      `${JSON.stringify(objectType.slice(0, 100))} is no object type: use contacts, companies, deals, tickets or the name of a custom object.`,
    );
  }
  if (objectType === 'contacts' && idProperty === 'email') return contactBy(idProperty, value);
  if (objectType === 'companies' && idProperty === 'domain')
    return companyOfHubspot(typeof value === 'string' ? value : undefined);
  const id = String(value ?? '').trim();
  const flaw = flawOfId(id, value);
  if (flaw) {
    throw new MappingError(
      'RECORD_ID_UNUSABLE',
      `The value of ${idProperty} cannot identify one of the ${objectType}: ${flaw}.`,
      { facts: { idProperty } },
    );
  }
  return { objectType, idProperty, id };
}

/** Raises EMAIL_UNUSABLE. */
export function usableEmail(value: string | null | undefined): string {
  const result = normaliseEmail(value);
  if (result.ok) return result.email;
  throw new MappingError('EMAIL_UNUSABLE', `The e-mail address cannot identify a contact: ${result.why}.`, {
    facts: { flaw: result.flaw },
  });
}

function usableDomain(value: string | null | undefined): string {
  const domain = normaliseDomain(value);
  if (domain !== undefined) return domain;
  throw new MappingError(
    'DOMAIN_UNUSABLE',
    'No domain can be read from the value: give a domain, an address of a page or an e-mail address.',
  );
}

function flawOfId(id: string, value: unknown): string | undefined {
  if (id === '') return 'it is empty';
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    return 'it is a number without an exact integer form';
  if (id.length > MAX_ID) return `it has ${id.length} characters and the limit is ${MAX_ID}`;
  if (CONTROL.test(id) || !id.isWellFormed()) return 'it has control characters';
  return undefined;
}
