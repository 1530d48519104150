import type { BenchOptions } from './bench.ts';
import type { BenchPostgres } from './bench-postgres.ts';
import type { BuiltSpoke } from './built-spoke.ts';
import type { Sample } from './figures.ts';
import { type Portal, startPortal } from './portal.ts';
import type { QueueDrainInput, QueueDrainOutput } from './programs/queue-drain.ts';
import type { QueueLoadInput } from './programs/queue-load.ts';
import type { LoadedQueue } from './queue-contender.ts';
import { runProgram } from './run-program.ts';
import { countContacts, readTraffic, type Traffic } from './traffic.ts';

export const BACKLOG_RATE = 'events per second';
export const BACKLOG_CPU = 'CPU per 1,000 events';

/** `file` is the contender's module; `capSeconds` is its own cap, where a longer look would show nothing more. */
export interface Contestant {
  readonly name: string;
  readonly file: string;
  readonly capSeconds?: number;
  /** Whether it calls a portal, which is started for it. */
  readonly calls?: boolean;
}

/** What all rounds share. */
export interface Setting {
  readonly options: BenchOptions;
  readonly postgres: BenchPostgres;
  readonly spoke: BuiltSpoke;
  readonly jobs: number;
  readonly contacts: number;
  /** What a portal needs before it is called. */
  readonly prepare?: (portal: Portal) => Promise<void>;
}

type Measured = Omit<Sample, 'case' | 'contender'>;

/** Loads a backlog into a contender's own database and lets it work it off; what it took. */
export async function drainBacklog(
  setting: Setting,
  contestant: Contestant,
  round: number,
): Promise<Measured[]> {
  const { options, postgres, jobs, contacts } = setting;
  const database = await postgres.createDatabase(`bench_${round}_${contestant.file.replaceAll('-', '_')}`);
  const portal = contestant.calls ? await startPortal(options.scope) : undefined;
  if (portal) await setting.prepare?.(portal);
  const queue: LoadedQueue = {
    databaseUrl: database.url,
    jobs,
    contacts,
    ...(portal && {
      portal: { url: portal.url, token: portal.token, portalId: portal.portalId },
      cli: setting.spoke.cli,
    }),
  };
  const load: QueueLoadInput = { ...queue, contender: contestant.file };
  await runProgram<null>(options.scope, './programs/queue-load.ts', load);
  await database.settle();
  const capSeconds = Math.min(options.capSeconds, contestant.capSeconds ?? Number.POSITIVE_INFINITY);
  const drain: QueueDrainInput = { ...load, capSeconds };
  const drained = await runProgram<QueueDrainOutput>(options.scope, './programs/queue-drain.ts', drain);
  const traffic = portal ? await readTraffic(portal) : undefined;
  if (portal && drained.done === jobs && (await countContacts(portal)) !== contacts) {
    throw new Error(
      `${contestant.name} says that ${jobs} events are delivered, but the portal does not hold ${contacts} contacts.`,
    );
  }
  await portal?.stop();
  await database.drop();
  return samplesOf(drained, traffic);
}

function samplesOf(drained: QueueDrainOutput, traffic: Traffic | undefined): Measured[] {
  const { done, seconds, cpuSeconds, peakRssMb } = drained;
  const samples: Measured[] = [
    { measure: BACKLOG_RATE, unit: '/s', value: done / seconds },
    { measure: 'events done', unit: 'events', value: done },
  ];
  if (cpuSeconds !== undefined)
    samples.push({ measure: BACKLOG_CPU, unit: 's', value: (cpuSeconds * 1000) / done });
  if (peakRssMb !== undefined) samples.push({ measure: 'peak memory', unit: 'MB', value: peakRssMb });
  if (traffic) {
    samples.push(
      { measure: 'calls per 1,000 events', unit: 'calls', value: (traffic.calls * 1000) / done },
      {
        measure: 'calls per 1,000 folded inputs',
        unit: 'calls',
        value: (traffic.calls * 1000) / traffic.inputs,
      },
      { measure: 'folded inputs', unit: 'inputs', value: traffic.inputs },
    );
  }
  return samples;
}
