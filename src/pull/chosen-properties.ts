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
