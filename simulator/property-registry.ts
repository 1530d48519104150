import { defaultDefinitions, type TypeDefinitions } from './definitions/defaults.ts';
import type {
  PropertyDefinition,
  PropertyGroup,
  PropertyOption,
  PropertyType,
} from './definitions/definition.ts';
import type { ObjectType } from './object-types.ts';

/** How values of a property are checked; derived once per definition, since validation looks it up for each value. */
export type ValueKind =
  | 'text'
  | 'email'
  | 'emails'
  | 'domain'
  | 'number'
  | 'date'
  | 'datetime'
  | 'bool'
  | 'option'
  | 'options'
  | 'ids'
  /** A stage, checked against the record's pipeline rather than by itself. */
  | 'stage';

export interface Property extends PropertyDefinition {
  kind: ValueKind;
  optionValues: ReadonlySet<string>;
}

const FIELD_TYPES: Record<PropertyType, readonly string[]> = {
  string: ['text', 'textarea', 'html', 'file', 'phonenumber', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation'],
  phone_number: ['phonenumber'],
};

/** The property definitions and groups of one object type. */
export class PropertyRegistry {
  readonly type: ObjectType;
  readonly #properties = new Map<string, Property>();
  readonly #archived = new Map<string, Property>();
  readonly #groups = new Map<string, PropertyGroup>();

  /** `definitions`: HubSpot's own for the type by default. */
  constructor(type: ObjectType, { groups, properties }: TypeDefinitions = defaultDefinitions(type.name)) {
    this.type = type;
    for (const group of groups) this.#groups.set(group.name, group);
    for (const definition of properties) this.put(definition);
  }

  get(name: string): Property | undefined {
    return this.#properties.get(name);
  }

  getArchived(name: string): Property | undefined {
    return this.#archived.get(name);
  }

  list(archived = false): Property[] {
    return [...(archived ? this.#archived : this.#properties).values()];
  }

  /** Whether values of `name` are unique among live records, so that it may serve as idProperty. */
  isUnique(name: string): boolean {
    return this.type.uniqueProperties.includes(name) || this.#properties.get(name)?.hasUniqueValue === true;
  }

  uniqueCustomCount(): number {
    return this.list().filter((property) => property.hasUniqueValue).length;
  }

  customCount(): number {
    return this.list().filter((property) => !property.hubspotDefined).length;
  }

  put(definition: PropertyDefinition): Property {
    const property: Property = {
      ...definition,
      kind: valueKind(this.type, definition),
      optionValues: new Set(definition.options.map((option) => option.value)),
    };
    this.#archived.delete(property.name);
    this.#properties.set(property.name, property);
    return property;
  }

  archive(name: string, now: number): boolean {
    const property = this.#properties.get(name);
    if (!property) return false;
    this.#properties.delete(name);
    this.#archived.set(name, { ...property, archivedAt: now });
    return true;
  }

  group(name: string): PropertyGroup | undefined {
    return this.#groups.get(name);
  }

  groups(): PropertyGroup[] {
    return [...this.#groups.values()];
  }

  putGroup(group: PropertyGroup): PropertyGroup {
    this.#groups.set(group.name, group);
    return group;
  }

  removeGroup(name: string): void {
    this.#groups.delete(name);
  }
}

export function isPropertyType(type: unknown): type is PropertyType {
  return typeof type === 'string' && Object.hasOwn(FIELD_TYPES, type);
}

export function fieldTypesOf(type: PropertyType): readonly string[] {
  return FIELD_TYPES[type];
}

/** A bool has exactly the options true and false, whatever labels it was given. */
export function boolOptions(given: readonly PropertyOption[]): PropertyOption[] {
  return ['true', 'false'].map((value, displayOrder) => {
    const option = given.find((candidate) => candidate.value === value);
    return option ?? { label: value === 'true' ? 'Yes' : 'No', value, displayOrder, hidden: false };
  });
}

function valueKind(type: ObjectType, definition: PropertyDefinition): ValueKind {
  if (definition.name === type.secondaryOf?.primary) return 'email';
  if (definition.name === type.secondaryOf?.additional) return 'emails';
  if (definition.name === type.pipeline?.stage) return 'stage';
  if (type.name === 'companies' && definition.name === 'domain') return 'domain';
  switch (definition.type) {
    case 'number':
    case 'date':
    case 'datetime':
    case 'bool':
      return definition.type;
    case 'enumeration':
      if (definition.externalOptions) return 'ids';
      return definition.fieldType === 'checkbox' ? 'options' : 'option';
    default:
      return 'text';
  }
}
