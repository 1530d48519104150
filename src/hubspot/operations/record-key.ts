import { SpokeError } from '../../errors.ts';
import { usableEmail } from './wire-properties.ts';

/** Longest value of a unique property that HubSpot can look up in a path. */
const MAX_VALUE = 255;

/** Names one record by its HubSpot id, or by a property whose values are unique in the portal. */
export type RecordKey = { readonly id: string } | UniqueKey;

export interface UniqueKey {
  readonly idProperty: string;
  readonly value: string;
}

/** A contact can also be named by an address: its first one, or one that a merge or a person has added. */
export type ContactKey = RecordKey | { readonly email: string };

/** A key in the form that calls need. */
export type Lookup =
  | { readonly by: 'id'; readonly id: string; readonly idProperty?: undefined }
  | { readonly by: 'unique' | 'email'; readonly id: string; readonly idProperty: string };

/**
 * How to look up a key. HubSpot refuses `hs_object_id` as an id property, so that is the id. Raises RECORD_ID_UNUSABLE and
 * EMAIL_UNUSABLE.
 */
export function lookupOf(key: ContactKey): Lookup {
  if ('email' in key) return { by: 'email', id: usableEmail(key.email), idProperty: 'email' };
  if ('id' in key) return { by: 'id', id: usableId(key.id) };
  if (key.idProperty === 'hs_object_id') return { by: 'id', id: usableId(key.value) };
  if (key.idProperty === 'email') return { by: 'email', id: usableEmail(key.value), idProperty: 'email' };
  if (key.value.trim() === '' || key.value.length > MAX_VALUE)
    throw new SpokeError(
      'RECORD_ID_UNUSABLE',
      `The value of ${key.idProperty} has ${key.value.trim().length} characters; give one of 1 to ${MAX_VALUE}.`,
      { facts: { idProperty: key.idProperty } },
    );
  return { by: 'unique', id: key.value, idProperty: key.idProperty };
}

/** The query of a call on a key. */
export function queryOf({ idProperty }: Lookup): { readonly idProperty?: string } {
  return idProperty === undefined ? {} : { idProperty };
}

function usableId(id: string): string {
  if (/^\d{1,20}$/.test(id)) return id;
  throw new SpokeError(
    'RECORD_ID_UNUSABLE',
    'The HubSpot id of a record is not a whole number; look a record up by e-mail or by a unique property otherwise.',
  );
}
