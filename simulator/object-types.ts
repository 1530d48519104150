/** A kind of CRM object. Everything that differs between kinds stands in this table, so a new kind is a new row. */
export interface ObjectType {
  /** Plural name, as used in paths and as the key of stores. */
  name: string;
  singular: string;
  typeId: string;
  /** Name in batch errors: "Could not get some CONTACT objects". */
  upperName: string;
  /** First word of conflict messages: "Contact already exists". */
  displayName: string;
  /** Ids ascend from here; the ranges differ by kind so that an id used with the wrong kind is not found. */
  firstId: number;
  createdProperty: string;
  modifiedProperty: string;
  /** Returned when the caller asks for no properties. */
  defaultProperties: readonly string[];
  /** Built-in properties whose values are unique among live records. */
  uniqueProperties: readonly string[];
  /** A list property whose addresses are as unique as the primary one and resolve to the same record. */
  secondaryOf?: { primary: string; additional: string };
  /** At least one of these has a value on create. */
  requireOneOf: readonly string[];
  /** All of these have a value on create. */
  requireAll: readonly string[];
  mergeable: boolean;
  scopes: {
    read: readonly string[];
    write: readonly string[];
    schemaRead: readonly string[];
    schemaWrite: readonly string[];
  };
}

const CONTACT_SCHEMA_SCOPES = {
  schemaRead: ['crm.schemas.contacts.read', 'crm.objects.contacts.read'],
  schemaWrite: ['crm.schemas.contacts.write'],
};

export const OBJECT_TYPES: readonly ObjectType[] = [
  {
    name: 'contacts',
    singular: 'contact',
    typeId: '0-1',
    upperName: 'CONTACT',
    displayName: 'Contact',
    firstId: 100_001,
    createdProperty: 'createdate',
    modifiedProperty: 'lastmodifieddate',
    defaultProperties: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
    uniqueProperties: ['email'],
    secondaryOf: { primary: 'email', additional: 'hs_additional_emails' },
    requireOneOf: ['email', 'firstname', 'lastname'],
    requireAll: [],
    mergeable: true,
    scopes: {
      read: ['crm.objects.contacts.read'],
      write: ['crm.objects.contacts.write'],
      ...CONTACT_SCHEMA_SCOPES,
    },
  },
  {
    name: 'notes',
    singular: 'note',
    typeId: '0-46',
    upperName: 'NOTE',
    displayName: 'Note',
    firstId: 40_000_001,
    createdProperty: 'hs_createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
    uniqueProperties: [],
    requireOneOf: [],
    requireAll: ['hs_timestamp'],
    mergeable: false,
    // Activities ride on the contact scopes; there are none of their own.
    scopes: {
      read: ['crm.objects.contacts.read'],
      write: ['crm.objects.contacts.write'],
      ...CONTACT_SCHEMA_SCOPES,
    },
  },
];

/** Finds a kind by plural name, singular name or type id: HubSpot accepts all three in paths. */
export function findObjectType(nameOrId: string): ObjectType | undefined {
  return OBJECT_TYPES.find(
    (type) => type.name === nameOrId || type.singular === nameOrId || type.typeId === nameOrId,
  );
}
