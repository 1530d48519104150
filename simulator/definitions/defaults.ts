import { CONTACT_GROUPS, CONTACT_PROPERTIES } from './contacts.ts';
import { fromRow, type PropertyDefinition, type PropertyGroup } from './definition.ts';
import { NOTE_GROUPS, NOTE_PROPERTIES } from './notes.ts';

const DEFAULTS = {
  contacts: { groups: CONTACT_GROUPS, rows: CONTACT_PROPERTIES },
  notes: { groups: NOTE_GROUPS, rows: NOTE_PROPERTIES },
};

/** Fresh copies of HubSpot's own definitions of an object type (plural name); empty for a type without a table. */
export function defaultDefinitions(typeName: string): {
  groups: PropertyGroup[];
  properties: PropertyDefinition[];
} {
  const entry = Object.entries(DEFAULTS).find(([name]) => name === typeName)?.[1];
  return {
    groups: (entry?.groups ?? []).map((group) => ({ ...group })),
    properties: (entry?.rows ?? []).map(fromRow),
  };
}
