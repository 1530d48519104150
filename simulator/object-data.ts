import type { TypeDefinitions } from './definitions/defaults.ts';
import { ObjectStore } from './object-store.ts';
import type { ObjectType } from './object-types.ts';
import { PipelineBook } from './pipelines.ts';
import { PropertyRegistry } from './property-registry.ts';

/** The records and definitions of one object type. */
export interface ObjectData {
  type: ObjectType;
  registry: PropertyRegistry;
  store: ObjectStore;
  /** Of types whose records stand at a stage. */
  pipelines: PipelineBook | undefined;
}

/** No records yet, and the definitions given, by default HubSpot's own for the type. */
export function createObjectData(
  type: ObjectType,
  createdAt: number,
  definitions?: TypeDefinitions,
): ObjectData {
  const registry = new PropertyRegistry(type, definitions);
  const pipelines = type.pipeline && new PipelineBook(type, registry, createdAt);
  return { type, registry, store: new ObjectStore(type), pipelines };
}
