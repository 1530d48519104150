import { OBJECT_TYPE_IDS } from './portal-definition.ts';

const BY_ID = new Map<string, string>(Object.entries(OBJECT_TYPE_IDS).map(([name, id]) => [id, name]));
/** As webhooks and kinds of links name object types. */
const SINGULAR: Readonly<Record<string, string>> = {
  contact: 'contacts',
  company: 'companies',
  deal: 'deals',
  ticket: 'tickets',
  product: 'products',
  line_item: 'line_items',
};

/** An object type as paths, and so the config, name it: `contacts` for 0-1, contact and CONTACT; others, such as 2-123456, as they are. */
export function objectTypeName(told: string): string {
  const name = told.toLowerCase();
  return BY_ID.get(name) ?? SINGULAR[name] ?? name;
}
