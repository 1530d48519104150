import type { TypeDefinitions } from './definitions/defaults.ts';
import { fromRow } from './definitions/definition.ts';
import { recordRows } from './definitions/record-rows.ts';
import type { ObjectType } from './object-types.ts';

/** Ids of custom objects' records: far above all built-in kinds, and each kind in a range of its own. */
const FIRST_RECORD_ID = 200_000_001;
const RANGE = 20_000_000;
const SCOPES = {
  read: ['crm.objects.custom.read'],
  write: ['crm.objects.custom.write'],
  schemaRead: ['crm.schemas.custom.read', 'crm.objects.custom.read'],
  schemaWrite: ['crm.schemas.custom.write'],
};

/** What an administrator says of a custom object. */
export interface SchemaFields {
  /** Without the portal's prefix. */
  name: string;
  description: string | null;
  labels: { singular: string; plural: string };
  primaryDisplayProperty: string;
  secondaryDisplayProperties: string[];
  requiredProperties: string[];
  searchableProperties: string[];
  /** Plural names, or full names of other custom objects. */
  associatedObjects: string[];
}

/** The definition of a custom object. */
export interface CustomSchema extends SchemaFields {
  /** Counted up from 1; the type id is `2-` and this. */
  number: number;
  /** Ms of the portal's clock. */
  createdAt: number;
  updatedAt: number;
  archivedAt: number | null;
}

/** The name that paths and stores use: `p{portal}_{name}`. */
export function fullName(portalId: number, name: string): string {
  return `p${portalId}_${name}`;
}

export function typeIdOf(schema: CustomSchema): string {
  return `2-${schema.number}`;
}

/** The kind of record that a schema describes. */
export function customType(schema: CustomSchema, portalId: number): ObjectType {
  const name = fullName(portalId, schema.name);
  return {
    name,
    singular: name,
    typeId: typeIdOf(schema),
    upperName: name.toUpperCase(),
    displayName: schema.labels.singular,
    firstId: FIRST_RECORD_ID + (schema.number - 1) * RANGE,
    createdProperty: 'hs_createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
    uniqueProperties: [],
    requireOneOf: [],
    requireAll: schema.requiredProperties,
    mergeable: true,
    scopes: SCOPES,
  };
}

/** What HubSpot itself defines of a custom object. */
export function customDefinitions(schema: CustomSchema): TypeDefinitions {
  const group = `${schema.name}_information`;
  return {
    groups: [
      { name: group, label: `${schema.labels.singular} information`, displayOrder: 0, archived: false },
    ],
    properties: recordRows({ group, ownerLabel: 'Owner', createdProperty: 'hs_createdate' }).map(fromRow),
  };
}
