import { type Bench, type BenchOptions, inRounds, sized } from '../bench.ts';
import { type BenchPostgres, startBenchPostgres } from '../bench-postgres.ts';
import { type BuiltSpoke, builtSpoke } from '../built-spoke.ts';
import { goal, judge, type Sample, summarise, times } from '../figures.ts';
import { startPortal } from '../portal.ts';
import type { QueueDrainInput, QueueDrainOutput } from '../programs/queue-drain.ts';
import type { QueueLoadInput } from '../programs/queue-load.ts';
import type { LoadedQueue } from '../queue-contender.ts';
import { runProgram } from '../run-program.ts';
import { countContacts, readTraffic, type Traffic } from '../traffic.ts';

const EVENTS = 100_000;
const CONTACTS = 20_000;
const BASELINE = 'lease loop';
const SPOKE = 'Spoke';
const RATE = 'events per second';
const CPU = 'CPU per 1,000 events';
/** Spoke is to be faster than these, although they do nothing. */
const PEERS = ['pg-boss, defaults', 'graphile-worker, defaults'] as const;

/** `file` is the contender's module; `capSeconds` is its own cap, where a longer look would show nothing more. */
interface Contestant {
  readonly name: string;
  readonly file: string;
  readonly capSeconds?: number;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: BASELINE, file: 'lease-loop' },
  { name: SPOKE, file: 'spoke' },
  { name: 'pg-boss, defaults', file: 'pg-boss', capSeconds: 20 },
  { name: 'pg-boss, batches of 100', file: 'pg-boss-batches' },
  { name: 'graphile-worker, defaults', file: 'graphile-worker' },
  { name: 'graphile-worker, local queue', file: 'graphile-worker-local-queue' },
];

/** What all rounds share. */
interface Setting {
  readonly options: BenchOptions;
  readonly postgres: BenchPostgres;
  readonly spoke: BuiltSpoke;
  readonly jobs: number;
  readonly contacts: number;
}

export const deliveryBench: Bench = {
  name: 'delivery',
  what: 'Working off a backlog with one worker process: Spoke delivering to a simulator without limits, queues doing nothing.',
  peers: true,
  rounds: 3,
  async run(options) {
    const setting: Setting = {
      options,
      spoke: await builtSpoke(options.progress),
      postgres: await startBenchPostgres(options.scope),
      jobs: sized(EVENTS, options.scale, 200),
      contacts: sized(CONTACTS, options.scale, 40),
    };
    const { jobs, contacts } = setting;
    const name = `${jobs.toLocaleString('en-US')} events over ${contacts.toLocaleString('en-US')} contacts`;
    const rounds = await inRounds(options, CONTESTANTS, async (contestant, round) =>
      (await measure(setting, contestant, round)).map((sample) => ({
        ...sample,
        case: name,
        contender: contestant.name,
      })),
    );
    await setting.postgres.stop();
    const figures = summarise(rounds, BASELINE, [RATE, CPU]);
    const ofSpoke = { case: name, contender: SPOKE } as const;
    return {
      bench: this.name,
      what: this.what,
      settings: { events: jobs, contacts, 'cap seconds': options.capSeconds, ...setting.postgres.settings },
      figures,
      goals: [
        judge(
          figures,
          {
            ...ofSpoke,
            text: "events per second, times the lease loop's",
            measure: RATE,
            of: 'ratio',
            limit: 0.3,
            direction: 'at least',
          },
          options.scale,
        ),
        judge(
          figures,
          {
            ...ofSpoke,
            text: 'calls per 1,000 folded inputs',
            measure: 'calls per 1,000 folded inputs',
            of: 'median',
            limit: 12,
            direction: 'at most',
          },
          options.scale,
        ),
        judge(
          figures,
          {
            ...ofSpoke,
            text: 'peak memory in MB',
            measure: 'peak memory',
            of: 'median',
            limit: 256,
            direction: 'at most',
          },
          options.scale,
        ),
        ...PEERS.map((other) =>
          goal(
            `events per second, times those of ${other}`,
            times(figures, { ...ofSpoke, measure: RATE, other }),
            'at least',
            1,
            options.scale,
          ),
        ),
      ],
      notes: [
        'Each contender works in a process of its own, in a database of its own on one server; measured from its first connection to the last event that stands as done. Start-up and loading are not measured.',
        `A contender that is not through after ${options.capSeconds} s is stopped, pg-boss with its defaults after 20 s: that takes one job every two seconds. The rate is then that of what was done.`,
        'The queues do nothing and keep no order per record; only Spoke makes calls. Memory of the queues includes the TypeScript loader of this harness, memory and CPU of Spoke are those of `spoke start` alone, read from /proc.',
        'graphile-worker runs without its logger, which writes two lines for every job.',
      ],
    };
  },
};

type Measured = Omit<Sample, 'case' | 'contender'>;

async function measure(setting: Setting, contestant: Contestant, round: number): Promise<Measured[]> {
  const { options, postgres, jobs, contacts } = setting;
  const database = await postgres.createDatabase(`bench_${round}_${contestant.file.replaceAll('-', '_')}`);
  const isSpoke = contestant.name === SPOKE;
  const portal = isSpoke ? await startPortal(options.scope) : undefined;
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
      `Spoke says that ${jobs} events are delivered, but the portal does not hold ${contacts} contacts.`,
    );
  }
  await portal?.stop();
  await database.drop();
  return samplesOf(drained, traffic);
}

function samplesOf(drained: QueueDrainOutput, traffic: Traffic | undefined): Measured[] {
  const { done, seconds, cpuSeconds, peakRssMb } = drained;
  const samples: Measured[] = [
    { measure: RATE, unit: '/s', value: done / seconds },
    { measure: 'events done', unit: 'events', value: done },
  ];
  if (cpuSeconds !== undefined) samples.push({ measure: CPU, unit: 's', value: (cpuSeconds * 1000) / done });
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
