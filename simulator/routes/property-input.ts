import { badRequest } from '../api-error.ts';
import { idText, invalidJson, isObject, textOf } from '../call.ts';
import type { PropertyDefinition, PropertyOption } from '../definitions/definition.ts';
import type { ObjectData } from '../portal.ts';
import { boolOptions, fieldTypesOf, isPropertyType, type Property } from '../property-registry.ts';

const NAME = /^[a-z][a-z0-9_]*$/;
const MAX_UNIQUE_PROPERTIES = 10;

/** A new definition from a request's body. Throws 400 for what HubSpot refuses. */
export function defineProperty(
  body: Record<string, unknown>,
  data: ObjectData,
  { now, maxCustom }: { now: number; maxCustom: number },
): PropertyDefinition {
  const name = idText(body.name, 'name');
  if (!NAME.test(name))
    throw badRequest(`Invalid property name: ${name}; names are lower case letters, digits and underscores`);
  const { type } = body;
  const fieldType = textOf(body.fieldType);
  if (!isPropertyType(type)) throw badRequest(`Invalid property type: ${textOf(type)}`);
  if (!fieldTypesOf(type).includes(fieldType))
    throw badRequest(`Invalid fieldType ${fieldType} for type ${type}`);
  const groupName = knownGroup(body.groupName, data);
  const hasUniqueValue = body.hasUniqueValue === true;
  if (hasUniqueValue && data.registry.uniqueCustomCount() >= MAX_UNIQUE_PROPERTIES) {
    throw badRequest(`No more than ${MAX_UNIQUE_PROPERTIES} properties with unique values are allowed`);
  }
  if (data.registry.customCount() >= maxCustom)
    throw badRequest(`No more than ${maxCustom} custom properties are allowed for ${data.type.typeId}`, {
      subCategory: 'PropertyValidationError.TOO_MANY_PROPERTIES',
    });
  const options = optionsOf(body.options);
  return {
    name,
    label: typeof body.label === 'string' ? body.label : name,
    description: typeof body.description === 'string' ? body.description : '',
    groupName,
    type,
    fieldType,
    options: type === 'bool' ? boolOptions(options) : options,
    displayOrder: typeof body.displayOrder === 'number' ? body.displayOrder : -1,
    hasUniqueValue,
    formField: body.formField === true,
    hidden: body.hidden === true,
    calculated: false,
    externalOptions: body.externalOptions === true,
    hubspotDefined: false,
    readOnlyValue: false,
    createdAt: now,
    updatedAt: now,
  };
}

/** A definition with a PATCH applied: the name and `hasUniqueValue` stay, `options` replace the whole list. */
export function changeProperty(
  property: Property,
  body: Record<string, unknown>,
  { data, now }: { data: ObjectData; now: number },
): PropertyDefinition {
  const type = body.type ?? property.type;
  const fieldType = textOf(body.fieldType ?? property.fieldType);
  if (!isPropertyType(type)) throw badRequest(`Invalid property type: ${textOf(type)}`);
  if (!fieldTypesOf(type).includes(fieldType))
    throw badRequest(`Invalid fieldType ${fieldType} for type ${type}`);
  return {
    ...property,
    type,
    fieldType,
    groupName: body.groupName === undefined ? property.groupName : knownGroup(body.groupName, data),
    label: typeof body.label === 'string' ? body.label : property.label,
    description: typeof body.description === 'string' ? body.description : property.description,
    options: body.options === undefined ? property.options : optionsOf(body.options),
    displayOrder: typeof body.displayOrder === 'number' ? body.displayOrder : property.displayOrder,
    formField: typeof body.formField === 'boolean' ? body.formField : property.formField,
    hidden: typeof body.hidden === 'boolean' ? body.hidden : property.hidden,
    updatedAt: now,
  };
}

/** A definition as the API shows it. */
export function viewProperty(property: Property): Record<string, unknown> {
  const {
    kind: _kind,
    optionValues: _optionValues,
    readOnlyValue,
    createdAt,
    updatedAt,
    archivedAt,
    ...shown
  } = property;
  return {
    ...(createdAt === undefined ? {} : { createdAt: new Date(createdAt).toISOString() }),
    ...(updatedAt === undefined ? {} : { updatedAt: new Date(updatedAt).toISOString() }),
    ...(archivedAt === undefined ? {} : { archivedAt: new Date(archivedAt).toISOString() }),
    archived: archivedAt !== undefined,
    ...shown,
    modificationMetadata: {
      archivable: !property.hubspotDefined,
      readOnlyDefinition: property.hubspotDefined,
      readOnlyValue,
      ...(property.type === 'enumeration'
        ? { readOnlyOptions: property.hubspotDefined && property.externalOptions }
        : {}),
    },
  };
}

function knownGroup(groupName: unknown, data: ObjectData): string {
  const name = idText(groupName, 'groupName');
  if (!data.registry.group(name)) throw badRequest(`Property group ${name} does not exist`);
  return name;
}

function optionsOf(given: unknown): PropertyOption[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw invalidJson('Cannot deserialize value: options must be an array');
  const options = given.map((option: unknown, place): PropertyOption => {
    if (!isObject(option)) throw invalidJson('some of required attributes are not set [label, value]');
    const value = idText(option.value, 'value');
    return {
      label: typeof option.label === 'string' ? option.label : value,
      value,
      displayOrder: typeof option.displayOrder === 'number' ? option.displayOrder : place,
      hidden: option.hidden === true,
    };
  });
  if (new Set(options.map((option) => option.value)).size !== options.length)
    throw badRequest('Property option values must be unique');
  return options;
}
