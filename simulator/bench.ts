import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Client } from 'undici';

/**
 * `node --import tsx simulator/bench.ts [--seconds 5] [--contacts 20000] [--connections 8]`: batch upserts of 100
 * contacts per second against a portal without limits in a process of its own, so that the client's work is not
 * counted. Prints one JSON line with requests/s and requests per CPU second of the portal.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    contacts: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '8' },
  },
});

const BATCH = 100;
const TOKEN = 'pat-na1-bench';
const PATH = '/crm/objects/2026-09/contacts/batch/upsert';

const main = new URL('./main.ts', import.meta.url).pathname;
const portal = spawn(process.execPath, ['--import', 'tsx', main, '--limits', 'none', '--token', TOKEN], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = (await once(createInterface({ input: portal.stdout }), 'line')) as [string];
const { url } = JSON.parse(line) as { url: string };

const bodies = createBodies(Number(values.contacts));
const clients = Array.from({ length: Number(values.connections) }, () => new Client(url));
await sendAll(bodies.length);
const cpuBefore = cpuSeconds(await portalUsage());
const started = performance.now();
const deadline = started + Number(values.seconds) * 1_000;
const sent = await sendAll(Number.POSITIVE_INFINITY, deadline);
const seconds = (performance.now() - started) / 1_000;
const cpu = cpuSeconds(await portalUsage()) - cpuBefore;
process.stdout.write(
  `${JSON.stringify({ requests: sent, perSecond: Math.round(sent / seconds), perCpuSecond: Math.round(sent / cpu), contactsPerSecond: Math.round((sent * BATCH) / seconds), bodyBytes: bodies[0]?.length })}\n`,
);
await Promise.all(clients.map((client) => client.close()));
portal.kill('SIGTERM');
await once(portal, 'exit');

async function sendAll(limit: number, until = Number.POSITIVE_INFINITY): Promise<number> {
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (next < limit && performance.now() < until) {
        const body = bodies[next % bodies.length] ?? '';
        next += 1;
        const response = await client.request({
          method: 'POST',
          path: PATH,
          headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
          body,
        });
        if (response.statusCode !== 200)
          throw new Error(`${response.statusCode} ${await response.body.text()}`);
        await response.body.dump({ limit: 1_000_000 });
      }
    }),
  );
  return next;
}

/** Two rounds over all contacts with different values, so that every write changes something. */
function createBodies(contacts: number): string[] {
  const bodies: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    for (let first = 0; first < contacts; first += BATCH) {
      const inputs = Array.from({ length: BATCH }, (_, place) => input(first + place, round));
      bodies.push(JSON.stringify({ inputs }));
    }
  }
  return bodies;
}

function input(number: number, round: number) {
  return {
    id: `Person.${number}@example.com`,
    idProperty: 'email',
    objectWriteTraceId: `trace-${round}-${number}`,
    properties: {
      firstname: `First ${number} ${round}`,
      lastname: `Last ${number}`,
      company: `Company ${number % 500}`,
      city: 'Bergen',
      lifecyclestage: 'lead',
    },
  };
}

async function portalUsage(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(`/proc/${portal.pid}/stat`, 'utf8');
}

/** User and system ticks (1/100 s on Linux) of a /proc stat line. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
