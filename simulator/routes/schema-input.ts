import { badRequest } from '../api-error.ts';
import { idText, invalidJson, isObject } from '../call.ts';
import type { CustomSchema, SchemaFields } from '../custom-types.ts';
import type { Portal } from '../portal.ts';

const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** What a body says of a new custom object. Throws the 400s for what is missing. */
export function schemaFields(body: Record<string, unknown>, portal: Portal): SchemaFields {
  const name = idText(body.name, 'name');
  if (!NAME.test(name))
    throw badRequest(
      `Invalid object name: ${name}; names begin with a letter and hold letters, digits and underscores`,
    );
  if (!isObject(body.labels)) throw invalidJson('some of required attributes are not set [labels]');
  return {
    name,
    description: typeof body.description === 'string' ? body.description : null,
    labels: labelsOf(body.labels),
    primaryDisplayProperty: idText(body.primaryDisplayProperty, 'primaryDisplayProperty'),
    secondaryDisplayProperties: textList(body.secondaryDisplayProperties, 'secondaryDisplayProperties') ?? [],
    requiredProperties: textList(body.requiredProperties, 'requiredProperties') ?? [],
    searchableProperties: textList(body.searchableProperties, 'searchableProperties') ?? [],
    associatedObjects: associatedTypes(body.associatedObjects, portal),
  };
}

/** The definitions that a body brings along, as inputs of the properties API, in the object's own group. */
export function schemaProperties(
  body: Record<string, unknown>,
  fields: SchemaFields,
): Record<string, unknown>[] {
  const { properties } = body;
  if (!Array.isArray(properties) || !properties.every(isObject))
    throw invalidJson('some of required attributes are not set [properties]');
  return properties.map((property) => ({ groupName: `${fields.name}_information`, ...property }));
}

/** A PATCH: labels, description and the lists of properties; the rest stays. */
export function schemaChanges(body: Record<string, unknown>, schema: CustomSchema): Partial<SchemaFields> {
  return {
    labels: isObject(body.labels)
      ? { ...schema.labels, ...labelsOf({ ...schema.labels, ...body.labels }) }
      : schema.labels,
    description: typeof body.description === 'string' ? body.description : schema.description,
    primaryDisplayProperty:
      body.primaryDisplayProperty === undefined
        ? schema.primaryDisplayProperty
        : idText(body.primaryDisplayProperty, 'primaryDisplayProperty'),
    secondaryDisplayProperties:
      textList(body.secondaryDisplayProperties, 'secondaryDisplayProperties') ??
      schema.secondaryDisplayProperties,
    requiredProperties: textList(body.requiredProperties, 'requiredProperties') ?? schema.requiredProperties,
    searchableProperties:
      textList(body.searchableProperties, 'searchableProperties') ?? schema.searchableProperties,
  };
}

/** Throws 400 when a list of a schema names a property that is not defined. */
export function requireDefined(fields: Partial<SchemaFields>, names: ReadonlySet<string>): void {
  const { primaryDisplayProperty = '', ...lists } = fields;
  const named = [
    primaryDisplayProperty,
    ...(lists.secondaryDisplayProperties ?? []),
    ...(lists.requiredProperties ?? []),
    ...(lists.searchableProperties ?? []),
  ];
  const unknown = named.find((name) => !names.has(name));
  if (unknown !== undefined) throw badRequest(`Property ${unknown} is not defined for the object`);
}

function labelsOf(labels: Record<string, unknown>): { singular: string; plural: string } {
  return {
    singular: idText(labels.singular, 'labels.singular'),
    plural: idText(labels.plural, 'labels.plural'),
  };
}

/** Types are named as paths name them, or in upper case (`CONTACT`). */
function associatedTypes(given: unknown, portal: Portal): string[] {
  return (textList(given, 'associatedObjects') ?? []).map(
    (name) => portal.objects(name === name.toUpperCase() ? name.toLowerCase() : name).type.name,
  );
}

function textList(given: unknown, field: string): string[] | undefined {
  if (given === undefined || given === null) return undefined;
  if (!Array.isArray(given)) throw invalidJson(`Cannot deserialize value: ${field} must be an array`);
  return given.map((member: unknown) => idText(member, field));
}
