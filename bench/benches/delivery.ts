import {
  type Contestant,
  BACKLOG_CPU as CPU,
  drainBacklog,
  BACKLOG_RATE as RATE,
  type Setting,
} from '../backlog.ts';
import { type Bench, inRounds, sized } from '../bench.ts';
import { startBenchPostgres } from '../bench-postgres.ts';
import { builtSpoke } from '../built-spoke.ts';
import { goal, judge, summarise, times } from '../figures.ts';

const EVENTS = 100_000;
const CONTACTS = 20_000;
const BASELINE = 'lease loop';
const SPOKE = 'Spoke';
/** Spoke is to be faster than these, although they do nothing. */
const PEERS = ['pg-boss, defaults', 'graphile-worker, defaults'] as const;

const CONTESTANTS: readonly Contestant[] = [
  { name: BASELINE, file: 'lease-loop' },
  { name: SPOKE, file: 'spoke', calls: true },
  { name: 'pg-boss, defaults', file: 'pg-boss', capSeconds: 20 },
  { name: 'pg-boss, batches of 100', file: 'pg-boss-batches' },
  { name: 'graphile-worker, defaults', file: 'graphile-worker' },
  { name: 'graphile-worker, local queue', file: 'graphile-worker-local-queue' },
];

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
      (await drainBacklog(setting, contestant, round)).map((sample) => ({
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
