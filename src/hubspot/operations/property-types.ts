import type { Clock } from '../../clock.ts';
import { SpokeError } from '../../errors.ts';
import type { Properties } from '../properties.ts';
import type { CallOptions } from '../records.ts';

/** After this the portal's definitions are read again. */
const KEPT_MS = 600_000;

/** The type (`date`, `datetime`, …) of a property in the portal; undefined when it is not known. */
export type PropertyTypeOf = (
  objectType: string,
  name: string,
  call?: CallOptions,
) => Promise<string | undefined>;

type Types = ReadonlyMap<string, string>;

/**
 * Reads the definitions of an object type when they are first asked for, once for all callers, and keeps them for ten
 * minutes. A credential that may not read them knows no types.
 */
export function createPropertyTypes(properties: Properties, clock: Clock): PropertyTypeOf {
  const known = new Map<string, { readonly types: Promise<Types>; readonly readAt: number }>();

  async function read(objectType: string, call?: CallOptions): Promise<Types> {
    try {
      const definitions = await properties.expectList(objectType, call);
      return new Map(definitions.map(({ name, type }) => [name, type]));
    } catch (error) {
      if (error instanceof SpokeError && error.code === 'HUBSPOT_FORBIDDEN') return new Map();
      known.delete(objectType);
      throw error;
    }
  }

  return async (objectType, name, call) => {
    let entry = known.get(objectType);
    if (!entry || clock.monotonic() - entry.readAt > KEPT_MS) {
      entry = { types: read(objectType, call), readAt: clock.monotonic() };
      known.set(objectType, entry);
    }
    return (await entry.types).get(name);
  };
}
