import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ADA, type Trial } from '../trial.ts';

const TIMEOUT_MS = 25_000;
const run = promisify(execFile);

/** The same event is recorded twice under one key, as an application does that repeats a request. */
export const noDedupe: Trial = {
  mutant: 'no-dedupe',
  what: 'One idempotency key is one event: else a repeated request makes a second note.',
  async run({ rig, start, judge }) {
    const payload = { ...ADA, seq: 1, value: '1.a', note: 'chaos-note-ada-1' };
    const [command = '', ...args] = rig.command;
    const ids: number[] = [];
    for (let time = 0; time < 2; time += 1) {
      const given = [
        'track',
        'chaos_changed',
        JSON.stringify(payload),
        '--idempotency-key',
        'request-1',
        '--json',
      ];
      const { stdout } = await run(command, [...args, ...given], {
        cwd: rig.folder,
        env: rig.environment(0, 'recorder'),
        timeout: TIMEOUT_MS,
      });
      ids.push((JSON.parse(stdout) as { id: number }).id);
    }
    const { seq, value, note } = payload;
    rig.ledger.add([
      { eventId: ids[0] ?? 0, key: ADA, seq, set: { chaos_seq: '1', chaos_value: value }, note },
    ]);
    await start(0);
    const { findings } = await judge();
    return findings;
  },
};
