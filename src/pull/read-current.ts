import { SpokeError } from '../errors.ts';
import { readAnswer } from '../hubspot/read-answer.ts';
import { readByIds } from '../hubspot/read-by-ids.ts';
import type { HubspotRecord } from '../hubspot/record.ts';
import { parseRecord } from '../hubspot/record.ts';
import type { Departure } from '../mirror/write-departures.ts';
import type { MirrorInput } from '../mirror/write-records.ts';
import type { PullTools } from './pull-tools.ts';

/** What HubSpot's store says of some records now. */
export interface Reading {
  readonly records: readonly MirrorInput[];
  /** When the first question was sent, by the database's clock: what is written under it gives way to any later reading. */
  readonly readAt: Date;
  readonly departures: readonly Departure[];
  /** When the first question about what is not live was sent. */
  readonly departuresReadAt: Date;
}

/** Questions about single records that are under way at once. */
const AT_ONCE = 4;
const NO_TIME = new Date(0).toISOString();

/**
 * Reads up to 100 records by id: live ones with their properties; of the others, whether they are in the recycle bin, taken up by
 * another record, or nowhere. The last is asked of each record alone, because its values are erased for it.
 */
export async function readCurrent(
  tools: PullTools,
  objectType: string,
  request: { readonly ids: readonly string[]; readonly properties: readonly string[] },
  signal: AbortSignal,
): Promise<Reading> {
  const options = tools.reading(signal);
  const readAt = await tools.time.now();
  const live = await readByIds(tools.records, objectType, request, options);
  const records = [...live.found.values()].map(asInput(request.properties));
  const departuresReadAt = await tools.time.now();
  if (live.missing.length === 0) return { records, readAt, departures: [], departuresReadAt };
  const moved = new Set(live.moved);
  const bin = await readByIds(
    tools.records,
    objectType,
    { ids: live.missing.filter((id) => !moved.has(id)), properties: ['hs_object_id'], archived: true },
    options,
  );
  const departures: Departure[] = [...bin.found.values()].map(({ id, archivedAt }) => ({
    id,
    state: 'archived',
    ...(archivedAt === undefined ? {} : { leftAt: archivedAt }),
  }));
  const open = [...live.moved, ...bin.missing];
  for (let start = 0; start < open.length; start += AT_ONCE)
    departures.push(
      ...(
        await Promise.all(
          open.slice(start, start + AT_ONCE).map((id) => whereIs(tools, objectType, id, signal)),
        )
      ).flat(),
    );
  return { records, readAt, departures, departuresReadAt };
}

/** Nothing for a record that is live again: it is hinted at by whoever brought it back, and by the next full reading. */
async function whereIs(
  tools: PullTools,
  objectType: string,
  id: string,
  signal: AbortSignal,
): Promise<Departure[]> {
  const options = tools.reading(signal);
  try {
    const record = await readAnswer(
      {
        what: `read one of ${objectType} by id`,
        send: () => tools.records.get(objectType, id, { properties: ['hs_object_id'] }, options),
        parse: parseRecord,
      },
      options,
    );
    return record.id === id ? [] : [{ id, state: 'merged', into: record.id }];
  } catch (error) {
    if (error instanceof SpokeError && error.facts.status === 404) return [{ id, state: 'gone' }];
    throw error;
  }
}

/** As the mirror takes it: with the chosen properties alone, because HubSpot adds some of its own, here these and there others. */
export function asInput(properties: readonly string[]): (record: HubspotRecord) => MirrorInput {
  const chosen = new Set(properties);
  return ({ id, properties: given, createdAt, updatedAt }) => ({
    id,
    properties: Object.fromEntries(Object.entries(given).filter(([name]) => chosen.has(name))),
    ...(createdAt === undefined ? {} : { createdAt }),
    // Where HubSpot gives none, the time of reading alone decides.
    updatedAt: updatedAt ?? createdAt ?? NO_TIME,
  });
}
