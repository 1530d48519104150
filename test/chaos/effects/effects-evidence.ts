import type { Pool } from 'pg';
import { readDatabase } from '../database-evidence.ts';
import type { Rig } from '../rig.ts';
import type { EffectsEvidence, PersonRow } from './effects-judge.ts';
import type { EffectEntry } from './effects-ledger.ts';
import { type EffectsIds, readEffects } from './effects-portal.ts';
import { emailOf } from './subjects.ts';

/** Reads the final state of the portal, of the outbox and of the application's rows. To be called when nothing runs. */
export async function effectsEvidence(
  rig: Rig,
  given: { readonly ledger: readonly EffectEntry[]; readonly ids: EffectsIds; readonly people: number },
): Promise<EffectsEvidence> {
  const emails = Array.from({ length: given.people }, (_, person) => emailOf(person));
  return {
    ledger: given.ledger,
    portal: await readEffects(rig.portal, given.ids, emails),
    calls: await rig.portal.calls(),
    database: await readAll(rig.pool),
    processes: await rig.processes(),
    limit: rig.settings.limit,
  };
}

async function readAll(pool: Pool): Promise<EffectsEvidence['database']> {
  const events = await pool.query<{ id: string; attempts: number; processed: string | null }>(
    'select id, attempt_count as attempts, processed_at::text as processed from spoke.outbox_events',
  );
  return {
    ...(await readDatabase(pool)),
    people: await readPeople(pool),
    tries: new Map(
      events.rows.map(({ id, attempts, processed }) => [Number(id), { attempts, processedAt: processed }]),
    ),
    ambiguous: await readAmbiguous(pool),
  };
}

async function readPeople(pool: Pool): Promise<PersonRow[]> {
  const { rows } = await pool.query<PersonRow>(
    `select id, hubspot_id as "hubspotId", hubspot_sync_status as status, hubspot_error as error,
            hubspot_sync_attempts as attempts, hubspot_synced_at::text as "syncedAt" from people`,
  );
  return rows;
}

/** Calls whose end was unknown to the worker, and those of them whose events all have been delivered since. */
async function readAmbiguous(pool: Pool): Promise<{ calls: number; settled: number }> {
  const { rows } = await pool.query<{ calls: number; settled: number }>(
    `select count(*)::int as calls, count(*) filter (where not exists (
       select 1 from spoke.outbox_events e where e.id = any (a.event_ids) and e.state <> 'delivered'))::int as settled
     from spoke.attempts a where unknown > 0`,
  );
  return rows[0] ?? { calls: 0, settled: 0 };
}
