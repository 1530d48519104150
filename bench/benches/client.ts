import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, type BenchOptions, inRounds, sized } from '../bench.ts';
import { builtSpoke } from '../built-spoke.ts';
import { judge, type Sample, summarise } from '../figures.ts';
import { startPortal } from '../portal.ts';
import type { ClientCallsInput, ClientCallsOutput } from '../programs/client-calls.ts';
import { runProgram } from '../run-program.ts';

const INPUTS_PER_CALL = 100;
const CALLS = 1000;
/** An application's client lives for days: what is compiled in its first seconds is not charged to the calls. */
const WARM_UP_CALLS = 400;
const CONCURRENCY = 4;
const IMPORT_CASE = 'import';
const CALLS_CASE = `upserts of ${INPUTS_PER_CALL} contacts`;
const BASELINE = 'HubSpot SDK';

/** `file` is the contender's module; `entry` what an application would import. */
interface Contestant {
  readonly name: string;
  readonly file: string;
  readonly entry?: string;
}

export const clientBench: Bench = {
  name: 'client',
  what: "Batch upserts by Spoke's client and by HubSpot's SDK: calls for each CPU second, import time and memory.",
  peers: true,
  rounds: 5,
  async run(options) {
    const { hubspot } = await builtSpoke(options.progress);
    process.env.BENCH_SPOKE_HUBSPOT = hubspot;
    const contestants: Contestant[] = [
      { name: 'Spoke', file: 'spoke', entry: hubspot },
      { name: BASELINE, file: 'hubspot-sdk', entry: sdkEntry() },
      { name: 'HubSpot SDK, keep-alive', file: 'hubspot-sdk-keep-alive' },
    ];
    const portal = await startPortal(options.scope);
    const load: Omit<ClientCallsInput, 'contender'> = {
      url: portal.url,
      token: portal.token,
      calls: sized(CALLS, options.scale, 10),
      warmUpCalls: sized(WARM_UP_CALLS, options.scale, 5),
      inputsPerCall: INPUTS_PER_CALL,
      concurrency: CONCURRENCY,
    };
    const rounds = await inRounds(options, contestants, (contestant) => measure(options, contestant, load));
    await portal.stop();
    const figures = summarise(rounds, BASELINE);
    const ofSpoke = { contender: 'Spoke', of: 'ratio' } as const;
    return {
      bench: this.name,
      what: this.what,
      settings: {
        calls: load.calls,
        'warm-up calls': load.warmUpCalls,
        'inputs per call': INPUTS_PER_CALL,
        concurrency: CONCURRENCY,
      },
      figures,
      goals: [
        judge(
          figures,
          {
            ...ofSpoke,
            text: "calls per CPU second, times the SDK's",
            case: CALLS_CASE,
            measure: 'calls per CPU second',
            limit: 2.5,
            direction: 'at least',
          },
          options.scale,
        ),
        judge(
          figures,
          {
            ...ofSpoke,
            text: "import time, times the SDK's",
            case: IMPORT_CASE,
            measure: 'import time',
            limit: 1,
            direction: 'at most',
          },
          options.scale,
        ),
      ],
      notes: [
        'One process for each contender and round does the calls only, with inputs made beforehand; the simulator without limits runs in another. CPU is user and system time after the warm-up.',
        'The SDK opens a connection for each call unless it is given an agent: both are shown, the goal is held against it as it comes.',
        'Both are asked for 10 properties a contact and read every result; the SDK uses its v3 paths, Spoke the dated ones.',
      ],
    };
  },
};

async function measure(
  options: BenchOptions,
  contestant: Contestant,
  load: Omit<ClientCallsInput, 'contender'>,
): Promise<Sample[]> {
  const used = await runProgram<ClientCallsOutput>(options.scope, './programs/client-calls.ts', {
    ...load,
    contender: contestant.file,
  });
  const of = (name: string, measure: string, unit: string, value: number): Sample => ({
    case: name,
    contender: contestant.name,
    measure,
    unit,
    value,
  });
  const samples = [
    of(CALLS_CASE, 'calls per CPU second', '/s', load.calls / used.cpuSeconds),
    of(CALLS_CASE, 'calls per second', '/s', load.calls / used.wallSeconds),
  ];
  if (contestant.entry) {
    const imported = await importAlone(contestant.entry);
    samples.push(
      of(IMPORT_CASE, 'import time', 'ms', imported.ms),
      of(IMPORT_CASE, 'memory after import', 'MB', imported.rssMb),
    );
  }
  return samples;
}

/** Imports a module in a bare Node process, without any loader. */
async function importAlone(entry: string): Promise<{ ms: number; rssMb: number }> {
  const code = `const began = performance.now(); await import(process.argv[1]);
    console.log(JSON.stringify({ ms: performance.now() - began, rssMb: process.memoryUsage.rss() / 2 ** 20 }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code, entry]);
  return JSON.parse(stdout) as { ms: number; rssMb: number };
}

function sdkEntry(): string {
  return fileURLToPath(import.meta.resolve('@hubspot/api-client'));
}
