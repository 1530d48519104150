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
  /** Where the `query` of a search looks. Default: all texts. */
  searchProperties?: readonly string[];
  /** Built-in properties whose values are unique among live records. */
  uniqueProperties: readonly string[];
  /** A list property whose addresses are as unique as the primary one and resolve to the same record. */
  secondaryOf?: { primary: string; additional: string };
  /** At least one of these has a value on create. */
  requireOneOf: readonly string[];
  /** All of these have a value on create. */
  requireAll: readonly string[];
  /** Properties that hold a record's pipeline and its stage; a portal's only pipeline is filled in on create. */
  pipeline?: { property: string; stage: string };
  mergeable: boolean;
  scopes: {
    read: readonly string[];
    write: readonly string[];
    schemaRead: readonly string[];
    schemaWrite: readonly string[];
  };
}

const CONTACT_SCOPES = recordScopes('contacts');

/** What notes, tasks, calls and meetings have alike. They ride on the contact scopes; there are none of their own. */
const ACTIVITY = {
  createdProperty: 'hs_createdate',
  modifiedProperty: 'hs_lastmodifieddate',
  defaultProperties: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  uniqueProperties: [],
  requireOneOf: [],
  requireAll: ['hs_timestamp'],
  mergeable: false,
  scopes: CONTACT_SCOPES,
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
    searchProperties: [
      'firstname',
      'lastname',
      'email',
      'hs_additional_emails',
      'phone',
      'mobilephone',
      'fax',
      'company',
    ],
    uniqueProperties: ['email'],
    secondaryOf: { primary: 'email', additional: 'hs_additional_emails' },
    requireOneOf: ['email', 'firstname', 'lastname'],
    requireAll: [],
    mergeable: true,
    scopes: CONTACT_SCOPES,
  },
  {
    name: 'companies',
    singular: 'company',
    typeId: '0-2',
    upperName: 'COMPANY',
    displayName: 'Company',
    firstId: 60_000_001,
    createdProperty: 'createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: ['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name'],
    searchProperties: ['name', 'domain', 'website', 'phone'],
    // The domain is not unique: companies made through the API are not matched by it.
    uniqueProperties: [],
    requireOneOf: ['name', 'domain'],
    requireAll: [],
    mergeable: true,
    scopes: recordScopes('companies'),
  },
  {
    name: 'deals',
    singular: 'deal',
    typeId: '0-3',
    upperName: 'DEAL',
    displayName: 'Deal',
    firstId: 80_000_001,
    createdProperty: 'createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: [
      'amount',
      'closedate',
      'createdate',
      'dealname',
      'dealstage',
      'hs_lastmodifieddate',
      'hs_object_id',
      'pipeline',
    ],
    searchProperties: ['dealname', 'description', 'dealtype', 'pipeline', 'dealstage'],
    uniqueProperties: [],
    requireOneOf: [],
    requireAll: ['dealname', 'dealstage'],
    pipeline: { property: 'pipeline', stage: 'dealstage' },
    mergeable: true,
    scopes: recordScopes('deals'),
  },
  {
    name: 'tickets',
    singular: 'ticket',
    typeId: '0-5',
    upperName: 'TICKET',
    displayName: 'Ticket',
    firstId: 100_000_001,
    createdProperty: 'createdate',
    modifiedProperty: 'hs_lastmodifieddate',
    defaultProperties: [
      'content',
      'createdate',
      'hs_lastmodifieddate',
      'hs_object_id',
      'hs_pipeline',
      'hs_pipeline_stage',
      'hs_ticket_category',
      'hs_ticket_priority',
      'subject',
    ],
    searchProperties: ['subject', 'content', 'hs_pipeline_stage', 'hs_ticket_category'],
    uniqueProperties: [],
    requireOneOf: [],
    requireAll: ['subject', 'hs_pipeline_stage'],
    pipeline: { property: 'hs_pipeline', stage: 'hs_pipeline_stage' },
    mergeable: true,
    scopes: recordScopes('tickets', 'tickets'),
  },
  {
    ...ACTIVITY,
    name: 'notes',
    singular: 'note',
    typeId: '0-46',
    upperName: 'NOTE',
    displayName: 'Note',
    firstId: 40_000_001,
  },
  {
    ...ACTIVITY,
    name: 'tasks',
    singular: 'task',
    typeId: '0-27',
    upperName: 'TASK',
    displayName: 'Task',
    firstId: 120_000_001,
  },
  {
    ...ACTIVITY,
    name: 'calls',
    singular: 'call',
    typeId: '0-48',
    upperName: 'CALL',
    displayName: 'Call',
    firstId: 140_000_001,
  },
  {
    ...ACTIVITY,
    name: 'meetings',
    singular: 'meeting',
    typeId: '0-47',
    upperName: 'MEETING',
    displayName: 'Meeting',
    firstId: 160_000_001,
  },
];

/** Finds a kind by plural name, singular name or type id: HubSpot accepts all three in paths. */
export function findObjectType(nameOrId: string): ObjectType | undefined {
  return OBJECT_TYPES.find(
    (type) => type.name === nameOrId || type.singular === nameOrId || type.typeId === nameOrId,
  );
}

/** The scopes of one kind's records and definitions; definitions may also be read with the record scope. */
function recordScopes(kind: string, legacy?: string): ObjectType['scopes'] {
  const also = legacy === undefined ? [] : [legacy];
  return {
    read: [`crm.objects.${kind}.read`, ...also],
    write: [`crm.objects.${kind}.write`, ...also],
    schemaRead: [`crm.schemas.${kind}.read`, `crm.objects.${kind}.read`, ...also],
    schemaWrite: [`crm.schemas.${kind}.write`, ...also],
  };
}
