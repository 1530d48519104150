import pico from 'picocolors';
import { systemClock } from '../clock.ts';
import { SpokeError } from '../errors.ts';
import { type CommandModule, type Console, EXIT } from './command.ts';
import { type DemoCounts, startDemo } from './demo-run.ts';

interface DemoArguments {
  once?: boolean;
  json?: boolean;
  events: string;
}

const SUMMARY_EVERY_MS = 1_000;
/** Into a pipe a line a second would be noise. */
const PIPED_SUMMARY_EVERY_MS = 5_000;
/** Between two made-up events: about four a second. */
const EVENT_EVERY_MS = 250;
const MAX_EVENTS = 100_000;

/** `spoke demo`: everything on this machine, without an account: embedded database, simulator, example, worker. */
export const demoCommand: CommandModule = (program, console, finish) => {
  program
    .command('demo')
    .description(
      'run an example with made-up traffic against a simulated portal; needs no account and no database',
    )
    .option('--once', 'record a fixed number of events, deliver them all, and end')
    .option('--events <n>', 'how many with --once', '500')
    .option('--json', 'with --once: print one JSON object')
    .action(async (options: DemoArguments) => {
      const events = Number(options.events);
      if (!Number.isInteger(events) || events < 1 || events > MAX_EVENTS)
        throw new SpokeError(
          'CONFIG_INVALID',
          `--events must be a whole number from 1 to ${MAX_EVENTS}, was ${options.events}.`,
        );
      if (options.json && !options.once) throw new SpokeError('CONFIG_INVALID', '--json goes with --once.');
      finish(options.once ? await runOnce(console, events, options.json === true) : await runOn(console));
    });
};

async function runOnce(console: Console, events: number, json: boolean): Promise<number> {
  const startedAt = performance.now();
  if (!json) console.err('Starting an embedded database, a simulated HubSpot portal and a worker …');
  const demo = await startDemo();
  try {
    for (let n = 0; n < events && !console.stopping.aborted; n += 1) await demo.step();
    demo.wake();
    let counts = await demo.counts();
    while (counts.waiting > 0 && !console.stopping.aborted) {
      await systemClock.sleep(100, console.stopping);
      counts = await demo.counts();
    }
    const seconds = round((performance.now() - startedAt) / 1_000);
    const firstDelivered =
      counts.firstDeliveredAt === null ? null : round((counts.firstDeliveredAt - startedAt) / 1_000);
    const { recorded, delivered, dead, contacts, notes, calls, http429 } = counts;
    if (json) {
      console.out(
        JSON.stringify({
          events: recorded,
          delivered,
          dead,
          contacts,
          notes,
          calls,
          http_429: http429,
          first_delivered_seconds: firstDelivered,
          seconds,
        }),
      );
    } else {
      console.out(
        `${recorded} events recorded, ${delivered} delivered and ${dead} dead in ${seconds} s (the first after ${firstDelivered} s).\n` +
          `The portal holds ${contacts} contacts and ${notes} notes, and took ${calls} calls; ${http429} were refused for the rate limit.`,
      );
    }
    return delivered === events ? EXIT.done : EXIT.failed;
  } finally {
    await demo.stop();
  }
}

async function runOn(console: Console): Promise<number> {
  console.out('Starting an embedded database, a simulated HubSpot portal and a worker …');
  const demo = await startDemo();
  const { url } = demo.simulator;
  console.out(`
${pico.bold('Spoke demo')}: the rewards example records events in its own transactions, and a worker brings them to a portal.
Everything runs in this process and is gone when it ends (Ctrl-C).

  What the portal holds   curl -s ${url}/_simulator/state
  Its contacts            curl -s '${url}/_simulator/records/contacts?limit=3'
  Its notes               curl -s '${url}/_simulator/records/notes?limit=3'
  Calls it received       curl -s '${url}/_simulator/journal?limit=5'
  Make it misbehave       curl -s ${url}/_simulator/faults -d '[{"at":"after-apply","do":"status","status":502,"probability":0.3}]'
  Make it behave again    curl -s -X DELETE ${url}/_simulator/faults

  The example's code      examples/rewards-app
`);
  try {
    let shownAt = Number.NEGATIVE_INFINITY;
    const every = console.isTty ? SUMMARY_EVERY_MS : PIPED_SUMMARY_EVERY_MS;
    while (!console.stopping.aborted) {
      await demo.step();
      if (performance.now() - shownAt >= every) {
        shownAt = performance.now();
        show(console, await demo.counts());
      }
      await systemClock.sleep(EVENT_EVERY_MS, console.stopping);
    }
    if (console.isTty) process.stderr.write('\n');
    console.out('Stopping …');
    return EXIT.done;
  } finally {
    await demo.stop();
  }
}

function show(console: Console, counts: DemoCounts): void {
  const line = [
    `${counts.recorded} recorded`,
    pico.green(`${counts.delivered} delivered`),
    `${counts.waiting} waiting`,
    counts.dead > 0 ? pico.red(`${counts.dead} dead`) : '0 dead',
    `${counts.contacts} contacts`,
    `${counts.notes} notes`,
    `${counts.calls} calls`,
    counts.http429 > 0 ? pico.red(`${counts.http429} refused (429)`) : '0 refused (429)',
  ].join(' · ');
  if (console.isTty) process.stderr.write(`\r\u001b[K${line}`);
  else console.out(line);
}

const round = (seconds: number) => Math.round(seconds * 100) / 100;
