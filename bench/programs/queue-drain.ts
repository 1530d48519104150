import type { Program } from '../child.ts';
import { ownUsage } from '../process-usage.ts';
import type { Meter, QueueContender } from '../queue-contender.ts';
import type { QueueLoadInput } from './queue-load.ts';

export interface QueueDrainInput extends QueueLoadInput {
  readonly capSeconds: number;
}

export interface QueueDrainOutput {
  readonly done: number;
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly peakRssMb?: number;
}

/** Lets a contender work off its queue, for at most `capSeconds`. */
export const program: Program<QueueDrainInput, QueueDrainOutput> = async (input, signal) => {
  const { contender } = (await import(`../contenders/delivery/${input.contender}.ts`)) as {
    contender: QueueContender;
  };
  const { meter, read } = createMeter();
  const cap = new AbortController();
  const capped = setTimeout(() => cap.abort(), input.capSeconds * 1000);
  await contender.drain(input, meter, AbortSignal.any([signal, cap.signal]));
  clearTimeout(capped);
  signal.throwIfAborted();
  return read();
};

function createMeter(): { meter: Meter; read: () => QueueDrainOutput } {
  let began: { at: number; cpuSeconds: number } | undefined;
  let output: QueueDrainOutput | undefined;
  return {
    meter: {
      began() {
        began = { at: performance.now(), cpuSeconds: ownUsage().cpuSeconds };
      },
      ended(done, elsewhere) {
        if (!began) throw new Error('The contender ended before it began.');
        const own = ownUsage();
        output ??= {
          done,
          ...(elsewhere ?? {
            seconds: (performance.now() - began.at) / 1000,
            cpuSeconds: own.cpuSeconds - began.cpuSeconds,
            peakRssMb: own.peakRssMb,
          }),
        };
      },
    },
    read() {
      if (!output) throw new Error('The contender did not say when it ended.');
      return output;
    },
  };
}
