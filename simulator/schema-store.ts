import { z } from 'zod';
import { type CustomSchema, customDefinitions, customType, typeIdOf } from './custom-types.ts';
import type { ObjectData } from './object-data.ts';
import { createObjectData } from './object-data.ts';
import type { SavedPart } from './saved-part.ts';

const schemaRow: z.ZodType<CustomSchema> = z.strictObject({
  number: z.number().int().min(1),
  name: z.string().min(1),
  description: z.string().nullable(),
  labels: z.strictObject({ singular: z.string(), plural: z.string() }),
  primaryDisplayProperty: z.string(),
  secondaryDisplayProperties: z.array(z.string()),
  requiredProperties: z.array(z.string()),
  searchableProperties: z.array(z.string()),
  associatedObjects: z.array(z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
  archivedAt: z.number().nullable(),
});

/**
 * The custom objects of a portal. One is defined, or archived: then its records are out of reach and its name is taken
 * until it is removed for good.
 */
export class SchemaStore implements SavedPart {
  readonly #portalId: number;
  readonly #schemas = new Map<string, { schema: CustomSchema; data: ObjectData }>();
  #nextNumber = 1;

  constructor(portalId: number) {
    this.#portalId = portalId;
  }

  /** Defined ones, or archived ones. */
  list(archived = false): CustomSchema[] {
    return [...this.#schemas.values()]
      .map(({ schema }) => schema)
      .filter((schema) => (schema.archivedAt !== null) === archived);
  }

  /** By type id, defined or archived. */
  find(typeId: string): CustomSchema | undefined {
    return this.#schemas.get(typeId)?.schema;
  }

  /** Records and definitions of the defined ones. */
  objects(): ObjectData[] {
    return [...this.#schemas.values()]
      .filter(({ schema }) => schema.archivedAt === null)
      .map(({ data }) => data);
  }

  /** By full name, type id, or the name with `p_` before it. */
  objectsOf(nameOrId: string): ObjectData | undefined {
    for (const { schema, data } of this.#schemas.values()) {
      if (schema.archivedAt !== null) continue;
      if ([data.type.name, data.type.typeId, `p_${schema.name}`].includes(nameOrId)) return data;
    }
    return undefined;
  }

  add(fields: Omit<CustomSchema, 'number'>): ObjectData {
    return this.#put({ ...fields, number: this.#nextNumber });
  }

  /** Changes labels and lists of properties; the type keeps its names. */
  change(schema: CustomSchema, fields: Partial<Omit<CustomSchema, 'number' | 'name'>>): void {
    Object.assign(schema, fields);
    const entry = this.#schemas.get(typeIdOf(schema));
    if (entry) Object.assign(entry.data.type, customType(schema, this.#portalId));
  }

  /** Frees the name; records and definitions are gone. */
  remove(schema: CustomSchema): void {
    this.#schemas.delete(typeIdOf(schema));
  }

  *dump(): Iterable<unknown> {
    for (const { schema } of this.#schemas.values()) yield schema;
    yield this.#nextNumber;
  }

  restore(row: unknown): void {
    const saved = z.union([z.number().int(), schemaRow]).parse(row);
    if (typeof saved === 'number') this.#nextNumber = saved;
    else this.#put(saved);
  }

  #put(schema: CustomSchema): ObjectData {
    const data = createObjectData(
      customType(schema, this.#portalId),
      schema.createdAt,
      customDefinitions(schema),
    );
    this.#schemas.set(data.type.typeId, { schema, data });
    this.#nextNumber = Math.max(this.#nextNumber, schema.number + 1);
    return data;
  }
}
