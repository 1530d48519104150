import type { Clock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { wakeChannel } from '../outbox/wake.ts';

/** However many submissions come, the workers are told at most this often: a notice at each commit would make commits wait for each other. */
const EVERY_MS = 50;

/** Tells the workers soon that something was recorded; nobody waits for it, and a failure is only logged. */
export function createWakeSoon(
  db: Pick<Database, 'notify' | 'schema'>,
  clock: Pick<Clock, 'sleep'>,
  log: Pick<Logger, 'warn'>,
): () => void {
  let isDue = false;
  const tell = async () => {
    await clock.sleep(EVERY_MS);
    isDue = false;
    await db.notify(wakeChannel(db.schema));
  };
  return () => {
    if (isDue) return;
    isDue = true;
    tell().catch((error: unknown) =>
      log.warn(
        { err: error instanceof Error ? error.message : String(error) },
        'the workers could not be woken; they look by themselves',
      ),
    );
  };
}
