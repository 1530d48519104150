import type { Program } from '../child.ts';
import type { LoadedQueue, QueueContender } from '../queue-contender.ts';

export interface QueueLoadInput extends LoadedQueue {
  readonly contender: string;
}

/** Fills a contender's queue. */
export const program: Program<QueueLoadInput, null> = async (input) => {
  const { contender } = (await import(`../contenders/delivery/${input.contender}.ts`)) as {
    contender: QueueContender;
  };
  await contender.load(input);
  return null;
};
