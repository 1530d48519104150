import { CALL_GROUPS, CALL_PROPERTIES } from './calls.ts';
import { COMPANY_GROUPS, COMPANY_PROPERTIES } from './companies.ts';
import { CONTACT_GROUPS, CONTACT_PROPERTIES } from './contacts.ts';
import { DEAL_GROUPS, DEAL_PROPERTIES } from './deals.ts';
import { fromRow, type PropertyDefinition, type PropertyGroup } from './definition.ts';
import { MEETING_GROUPS, MEETING_PROPERTIES } from './meetings.ts';
import { NOTE_GROUPS, NOTE_PROPERTIES } from './notes.ts';
import { TASK_GROUPS, TASK_PROPERTIES } from './tasks.ts';
import { TICKET_GROUPS, TICKET_PROPERTIES } from './tickets.ts';

const DEFAULTS = {
  contacts: { groups: CONTACT_GROUPS, rows: CONTACT_PROPERTIES },
  companies: { groups: COMPANY_GROUPS, rows: COMPANY_PROPERTIES },
  deals: { groups: DEAL_GROUPS, rows: DEAL_PROPERTIES },
  tickets: { groups: TICKET_GROUPS, rows: TICKET_PROPERTIES },
  notes: { groups: NOTE_GROUPS, rows: NOTE_PROPERTIES },
  tasks: { groups: TASK_GROUPS, rows: TASK_PROPERTIES },
  calls: { groups: CALL_GROUPS, rows: CALL_PROPERTIES },
  meetings: { groups: MEETING_GROUPS, rows: MEETING_PROPERTIES },
};

/** The definitions that a type begins with. */
export interface TypeDefinitions {
  groups: PropertyGroup[];
  properties: PropertyDefinition[];
}

/** Fresh copies of HubSpot's own definitions of an object type (plural name); empty for a type without a table. */
export function defaultDefinitions(typeName: string): TypeDefinitions {
  const entry = Object.entries(DEFAULTS).find(([name]) => name === typeName)?.[1];
  return {
    groups: (entry?.groups ?? []).map((group) => ({ ...group })),
    properties: (entry?.rows ?? []).map(fromRow),
  };
}
