import type { Properties } from '../mapping/effects.ts';
import type { Directory } from './directory.ts';
import type { Expectation, StaleValues } from './expectations.ts';
import { namesStage } from './stage-names.ts';

/**
 * An expectation with the ids of pipelines and stages, as HubSpot shows them, in the place of their labels. Where these cannot be
 * looked up the labels stay, and nothing that HubSpot shows is taken for stale.
 */
export async function stagedExpectation(
  { upsert, stale }: Expectation,
  directory: Pick<Directory, 'staged'>,
): Promise<Expectation> {
  const { objectType } = upsert.record;
  if (!namesStage(objectType, upsert.properties)) return { upsert, stale };
  const idsOf = async (properties: Properties): Promise<Properties> => {
    const entry = await directory.staged(objectType, properties);
    return entry.ok ? entry.value : properties;
  };
  const withIds = new Map<string, StaleValues>();
  for (const [name, values] of stale) {
    if (values === 'any') {
      withIds.set(name, values);
      continue;
    }
    const ids = new Set<string>();
    for (const value of values)
      ids.add((await idsOf({ ...upsert.properties, [name]: value }))[name] ?? value);
    withIds.set(name, ids);
  }
  return { upsert: { ...upsert, properties: await idsOf(upsert.properties) }, stale: withIds };
}
