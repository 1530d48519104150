/** `type` of a property as the API names it. */
export type PropertyType =
  | 'string'
  | 'number'
  | 'date'
  | 'datetime'
  | 'bool'
  | 'enumeration'
  | 'phone_number';

export interface PropertyOption {
  label: string;
  value: string;
  displayOrder: number;
  hidden: boolean;
  description?: string;
}

/** A property's definition; what the API shows beyond this is derived from it. */
export interface PropertyDefinition {
  name: string;
  label: string;
  description: string;
  groupName: string;
  type: PropertyType;
  fieldType: string;
  options: PropertyOption[];
  displayOrder: number;
  hasUniqueValue: boolean;
  formField: boolean;
  hidden: boolean;
  calculated: boolean;
  /** Options live elsewhere (owners), so `options` is empty and any id passes here. */
  externalOptions: boolean;
  hubspotDefined: boolean;
  readOnlyValue: boolean;
  /** Ms since 1970; undefined for HubSpot's own. */
  createdAt?: number;
  updatedAt?: number;
  archivedAt?: number;
}

export interface PropertyGroup {
  name: string;
  label: string;
  displayOrder: number;
  archived: boolean;
}

type Extra = Partial<
  Pick<
    PropertyDefinition,
    'readOnlyValue' | 'calculated' | 'hidden' | 'externalOptions' | 'formField' | 'hasUniqueValue'
  >
>;

/** A HubSpot-defined property, given as [name, label, group, type, fieldType, options?, extra?]. */
export type DefaultRow = readonly [
  name: string,
  label: string,
  groupName: string,
  type: PropertyType,
  fieldType: string,
  options?: readonly string[],
  extra?: Extra,
];

/** Options are given as `value` or `value=Label`. */
export function fromRow([
  name,
  label,
  groupName,
  type,
  fieldType,
  options,
  extra,
]: DefaultRow): PropertyDefinition {
  const values = options ?? (type === 'bool' ? ['true=Yes', 'false=No'] : []);
  return {
    name,
    label,
    description: '',
    groupName,
    type,
    fieldType,
    options: values.map((option, displayOrder) => {
      const [value = option, text = value] = option.split('=');
      return { label: text, value, displayOrder, hidden: false };
    }),
    displayOrder: -1,
    hasUniqueValue: false,
    formField: false,
    hidden: false,
    calculated: false,
    externalOptions: false,
    hubspotDefined: true,
    readOnlyValue: false,
    ...extra,
  };
}
