import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/free-port.ts';
import { type Bench, type BenchOptions, sized } from '../bench.ts';
import { startBenchPostgres } from '../bench-postgres.ts';
import { builtSpoke } from '../built-spoke.ts';
import { endProcess } from '../end-process.ts';
import { goal, judge, type Sample, summarise } from '../figures.ts';
import { forCondition } from '../for-condition.ts';
import { openClient } from '../open-client.ts';
import { startPortal } from '../portal.ts';
import { usageOf } from '../process-usage.ts';
import type { FormPostsInput, FormPostsOutput } from '../programs/form-posts.ts';
import { runProgram } from '../run-program.ts';

const CONFIG = fileURLToPath(new URL('../forms.config.ts', import.meta.url));
const PER_SECOND = 300;
const SECONDS = 60;
const SLOW_SOCKETS = 1_000;
const MOST_P99_MS = 250;
const CONTENDER = 'Spoke';

interface Setting {
  readonly options: BenchOptions;
  readonly cli: string;
  readonly postgres: Awaited<ReturnType<typeof startBenchPostgres>>;
  readonly load: Omit<FormPostsInput, 'url'>;
  readonly name: string;
}

export const formsBench: Bench = {
  name: 'forms',
  what: 'Submissions of a website form at a steady rate, on one process that also delivers, while every call to HubSpot fails and slow sockets hang on.',
  peers: false,
  rounds: 1,
  async run(options) {
    const { scale } = options;
    const load = {
      perSecond: sized(PER_SECOND, scale, 30),
      seconds: sized(SECONDS, scale, 5),
      slowSockets: sized(SLOW_SOCKETS, scale, 50),
    };
    const setting: Setting = {
      options,
      cli: (await builtSpoke(options.progress)).cli,
      postgres: await startBenchPostgres(options.scope),
      load,
      name: `${load.perSecond}/s for ${load.seconds} s`,
    };
    const rounds: Sample[][] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      options.signal.throwIfAborted();
      options.progress(`round ${round + 1}/${options.rounds}: ${setting.name}`);
      rounds.push(await measure(setting, round));
    }
    await setting.postgres.stop();
    const figures = summarise(rounds, CONTENDER);
    const worst = (measure: string) =>
      Math.max(...(figures.find((figure) => figure.measure === measure)?.values ?? [Number.NaN]));
    return {
      bench: this.name,
      what: this.what,
      settings: { ...load, ...setting.postgres.settings },
      figures,
      goals: [
        goal('submissions lost', worst('lost'), 'at most', 0, scale),
        goal('submissions twice', worst('twice'), 'at most', 0, scale),
        goal('posts without an answer of success', worst('refused'), 'at most', 0, scale),
        judge(
          figures,
          {
            text: 'p99 of the answer in ms',
            case: setting.name,
            contender: CONTENDER,
            measure: 'p99',
            of: 'median',
            limit: MOST_P99_MS,
            direction: 'at most',
          },
          scale,
        ),
      ],
      notes: [
        'One submission in 20 is sent twice at the same time, as by a double click. Times count from when a post was due, also where it waited for a connection.',
        'Server, load, simulator and Postgres are processes on one machine. Lost: answered with 200 or 201 and not in the table with its event. Memory and CPU are those of `spoke start`, read from /proc.',
      ],
    };
  },
};

async function measure({ options, cli, postgres, load, name }: Setting, round: number): Promise<Sample[]> {
  const { scope, signal } = options;
  const database = await postgres.createDatabase(`bench_forms_${round}`);
  const portal = await startPortal(scope);
  await failEverything(portal.url);
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: database.url,
    SPOKE_CONFIG: CONFIG,
    SPOKE_LOG_LEVEL: 'error',
    SPOKE_HTTP_PORT: String(port),
    HUBSPOT_ENABLED: 'true',
    HUBSPOT_SEND_LIVE: 'true',
    HUBSPOT_API_URL: portal.url,
    HUBSPOT_PRIVATE_APP_TOKEN: portal.token,
    HUBSPOT_PORTAL_ID: String(portal.portalId),
  };
  const migration = spawn(process.execPath, [cli, 'migrate'], { stdio: ['ignore', 2, 2], env });
  const [code] = await once(migration, 'exit');
  if (code !== 0) throw new Error(`spoke migrate ended with ${code}.`);
  const server = spawn(process.execPath, [cli, 'start'], { stdio: ['ignore', 2, 2], env });
  const stop = scope.defer(() => endProcess(server));
  const url = `http://127.0.0.1:${port}`;
  await forCondition(() => isReady(url), signal, 100);
  const before = await usageOf(server.pid ?? 0);
  const posted = await runProgram<FormPostsOutput>(scope, './programs/form-posts.ts', { ...load, url });
  const after = await usageOf(server.pid ?? 0);
  const found = await look(database.url, posted.stored);
  await stop();
  await portal.stop();
  await database.drop();
  const answered = Object.values(posted.statuses).reduce((sum, count) => sum + count, 0);
  const good = (posted.statuses[200] ?? 0) + (posted.statuses[201] ?? 0);
  const of = (measure: string, unit: string, value: number): Sample => ({
    case: name,
    contender: CONTENDER,
    measure,
    unit,
    value,
  });
  return [
    of('posts', 'posts', answered),
    of('refused', 'posts', answered - good),
    of('lost', 'submissions', found.lost),
    of('twice', 'submissions', found.twice),
    of('p50', 'ms', posted.p50),
    of('p99', 'ms', posted.p99),
    of('slowest', 'ms', posted.max),
    of('slow sockets ended', 'sockets', posted.ended),
    ...(before && after
      ? [
          of('peak memory', 'MB', after.peakRssMb),
          of('CPU per 1,000 posts', 's', ((after.cpuSeconds - before.cpuSeconds) * 1_000) / answered),
        ]
      : []),
  ];
}

async function failEverything(url: string): Promise<void> {
  const answer = await fetch(`${url}/_simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: 'status', status: 503 }),
  });
  if (!answer.ok) throw new Error(`The simulator took no fault: ${answer.status}.`);
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What stands in the database of the submissions that were answered as stored. */
async function look(url: string, ids: readonly string[]): Promise<{ lost: number; twice: number }> {
  const client = await openClient(url);
  try {
    const { rows } = await client.query<{ lost: string; twice: string }>(
      `select (select count(*) from unnest($1::uuid[]) given(id)
                 where not exists (select from spoke.submissions s join spoke.outbox_events e on e.id = s.event_id
                                   where s.id = given.id and e.payload->>'submissionId' = s.id::text)) as lost,
              (select count(*) from (select payload->>'submissionId' from spoke.outbox_events group by 1 having count(*) > 1) x) as twice`,
      [ids],
    );
    return { lost: Number(rows[0]?.lost), twice: Number(rows[0]?.twice) };
  } finally {
    await client.end();
  }
}
