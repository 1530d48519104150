import type { Database } from '../db/database.ts';
import type { Records } from '../hubspot/records.ts';
import { type Effect, isUpsert, type RecordRef, type RecordUpsert, recordKey } from '../mapping/effects.ts';
import type { Mapper, PlannedEvent } from '../mapping/mapper.ts';
import { checkProperties, type PropertyDefinition } from '../mapping/property-check.ts';
import type { RunningStates } from '../mapping/running.ts';
import { sameValue } from './expectations.ts';
import { type FoundRecord, type FoundRecords, findCompanies, findRecords } from './find-records.ts';
import { upsertsOf } from './plan.ts';
import { withoutStage } from './stage-names.ts';

/** What one event would do. */
export interface Preview {
  readonly event: number | string;
  readonly type: string;
  /** The event's lane; absent for one that cannot be mapped. */
  readonly recordKey?: string;
  /** Would become a dead letter, or hold values that the portal refuses. */
  readonly problems: readonly string[];
  readonly effects: readonly Effect[];
  /** What the records of its upserts hold now and would hold; absent where the portal was not asked. */
  readonly changes?: readonly RecordChange[];
}

export interface RecordChange {
  readonly record: RecordRef;
  /** Null: the record would be created. */
  readonly hubspotId: string | null;
  /** Only those that would change; `from` null where nothing is set. */
  readonly properties: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly to: string;
  }[];
}

export interface PreviewOptions {
  readonly mapper: Mapper;
  readonly definitions: Definitions;
  /** Reads what the portal holds now; without it nothing is compared. */
  readonly records?: Records | undefined;
}

/** The portal's definitions of an object type; undefined where they cannot be read. */
export type Definitions = (objectType: string) => Promise<readonly PropertyDefinition[] | undefined>;

/**
 * What events would do, judged by the portal's definitions and compared with what it holds; sends and changes nothing. `running`
 * are the running values of each event's lane, by record key.
 */
export async function previewEvents(
  events: readonly PlannedEvent[],
  running: ReadonlyMap<string, RunningStates>,
  options: PreviewOptions,
): Promise<Preview[]> {
  const { mapper } = options;
  const planned = events.map((event) => {
    const route = mapper.route(event);
    const states = route.ok ? running.get(route.recordKey) : undefined;
    return { event, route, plan: mapper.plan(event, states) };
  });
  const upserts = planned.flatMap(({ plan }) => (plan.ok ? upsertsOf(plan.record, plan.effects) : []));
  const current = options.records ? await readCurrent(upserts, options.records) : undefined;
  return Promise.all(
    planned.map(async ({ event, route, plan }): Promise<Preview> => {
      const head = { event: event.id, type: event.type };
      if (!plan.ok) return { ...head, problems: [`${plan.code}: ${plan.message}`], effects: [] };
      return {
        ...head,
        ...(route.ok ? { recordKey: route.recordKey } : {}),
        problems: await problemsOf(plan.effects, options.definitions),
        effects: plan.effects,
        ...(current
          ? {
              changes: upsertsOf(plan.record, plan.effects).flatMap((upsert) =>
                changeOf(upsert, current.get(recordKey(upsert.record))),
              ),
            }
          : {}),
      };
    }),
  );
}

/** The running values of lanes, by record key. */
export async function readRunningStates(
  db: Database,
  recordKeys: readonly string[],
): Promise<ReadonlyMap<string, RunningStates>> {
  const rows = await db.query<{ record_key: string; running: RunningStates }>(
    `select record_key, running from {schema}.lanes where record_key = any ($1::text[])`,
    [recordKeys],
  );
  return new Map(rows.map((row) => [row.record_key, row.running]));
}

async function problemsOf(effects: readonly Effect[], definitions: Definitions): Promise<string[]> {
  const problems: string[] = [];
  for (const effect of effects) {
    const [objectType, properties] = isUpsert(effect)
      ? [effect.record.objectType, withoutStage(effect.record.objectType, effect.properties)]
      : ['notes', effect.kind === 'activity.create' ? { hs_note_body: effect.body } : {}];
    if (Object.keys(properties).length === 0) continue;
    const known = await definitions(objectType);
    if (known === undefined) continue;
    problems.push(
      ...checkProperties(properties, known).map((problem) => `${problem.property}: ${problem.message}`),
    );
  }
  return problems;
}

/** By record key; null where there is none, no entry where it could not be read. */
async function readCurrent(
  upserts: readonly RecordUpsert[],
  records: Records,
): Promise<ReadonlyMap<string, FoundRecord | null>> {
  const groups = new Map<string, RecordUpsert[]>();
  for (const upsert of upserts) {
    const name = `${upsert.record.objectType}\n${upsert.record.idProperty}`;
    groups.set(name, [...(groups.get(name) ?? []), upsert]);
  }
  const current = new Map<string, FoundRecord | null>();
  const always = () => Promise.resolve(true);
  for (const group of groups.values()) {
    const { objectType, idProperty } = (group[0] as RecordUpsert).record;
    const ids = [...new Set(group.map(({ record }) => record.id))];
    const properties = [...new Set(group.flatMap((upsert) => Object.keys(upsert.properties)))];
    const { found }: FoundRecords =
      idProperty === 'domain'
        ? await findCompanies(records, ids, properties, always)
        : await findRecords(records, { objectType, idProperty, ids, properties }, always);
    for (const { record } of group) {
      const there = found.get(record.id);
      if (there !== undefined) current.set(recordKey(record), there);
    }
  }
  return current;
}

function changeOf(upsert: RecordUpsert, current: FoundRecord | null | undefined): RecordChange[] {
  if (current === undefined) return [];
  return [
    {
      record: upsert.record,
      hubspotId: current?.hubspotId ?? null,
      properties: Object.entries(upsert.properties).flatMap(([name, to]) => {
        const from = current?.properties[name] ?? null;
        return sameValue(from ?? '', to) ? [] : [{ name, from, to }];
      }),
    },
  ];
}
