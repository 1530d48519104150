import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { wakeChannel } from '../outbox/wake.ts';

/** However many submissions come, the workers are told at most this often: a notice at each commit would make commits wait for each other. */
const EVERY_MS = 250;

/** Tells the workers that something was recorded, the first time at once; nobody waits for it, and a failure is only logged. */
export function createWakeSoon(
  db: Pick<Database, 'notify' | 'schema'>,
  clock: Pick<Clock, 'sleep'>,
  log: Pick<Logger, 'warn'>,
): () => void {
  /** `resting`: told a moment ago; `due`: to be told again after that. */
  let state: 'idle' | 'resting' | 'due' = 'idle';
  const tell = async () => {
    do {
      state = 'resting';
      await db
        .notify(wakeChannel(db.schema))
        .catch((error: unknown) =>
          log.warn(
            { err: error instanceof Error ? error.message : String(error) },
            'the workers could not be woken; they look by themselves',
          ),
        );
      await clock.sleep(EVERY_MS);
    } while (isDue());
    state = 'idle';
  };
  const isDue = () => state === 'due';
  return () => {
    if (state === 'idle') void tell();
    else state = 'due';
  };
}
