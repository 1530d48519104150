import type { Database } from '../../src/db/database.ts';

/** What the mirror keeps of a contact. */
export const PROPERTIES = ['email', 'firstname', 'city'];

/** Counts what differs, without any of the code that is judged. */
export async function compareRecords(
  db: Database,
  there: readonly {
    readonly id: string;
    readonly archived: boolean;
    readonly properties: Readonly<Record<string, string | null>>;
  }[],
  withExtra: boolean,
): Promise<{ differing: number; example: string }> {
  const rows = await db.query<{ id: string; properties: Record<string, string> }>(
    `select id::text, properties from {schema}.mirror_records where object_type = 'contacts' and state = 'live'`,
  );
  const here = new Map(rows.map(({ id, properties }) => [id, properties]));
  const wrong: string[] = [];
  for (const { id, archived, properties } of there) {
    if (archived) continue;
    const mine = here.get(id);
    here.delete(id);
    if (mine === undefined) wrong.push(`${id} is missing`);
    else if (PROPERTIES.some((name) => (mine[name] ?? '') !== (properties[name] ?? '')))
      wrong.push(`${id} is stale`);
  }
  if (withExtra) wrong.push(...[...here.keys()].map((id) => `${id} is not there any more`));
  return { differing: wrong.length, example: wrong[0] ?? '' };
}

/** The same of who is on the list. */
export async function compareMembers(
  db: Database,
  there: readonly string[],
): Promise<{ differing: number; example: string }> {
  const rows = await db.query<{ id: string }>(
    'select hubspot_id::text as id from {schema}.hubspot_memberships where left_at is null',
  );
  const here = new Set(rows.map(({ id }) => id));
  const wrong = [
    ...there.filter((id) => !here.delete(id)).map((id) => `${id} is on the list`),
    ...[...here].map((id) => `${id} is not on the list any more`),
  ];
  return { differing: wrong.length, example: wrong[0] ?? '' };
}
