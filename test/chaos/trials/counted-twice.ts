import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EFFECTS_CONFIG } from '../effects/effects-portal.ts';
import { openEffects } from '../effects/effects-stage.ts';
import { type Trial, UPSERTS } from '../trial.ts';

const TIMEOUT_MS = 25_000;
const run = promisify(execFile);

/** An event is refused, which counts, and put back by a person, which must not count again. */
export const countedTwice: Trial = {
  mutant: 'counted-twice',
  what: 'An event that the running values hold is marked: else it counts again when it is put back.',
  config: EFFECTS_CONFIG,
  async run(stage) {
    const { rig, start, until } = stage;
    const { person, stateOf, untilDelivered, judge } = await openEffects(stage);
    await rig.portal.addFaults([
      {
        id: 'refused',
        match: { path: UPSERTS, contains: 'refused' },
        at: 'before',
        do: 'status',
        status: 400,
      },
    ]);
    const event = await person(1, { tag: 'refused', amount: '5.25' });
    await start(0);
    await until('the event to be refused', async () => (await stateOf(event)).state === 'dead');
    await rig.portal.clearFaults();
    const [command = '', ...args] = rig.command;
    await run(command, [...args, 'redrive', 'start', String(event), '--yes'], {
      cwd: rig.folder,
      env: rig.environment(0, 'operator'),
      timeout: TIMEOUT_MS,
    });
    await untilDelivered(event);
    await person(1, { tag: 'next', amount: '1.00' });
    return judge();
  },
};
