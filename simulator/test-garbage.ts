import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_MS = 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Waits while all memory that nothing holds is freed again and again: what lives only by luck is gone before the end. */
export async function whileCollecting<Value>(work: Promise<Value>): Promise<Value> {
  const collecting = setInterval(collectGarbage, EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(collecting);
  }
}
