import type { Pool } from 'pg';
import { waitFor } from '../../support/wait-for.ts';
import { keyText } from '../ledger.ts';
import type { Finding } from '../oracle.ts';
import { outcomeOf } from '../outcome.ts';
import { createEntities, madeUpContacts, recordEvents } from '../producer.ts';
import { openRig } from '../rig.ts';
import type { Scenario, ScenarioContext } from '../scenario.ts';

/** One full batch. */
const BATCH = 100;
/** Calls beyond the one that would do without the poison: what halving a hundred down to one takes. */
const MAX_EXTRA_CALLS = 14;
const TIMEOUT_MS = 60_000;

type Mode = 'named' | 'whole-batch';

/** One refused record in a full batch, in both ways in which the portal refuses. */
export const poison: Scenario = {
  name: 'poison',
  what: 'One refused record in a batch of 100: 99 are delivered, with at most 14 extra calls, and only its own lane waits.',
  async run(context) {
    const startedAt = performance.now();
    const parts = [await tryMode(context, 'named'), await tryMode(context, 'whole-batch')];
    return outcomeOf({
      scenario: 'poison',
      startedAt,
      findings: parts.flatMap((part) => part.findings),
      figures: Object.assign({}, ...parts.map((part) => part.figures)),
    });
  },
};

/** `named`: 207 with an error for the one input. `whole-batch`: 400, nothing written and nobody named. */
async function tryMode(
  { base, settings, progress }: ScenarioContext,
  mode: Mode,
): Promise<{ findings: Finding[]; figures: Record<string, number> }> {
  progress(`poison, ${mode}`);
  const rig = await openRig(base, { name: `poison-${mode}`, settings: { ...settings, workers: 1 } });
  try {
    if (mode === 'whole-batch') {
      await rig.portal.addFaults([
        {
          id: 'whole batch refused',
          match: { path: 'batch/upsert', contains: 'no-such-stage' },
          at: 'before',
          do: 'status',
          status: 400,
          body: { status: 'error', category: 'VALIDATION_ERROR', message: 'Property values were not valid' },
        },
      ]);
    }
    // All by e-mail: one batch.
    const contacts = madeUpContacts(BATCH * 2).filter((key) => key.idProperty === 'email');
    const [poisoned, ...healthy] = contacts;
    if (!poisoned) throw new Error('there are no contacts');
    await createEntities(rig.pool, contacts);
    await recordEvents(rig, [poisoned], 1, { poison: true });
    await recordEvents(rig, healthy, 1);
    const startedAt = performance.now();
    await rig.workers.scale(1);
    const states = await waitFor(
      async () => {
        const found = await statesOf(rig.pool);
        return found.get('pending') ? undefined : found;
      },
      { timeout: TIMEOUT_MS, interval: 50, what: 'every event to be delivered or dead' },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const calls = (await rig.portal.calls()).filter((call) => call.path.includes('contacts/batch/upsert'));
    const extraCalls = calls.length - 1;

    // The lane of a dead letter goes on, and so does everybody else.
    await recordEvents(rig, contacts, 1);
    const settled = await rig.settled(TIMEOUT_MS);
    await rig.workers.drainAll();
    const evidence = await rig.evidence();
    const shown = new Map(
      evidence.portal.contacts.map((one) => [one.properties.email, one.properties.chaos_seq]),
    );
    const behind = contacts.filter((key) => shown.get(key.id) !== '2');
    const reasons = [...evidence.database.events.values()].filter((event) => event.state === 'dead');

    const findings: Finding[] = [];
    const must = (kind: Finding['kind'], holds: boolean, message: string): void => {
      if (!holds) findings.push({ kind, message: `${mode}: ${message}` });
    };
    must(
      'lost',
      states.get('delivered') === BATCH - 1,
      `${states.get('delivered') ?? 0} of 99 were delivered`,
    );
    must('dead', states.get('dead') === 1, `${states.get('dead') ?? 0} events are dead, not 1`);
    must('dead', reasons[0]?.error != null, 'the dead letter has no reason');
    must(
      'limit-exceeded',
      extraCalls <= MAX_EXTRA_CALLS,
      `${extraCalls} extra calls; ${MAX_EXTRA_CALLS} are allowed`,
    );
    must('undelivered', settled, 'the next events of all records were not delivered');
    must(
      'wrong-state',
      behind.length === 0,
      `${behind.slice(0, 3).map(keyText).join(', ')} do not show their next event`,
    );
    return {
      findings,
      figures: {
        [`${mode}: delivered`]: states.get('delivered') ?? 0,
        [`${mode}: extra calls`]: extraCalls,
        [`${mode}: seconds with the start`]: Math.round(seconds * 10) / 10,
      },
    };
  } finally {
    await rig.stop();
  }
}

async function statesOf(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ state: string; events: number }>(
    'select state, count(*)::int as events from spoke.outbox_events group by state',
  );
  return new Map(rows.map(({ state, events }) => [state, events]));
}
