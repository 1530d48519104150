import type { Finding } from '../oracle.ts';
import type { Stage } from '../trial.ts';
import { effectsEvidence } from './effects-evidence.ts';
import { judgeEffects } from './effects-judge.ts';
import type { EffectEntry } from './effects-ledger.ts';
import { prepareEffects } from './effects-portal.ts';
import { createPeople } from './effects-producer.ts';
import type { OwnPayload, PersonPayload } from './subjects.ts';

/** Of a trial. */
const PEOPLE = 6;
const STEP_TIMEOUT_MS = 25_000;

/** A stage on which events have effects of every kind. */
export interface EffectsStage {
  /** Records an event about a person, in a transaction of its own. */
  person(person: number, content: Omit<PersonPayload, 'person' | 'seq'>): Promise<number>;
  /** Records an event of a company's or a deal's own. */
  own(type: 'company_changed' | 'deal_changed', payload: OwnPayload): Promise<number>;
  stateOf(eventId: number): Promise<{ readonly state: string; readonly error: string | null }>;
  /** Until the event has been delivered; throws when it takes too long. */
  untilDelivered(eventId: number): Promise<void>;
  /** Waits until all is at rest (or `timeoutMs`), drains the workers and judges the final state. */
  judge(timeoutMs?: number): Promise<readonly Finding[]>;
}

export async function openEffects({ rig, until }: Stage): Promise<EffectsStage> {
  const ledger: EffectEntry[] = [];
  await createPeople(rig.pool, PEOPLE);
  const ids = await prepareEffects(rig.portal);
  const stateOf = async (eventId: number) => {
    const { rows } = await rig.pool.query<{ state: string; error: string | null }>(
      'select state, last_error_code as error from spoke.outbox_events where id = $1',
      [eventId],
    );
    return rows[0] ?? { state: 'missing', error: null };
  };
  return {
    stateOf,
    async person(person, content) {
      const client = await rig.pool.connect();
      try {
        await client.query('begin');
        const { rows } = await client.query<{ seq: number }>(
          'update people set seq = seq + 1 where id = $1 returning seq',
          [person],
        );
        const payload = { ...content, person, seq: rows[0]?.seq ?? 0 };
        const eventId = await rig.track(client, 'person_changed', payload);
        await client.query('commit');
        ledger.push({ eventId, type: 'person_changed', payload });
        return eventId;
      } finally {
        client.release();
      }
    },
    async own(type, payload) {
      const client = await rig.pool.connect();
      try {
        const eventId = await rig.track(client, type, payload);
        ledger.push({ eventId, type, payload });
        return eventId;
      } finally {
        client.release();
      }
    },
    async untilDelivered(eventId) {
      await until(
        `event ${eventId} to be delivered`,
        async () => (await stateOf(eventId)).state === 'delivered',
      );
    },
    async judge(timeoutMs = STEP_TIMEOUT_MS) {
      await rig.settled(timeoutMs);
      await rig.workers.drainAll();
      return judgeEffects(await effectsEvidence(rig, { ledger, ids, people: PEOPLE })).findings;
    },
  };
}
