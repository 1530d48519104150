import type { NewProperty, PropertyDefinition } from '../hubspot/properties.ts';

/** Why a property of the portal is not the one that is wanted, in half a sentence; undefined when it is. */
export type Misfit = { readonly kind: 'type-differs' | 'not-unique'; readonly message: string };

/**
 * Compares what can never be changed. The field type counts only where the config names one: whether a text has one line or
 * several is for people in HubSpot to say.
 */
export function misfitOf(
  wanted: NewProperty,
  found: PropertyDefinition,
  fieldTypeGiven: boolean,
): Misfit | undefined {
  if (found.type !== wanted.type)
    return {
      kind: 'type-differs',
      message: `is of the type ${found.type} and the config says ${wanted.type}`,
    };
  if (fieldTypeGiven && found.fieldType !== wanted.fieldType)
    return {
      kind: 'type-differs',
      message: `has the field type ${found.fieldType} and the config says ${wanted.fieldType}`,
    };
  if (wanted.hasUniqueValue && !found.hasUniqueValue)
    return {
      kind: 'not-unique',
      message: 'is there without unique values, and the config wants them',
    };
  return undefined;
}
