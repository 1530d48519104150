import type { TypeDefinitions } from './definitions/defaults.ts';
import { ObjectStore } from './object-store.ts';
import type { ObjectType } from './object-types.ts';
import { PropertyRegistry } from './property-registry.ts';

/** The records and definitions of one object type. */
export interface ObjectData {
  type: ObjectType;
  registry: PropertyRegistry;
  store: ObjectStore;
}

/** No records yet, and the definitions given, by default HubSpot's own for the type. */
export function createObjectData(type: ObjectType, definitions?: TypeDefinitions): ObjectData {
  return { type, registry: new PropertyRegistry(type, definitions), store: new ObjectStore(type) };
}
