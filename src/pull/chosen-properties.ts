import { suggestion } from '../config/nearest-name.ts';
import type { Queryable } from '../db/database.ts';
import { mirrorObject, type PullTools } from './pull-tools.ts';

/** The properties that the config wants of an object type, in order of their names; all: those that the portal defines now. */
export async function chosenProperties(
  tools: PullTools,
  objectType: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { properties = 'all' } = mirrorObject(tools, objectType);
  const names =
    properties === 'all'
      ? (await tools.definitions.expectList(objectType, tools.reading(signal))).map(({ name }) => name)
      : properties;
  return [...new Set(names)].sort();
}

/** Properties that the config names and the portal does not define: HubSpot leaves them out without a word. */
export async function unknownProperties(
  db: Queryable,
  { mirror }: Pick<PullTools, 'mirror'>,
): Promise<{ readonly what: string; readonly message: string }[]> {
  const rows = await db.query<{ object_type: string; names: string[] }>(
    'select object_type, array_agg(name) as names from {schema}.mirror_properties group by object_type',
  );
  return rows.flatMap(({ object_type, names }) => {
    const { properties = 'all' } = mirror.objects[object_type] ?? {};
    const unknown = properties === 'all' ? [] : properties.filter((name) => !names.includes(name));
    return unknown.map((name) => ({
      what: `the property ${name} of ${object_type}`,
      message: `The portal does not define it: it stays empty.${suggestion(name, names)}`,
    }));
  });
}
