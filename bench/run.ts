import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { BENCHES } from './benches/all-benches.ts';
import { installPeers } from './install-peers.ts';
import { currentLoad, describeMachine } from './machine.ts';
import { type Report, toMarkdown, toText } from './print.ts';
import { createScope } from './scope.ts';

const USAGE = `npm run bench -- NAME [--rounds N] [--scale S] [--cap-seconds S] [--json | --markdown] [--check]

${BENCHES.map((bench) => `  ${bench.name.padEnd(10)}${bench.what}`).join('\n')}

  --rounds N       rounds in which every contender runs once, 1 to 1000
  --scale S        share of the full size, above 0 and at most 1 (1); below 1 no goal is judged
  --cap-seconds S  most seconds for one contender in one round of delivery (300)
  --json           one object on stdout
  --markdown       tables for a page on stdout
  --check          exit 3 when a goal is missed
`;

interface Arguments {
  readonly bench: Bench;
  readonly rounds: number;
  readonly scale: number;
  readonly capSeconds: number;
  readonly form: 'text' | 'json' | 'markdown';
  readonly check: boolean;
}

process.exitCode = await main(process.argv.slice(2));

/** Exit codes: 0 done, 1 failed, 2 usage, 3 a goal was missed under --check, 130 interrupted. */
async function main(argv: string[]): Promise<number> {
  const args = readArguments(argv);
  if (typeof args === 'string') {
    process.stderr.write(`${args}\n\n${USAGE}`);
    return 2;
  }
  const interruption = new AbortController();
  const scope = createScope();
  const interrupt = () => {
    interruption.abort(new Error('interrupted'));
    // What the run waits for ends when its processes and databases do.
    void scope.close().catch(() => {});
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const progress = (line: string) => process.stderr.write(`${args.bench.name}: ${line}\n`);
  try {
    if (args.bench.peers) await installPeers(progress);
    const loadBefore = currentLoad();
    const figures = await args.bench.run({ ...args, scope, signal: interruption.signal, progress });
    const report = {
      ...figures,
      rounds: args.rounds,
      scale: args.scale,
      machine: describeMachine(loadBefore),
    };
    process.stdout.write(`${print(report, args.form)}\n`);
    return args.check && report.goals.some((goal) => goal.met === false) ? 3 : 0;
  } catch (error) {
    if (interruption.signal.aborted) return 130;
    process.stderr.write(
      `${args.bench.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  } finally {
    // Interrupted, the server may have gone before its clients.
    await scope.close().catch((error: unknown) => {
      if (!interruption.signal.aborted) throw error;
    });
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function readArguments(argv: string[]): Arguments | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const [name, ...rest] = positionals;
  const bench = BENCHES.find((each) => each.name === name);
  if (!bench || rest.length > 0)
    return name ? `There is no bench "${positionals.join(' ')}".` : 'Name one bench.';
  const rounds = Number(values.rounds ?? bench.rounds);
  const scale = Number(values.scale ?? 1);
  const capSeconds = Number(values['cap-seconds'] ?? 300);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)
    return `--rounds ${values.rounds} is not a whole number from 1 to 1000.`;
  if (!(scale > 0 && scale <= 1)) return `--scale ${values.scale} is not above 0 and at most 1.`;
  if (!(capSeconds > 0)) return `--cap-seconds ${values['cap-seconds']} is not above 0.`;
  const form = values.json ? 'json' : values.markdown ? 'markdown' : 'text';
  return { bench, rounds, scale, capSeconds, form, check: values.check ?? false };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      scale: { type: 'string' },
      'cap-seconds': { type: 'string' },
      json: { type: 'boolean' },
      markdown: { type: 'boolean' },
      check: { type: 'boolean' },
    },
  });
}

function print(report: Report, form: Arguments['form']): string {
  if (form === 'json') return JSON.stringify(report);
  return form === 'markdown' ? toMarkdown(report) : toText(report);
}
