import { z } from 'zod';
import type { PropertyDefinition, PropertyGroup } from './definitions/definition.ts';
import type { ObjectData } from './portal.ts';
import { isPropertyType } from './property-registry.ts';
import type { SavedPart } from './saved-part.ts';

const optionSchema = z.strictObject({
  label: z.string(),
  value: z.string(),
  displayOrder: z.number(),
  hidden: z.boolean(),
  description: z.string().exactOptional(),
});

const propertySchema: z.ZodType<PropertyDefinition> = z.strictObject({
  name: z.string().min(1),
  label: z.string(),
  description: z.string(),
  groupName: z.string(),
  type: z.custom<PropertyDefinition['type']>(isPropertyType, { error: 'is no type of property' }),
  fieldType: z.string(),
  options: z.array(optionSchema),
  displayOrder: z.number(),
  hasUniqueValue: z.boolean(),
  formField: z.boolean(),
  hidden: z.boolean(),
  calculated: z.boolean(),
  externalOptions: z.boolean(),
  hubspotDefined: z.boolean(),
  readOnlyValue: z.boolean(),
  createdAt: z.number().exactOptional(),
  updatedAt: z.number().exactOptional(),
  archivedAt: z.number().exactOptional(),
});

const groupSchema: z.ZodType<PropertyGroup> = z.strictObject({
  name: z.string().min(1),
  label: z.string(),
  displayOrder: z.number(),
  archived: z.boolean(),
});

const rowSchema = z
  .tuple([z.literal('group'), groupSchema])
  .or(z.tuple([z.literal('property'), propertySchema]));

/** The definitions of a type: groups, properties, archived properties. What HubSpot's own have gained since stays. */
export function savedDefinitions({ registry, store }: ObjectData): SavedPart {
  return {
    *dump() {
      for (const group of registry.groups()) yield ['group', group];
      for (const { kind: _, optionValues: __, ...property } of [...registry.list(), ...registry.list(true)])
        yield ['property', property];
    },
    restore(row) {
      const [kind, value] = rowSchema.parse(row);
      if (kind === 'group') {
        registry.putGroup(value);
        return;
      }
      registry.put(value);
      if (value.archivedAt !== undefined) registry.archive(value.name, value.archivedAt);
      else if (value.hasUniqueValue) store.indexProperty(value.name);
    },
  };
}
