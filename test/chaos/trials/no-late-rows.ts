import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import type { Trial } from '../trial.ts';

/** More than the time between two looks for rows that are left (5 s). */
const LATE_MS = 14_000;

/** The application keeps its row locked while the event is delivered. */
export const noLateRows: Trial = {
  mutant: 'no-late-rows',
  what: 'A row that could not be written with the outcome is written later: else it never shows it.',
  config: EFFECTS_CONFIG,
  async run(stage) {
    const { rig, start } = stage;
    const { person, untilDelivered, judge } = await openEffects(stage);
    const event = await person(1, { tag: 'locked' });
    const client = await rig.pool.connect();
    try {
      await client.query('begin');
      await client.query('select 1 from people where id = 1 for update');
      await start(0);
      await untilDelivered(event);
      await client.query('rollback');
    } finally {
      client.release();
    }
    return judge(LATE_MS);
  },
};
