import { SpokeError } from '../../errors.ts';
import { normaliseEmail } from '../../mapping/transforms/email.ts';
import { calendarDate, encodeValue, type PropertyValue } from '../../mapping/transforms/encode-value.ts';
import type { CallOptions, WireProperties } from '../records.ts';
import type { PropertyTypeOf } from './property-types.ts';

/** Values by property name, in three states: absent (or undefined) is left as it is, null clears, anything else is set. */
export type PropertyInputs = Readonly<Record<string, PropertyValue | undefined>>;

/**
 * The wire form of values. A Date is a day for a property of type `date` and a time for any other, which is looked up in
 * the portal. Raises PROPERTY_VALUE_UNUSABLE, and EMAIL_UNUSABLE for an address.
 */
export async function toWire(
  objectType: string,
  values: PropertyInputs,
  typeOf: PropertyTypeOf,
  call?: CallOptions,
): Promise<WireProperties> {
  const wire: [string, string][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (name === 'email' && objectType === 'contacts' && value !== null)
      wire.push([name, usableEmail(value)]);
    else if (value instanceof Date && (await typeOf(objectType, name, call)) === 'date')
      wire.push([name, calendarDate(value)]);
    else wire.push([name, encodeValue(name, value)]);
  }
  return Object.fromEntries(wire);
}

/** An address in the one spelling that identifies a contact. Raises EMAIL_UNUSABLE, which does not show it. */
export function usableEmail(value: unknown): string {
  const result = normaliseEmail(value);
  if (result.ok) return result.email;
  throw new SpokeError(
    'EMAIL_UNUSABLE',
    `The e-mail address of the contact cannot be used, because ${result.why}; correct it.`,
    { facts: { flaw: result.flaw } },
  );
}
