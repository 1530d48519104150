import type { PropertyDefinition } from '../../src/hubspot/properties.ts';
import type { ActualPortal, ActualType } from '../../src/provisioning/actual-portal.ts';

/** A property as a portal defines it. */
export function property(name: string, facts: Partial<PropertyDefinition> = {}): PropertyDefinition {
  return {
    name,
    label: name,
    type: 'string',
    fieldType: 'text',
    groupName: 'contactinformation',
    options: [],
    hasUniqueValue: false,
    calculated: false,
    readOnlyValue: false,
    readOnlyOptions: false,
    archived: false,
    ...facts,
  };
}

interface There extends Partial<Omit<ActualType, 'properties' | 'archived'>> {
  readonly properties?: readonly PropertyDefinition[];
  readonly archived?: readonly string[];
}

/** A portal that has of each object type what is given, and the group of HubSpot's own. */
export function portalWith(
  types: Readonly<Record<string, There>>,
  rest: Partial<ActualPortal> = {},
): ActualPortal {
  const ids: Readonly<Record<string, string>> = { contacts: '0-1', deals: '0-3', tickets: '0-5' };
  return {
    customTypes: [],
    ...rest,
    types: new Map(
      Object.entries(types).map(([name, { properties = [], archived = [], ...there }]) => [
        name,
        {
          typeId: ids[name] ?? '2-1',
          groups: [{ name: 'contactinformation', label: 'Contact', archived: false }],
          pipelines: [],
          lists: [],
          ...there,
          properties: new Map(properties.map((each) => [each.name, each])),
          archived: new Set(archived),
        },
      ]),
    ),
  };
}

/** Options whose labels are their values. */
export const choice = (...values: string[]) => values.map((value) => ({ value, label: value }));
