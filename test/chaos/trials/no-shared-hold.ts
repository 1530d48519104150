import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import type { Trial } from '../trial.ts';

/** Less than the request's time-out (3 s): nothing goes wrong but that somebody else may write the company. */
const HELD_MS = 1_800;

/** One worker waits for the answer about a company while another has an event that writes it too. */
export const noSharedHold: Trial = {
  mutant: 'no-shared-hold',
  what: 'One claim at a time writes a record that lanes share: else two workers send for it at once.',
  config: EFFECTS_CONFIG,
  settings: { timeoutSeconds: 3, leaseSeconds: 9 },
  environment: { SPOKE_CLAIM_LANES: '1', SPOKE_CONCURRENCY: '1' },
  async run(stage) {
    const { rig, start, held, within } = stage;
    const { person, judge } = await openEffects(stage);
    await start(0);
    await start(1);
    const writes = async (): Promise<number> => {
      const [company] = await rig.portal.records<{ id: string }>('companies');
      if (!company) return 0;
      const path = `/_simulator/history/companies/${company.id}`;
      return (await rig.portal.api<{ results: unknown[] }>('GET', path)).results.length;
    };
    await rig.portal.hold({ path: 'companies/batch/upsert', holdMs: HELD_MS, times: 1 });
    await person(1, { tag: 'first', company: { company: 1, slots: ['chaos_a'], champion: false } });
    await held();
    await person(3, { tag: 'second', company: { company: 1, slots: ['chaos_b'], champion: false } });
    const sentTwice = await within(HELD_MS / 2, async () => (await writes()) > 1);
    await rig.portal.releaseHold();
    const findings = await judge();
    return sentTwice
      ? [...findings, { kind: 'duplicate-effect', message: 'two workers wrote one company at once' }]
      : findings;
  },
};
