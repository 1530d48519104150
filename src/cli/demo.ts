import { systemClock } from '../clock.ts';
import { wholeNumber } from './arguments.ts';
import { type CommandModule, type Console, EXIT, print, usageError } from './command.ts';
import type { Demo, DemoCounts } from './demo-run.ts';
import { createRates, demoJson, demoLine, demoSummary, demoWelcome } from './demo-text.ts';

interface DemoArguments {
  once?: boolean;
  json?: boolean;
  events?: string;
}

const ONCE_EVENTS = 500;
const MAX_EVENTS = 100_000;
/** Longest wait for the portal after the last event of --once was recorded. */
const ONCE_LIMIT_MS = 600_000;
const FIRST_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 20;
const LINE_EVERY_MS = 1_000;
/** Into a pipe a line a second would be noise. */
const PIPED_LINE_EVERY_MS = 5_000;
/** Between two made-up events: about four a second. */
const EVENT_EVERY_MS = 250;
const STARTING = 'Starting an embedded database, a simulated HubSpot portal and a worker …';

/** `spoke demo`: everything on this machine, without an account: embedded database, simulator, example, worker. */
export const demoCommand: CommandModule = (program, console, finish) => {
  program
    .command('demo')
    .description(
      'run an example with made-up traffic against a simulated portal; needs no account and no database',
    )
    .option('--once', 'record a fixed number of events, deliver them all, and end')
    .option('--events <n>', `how many at least with --once (default: ${ONCE_EVENTS})`)
    .option('--json', 'with --once: print one JSON object')
    .action(async (options: DemoArguments) => {
      if (options.json && !options.once) throw usageError('--json goes with --once.');
      if (options.events !== undefined && !options.once) throw usageError('--events goes with --once.');
      const events = wholeNumber('--events', options.events ?? String(ONCE_EVENTS), 1, MAX_EVENTS);
      const startedAt = performance.now();
      if (!options.json) console.err(STARTING);
      const { startDemo } = await import('./demo-run.ts');
      const demo = await startDemo({ http: !options.once });
      try {
        finish(
          options.once
            ? await runOnce(console, demo, startedAt, events, options.json === true)
            : await runOn(console, demo, startedAt),
        );
      } finally {
        await demo.stop();
      }
    });
};

async function runOnce(
  console: Console,
  demo: Demo,
  startedAt: number,
  events: number,
  json: boolean,
): Promise<number> {
  let recorded = 0;
  while (recorded < events && !console.stopping.aborted) {
    const before = recorded;
    recorded += await demo.step();
    // The first one goes on its own: it shows how long an event takes from the start of everything.
    if (before === 0) await nothingWaits(console, demo, FIRST_LIMIT_MS);
  }
  const counts = await nothingWaits(console, demo, ONCE_LIMIT_MS);
  print(console, json, demoJson(counts, startedAt), demoSummary(counts, startedAt));
  return counts.delivered === recorded && !console.stopping.aborted ? EXIT.done : EXIT.failed;
}

async function nothingWaits(console: Console, demo: Demo, limitMs: number): Promise<DemoCounts> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const counts = await demo.counts();
    if (counts.waiting === 0 || console.stopping.aborted || performance.now() > deadline) return counts;
    await systemClock.sleep(LOOK_EVERY_MS, console.stopping);
  }
}

async function runOn(console: Console, demo: Demo, startedAt: number): Promise<number> {
  console.out(demoWelcome(demo.simulator.url, demo));
  const rates = createRates();
  const every = console.isTty ? LINE_EVERY_MS : PIPED_LINE_EVERY_MS;
  let shownAt = Number.NEGATIVE_INFINITY;
  while (!console.stopping.aborted) {
    await demo.step();
    if (performance.now() - shownAt >= every) {
      shownAt = performance.now();
      const counts = await demo.counts();
      const line = demoLine(counts, rates(counts, shownAt), console.color);
      if (console.isTty) console.live(line);
      else console.out(line);
    }
    await systemClock.sleep(EVENT_EVERY_MS, console.stopping);
  }
  console.live('');
  console.err('Stopping …');
  await demo.drain();
  console.out(demoSummary(await demo.counts(), startedAt));
  return EXIT.done;
}
