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
import { prepareRedemptions } from '../redemptions.ts';

const EVENTS = 100_000;
const CONTACTS = 20_000;
const BASELINE = 'lease loop';
const SPOKE = 'Spoke';
const SDK = 'HubSpot SDK, a call for each step';
/** Calls that an event costs when nothing is folded or batched: three upserts, two links, one note. */
const STEPS = 6;

const CONTESTANTS: readonly Contestant[] = [
  { name: BASELINE, file: 'lease-loop' },
  { name: SPOKE, file: 'spoke-full', calls: true },
  // The rate shows after seconds.
  { name: SDK, file: 'sdk-call-per-step', calls: true, capSeconds: 15 },
];

export const deliveryFullBench: Bench = {
  name: 'delivery-full',
  what: 'Working off a backlog of events that write a contact, a company, a deal, two links and a note each, with one worker process.',
  peers: true,
  rounds: 3,
  async run(options) {
    const setting: Setting = {
      options,
      spoke: await builtSpoke(options.progress),
      postgres: await startBenchPostgres(options.scope),
      jobs: sized(EVENTS, options.scale, 200),
      contacts: sized(CONTACTS, options.scale, 40),
      prepare: prepareRedemptions,
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
            text: 'calls per 1,000 events',
            measure: 'calls per 1,000 events',
            of: 'median',
            limit: 60,
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
        goal(
          'events per second, times those of the SDK with a call for each step',
          times(figures, { ...ofSpoke, measure: RATE, other: SDK }),
          'at least',
          5,
          options.scale,
        ),
      ],
      notes: [
        `Without folding and batches an event costs ${STEPS} calls; the SDK's contender makes them one after the other, as code written by hand mostly does.`,
        'The lease loop does nothing and calls nobody: it is what leasing and settling cost at least.',
        'The simulator runs on the same machine and does a good part of the work that is timed here; CPU and memory of Spoke are those of `spoke start` alone, read from /proc.',
        `A contender that is not through after ${options.capSeconds} s is stopped, the SDK's after 15 s. The rate is then that of what was done.`,
      ],
    };
  },
};
