import type { Database, Queryable } from '../db/database.ts';
import { type AttemptRecord, writeAttempts } from './attempts.ts';
import { type LaneVerdict, lockHeld, writeVerdicts } from './lane-verdicts.ts';
import { type LaneWait, wakeWaiting, writeWaits } from './lane-waits.ts';
import { giveBackShared, type SharedVerdict } from './shared-records.ts';
import { noteWrittenBack, type WriteBackPlans, type WriteBackRow, writeBack } from './write-back.ts';

export interface LinkFound {
  readonly recordKey: string;
  readonly objectType: string;
  readonly hubspotId: string;
  /** A merge has taken the application's id from it. */
  readonly followed?: true;
}

/** An effect without a key at HubSpot, as this claim leaves it. */
export interface EffectVerdict {
  readonly eventId: number;
  readonly ordinal: number;
  /** `applied`: it is at HubSpot under this id. `unsent`: certainly not. `absent`: looked for and not found. */
  readonly end:
    | { readonly kind: 'applied'; readonly hubspotId: string }
    | { readonly kind: 'unsent' }
    | { readonly kind: 'absent' };
}

export interface Settlement {
  readonly worker: string;
  readonly lanes: readonly LaneVerdict[];
  readonly links: readonly LinkFound[];
  /** Keys of records that are not at HubSpot any more under the id that was known. */
  readonly unlinked?: readonly string[];
  readonly shared?: SharedVerdict;
  /** Lanes that wait for a record or a property, which wakes them. */
  readonly waits?: readonly LaneWait[];
  /** Lanes that may have waited, and do so no longer unless `waits` names them. */
  readonly waited?: readonly number[];
  readonly writeBack?: { readonly plans: WriteBackPlans; readonly rows: readonly WriteBackRow[] };
  readonly effects: readonly EffectVerdict[];
  readonly attempts: readonly AttemptRecord[];
  readonly settleMs: number;
  /** Off only in a test that proves the fence is needed. */
  readonly fenced: boolean;
}

/**
 * Writes a claim's outcome in one transaction and gives its lanes back. Returns the lanes that were no longer held: nothing is
 * written for them, whoever took them over delivers their events again. Attempts are kept in any case, they did happen.
 */
export async function settle(
  db: Database,
  settlement: Settlement,
): Promise<{ lost: number[]; writeBackError?: unknown }> {
  return db.transaction(async (tx) => {
    const held = await lockHeld(tx, settlement.lanes, settlement.fenced);
    const lanes = settlement.lanes.filter((lane) => held.has(lane.id));
    const settled = new Set(lanes.flatMap((lane) => lane.events.map((event) => event.id)));
    if (lanes.length > 0) await writeVerdicts(tx, lanes, settlement.settleMs);
    if (settlement.unlinked?.length) await removeLinks(tx, settlement.unlinked);
    const linked = settlement.links.length > 0 ? await writeLinks(tx, settlement.links) : [];
    if (settlement.shared) await giveBackShared(tx, settlement.shared);
    await writeWaits(
      tx,
      (settlement.waits ?? []).filter((wait) => held.has(wait.laneId)),
      (settlement.waited ?? []).filter((id) => held.has(id)),
    );
    if (linked.length > 0) await wakeWaiting(tx, linked);
    const effects = settlement.effects.filter((effect) => settled.has(effect.eventId));
    if (effects.length > 0) await writeEffects(tx, effects);
    if (settlement.attempts.length > 0) await writeAttempts(tx, settlement.worker, settlement.attempts);
    const lost = settlement.lanes.filter((lane) => !held.has(lane.id)).map((lane) => lane.id);
    const rows = settlement.writeBack?.rows.filter((row) => settled.has(row.eventId)) ?? [];
    if (!settlement.writeBack || rows.length === 0) return { lost };
    const unwritten = await writeBack(tx, settlement.writeBack.plans, rows);
    await noteWrittenBack(
      tx,
      rows.map((row) => row.eventId),
      unwritten,
    );
    return { lost, ...(unwritten.error === undefined ? {} : { writeBackError: unwritten.error }) };
  });
}

async function removeLinks(tx: Queryable, keys: readonly string[]): Promise<void> {
  await tx.query(`delete from {schema}.links where record_key = any ($1::text[])`, [keys]);
}

/** The keys of those that are new or have another id. */
async function writeLinks(tx: Queryable, links: readonly LinkFound[]): Promise<string[]> {
  const rows = await tx.query<{ record_key: string }>(
    `insert into {schema}.links as k (record_key, object_type, hubspot_id, followed)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) t(record_key, object_type, hubspot_id, followed)
     order by record_key collate "C"
     on conflict (record_key) do update
     set hubspot_id = excluded.hubspot_id, linked_at = clock_timestamp(), followed = excluded.followed
     where (k.hubspot_id, k.followed) is distinct from (excluded.hubspot_id, excluded.followed)
     returning record_key`,
    [
      links.map((link) => link.recordKey),
      links.map((link) => link.objectType),
      links.map((link) => link.hubspotId),
      links.map((link) => link.followed ?? false),
    ],
  );
  return rows.map((row) => row.record_key);
}

async function writeEffects(tx: Queryable, effects: readonly EffectVerdict[]): Promise<void> {
  const unsent = effects.filter((effect) => effect.end.kind === 'unsent');
  const kept = effects.filter((effect) => effect.end.kind !== 'unsent');
  if (unsent.length > 0) {
    await tx.query(
      `delete from {schema}.effects f using unnest($1::bigint[], $2::smallint[]) x(event_id, ordinal)
       where f.event_id = x.event_id and f.ordinal = x.ordinal and f.hubspot_id is null`,
      [unsent.map((effect) => effect.eventId), unsent.map((effect) => effect.ordinal)],
    );
  }
  if (kept.length > 0) {
    await tx.query(
      `update {schema}.effects f
       set hubspot_id = coalesce(x.hubspot_id, f.hubspot_id),
           absent_at = case when x.hubspot_id is null then clock_timestamp() else f.absent_at end
       from unnest($1::bigint[], $2::smallint[], $3::text[]) x(event_id, ordinal, hubspot_id)
       where f.event_id = x.event_id and f.ordinal = x.ordinal`,
      [
        kept.map((effect) => effect.eventId),
        kept.map((effect) => effect.ordinal),
        kept.map((effect) => (effect.end.kind === 'applied' ? effect.end.hubspotId : null)),
      ],
    );
  }
}
