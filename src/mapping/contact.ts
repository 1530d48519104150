import type { ContactUpsert, RecordRef } from './effects.ts';
import { MappingError } from './mapping-error.ts';
import { normaliseEmail } from './transforms/email.ts';
import { encodeValue, type PropertyValue } from './transforms/encode-value.ts';

/** Longest id of a record, characters. Leaves room for the rest of the record key (512). */
const MAX_ID = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;

/** Property name to value: absent or undefined leaves the property as it is, null clears it, a value sets it. */
export type ContactProperties = Readonly<Record<string, PropertyValue | undefined>>;

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
export function contactBy(idProperty: string, value: string | number | bigint | null | undefined): RecordRef {
  if (idProperty === 'email') return contactByEmail(typeof value === 'string' ? value : undefined);
  const id = String(value ?? '').trim();
  const flaw = flawOfId(id, value);
  if (flaw) {
    throw new MappingError(
      'RECORD_ID_UNUSABLE',
      `The value of ${idProperty} cannot identify a contact: ${flaw}.`,
      {
        facts: { idProperty },
      },
    );
  }
  return { objectType: 'contacts', idProperty, id };
}

/**
 * Creates the contact, or updates the one that exists. Only the properties named here are touched.
 *
 * @throws MappingError PROPERTY_VALUE_UNUSABLE for a value that has no form at HubSpot, EMAIL_UNUSABLE for `email`.
 */
export function upsertContact(record: RecordRef, properties: ContactProperties = {}): ContactUpsert {
  const encoded: Record<string, string> = {};
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    if (value === undefined || name === '__proto__') continue;
    if (name === 'email') {
      const email = emailToSend(record, value);
      if (email !== undefined) encoded[name] = email;
    } else {
      encoded[name] = encodeValue(name, value);
    }
  }
  return { kind: 'contact.upsert', record, properties: encoded };
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

function usableEmail(value: string | null | undefined): string {
  const result = normaliseEmail(value);
  if (result.ok) return result.email;
  throw new MappingError('EMAIL_UNUSABLE', `The e-mail address cannot identify a contact: ${result.why}.`, {
    facts: { flaw: result.flaw },
  });
}

function flawOfId(id: string, value: unknown): string | undefined {
  if (id === '') return 'it is empty';
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    return 'it is a number without an exact integer form';
  if (id.length > MAX_ID) return `it has ${id.length} characters and the limit is ${MAX_ID}`;
  if (CONTROL.test(id) || !id.isWellFormed()) return 'it has control characters';
  return undefined;
}
