import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Client } from 'undici';

/**
 * `node --import tsx simulator/bench.ts [--seconds 5] [--contacts 20000] [--properties 5] [--connections 8]
 * [--profile FOLDER]`: first fills a portal without limits, in a process of its own so that the client's work is not
 * counted, then sends batch upserts of 100 contacts for so many seconds. Prints one JSON line with requests per second,
 * requests per CPU second of the portal, and its memory (MB, RSS) once it is filled.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    contacts: { type: 'string', default: '20000' },
    properties: { type: 'string', default: '5' },
    connections: { type: 'string', default: '8' },
    profile: { type: 'string' },
  },
});

const BATCH = 100;
/** Batches that are sent over and over; more would only fill the client's memory. */
const REPEATED = 200;
const TOKEN = 'pat-na1-bench';
const PATH = '/crm/objects/2026-09/contacts/batch/upsert';

const main = new URL('../src/cli/main.ts', import.meta.url).pathname;
const options = ['--json', '--port', '0', '--limits', 'none', '--token', TOKEN];
const profiling = values.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', values.profile];
const portal = spawn(process.execPath, [...profiling, '--import', 'tsx', main, 'simulator', ...options], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = (await once(createInterface({ input: portal.stdout }), 'line')) as [string];
const { url } = JSON.parse(line) as { url: string };

const batches = Math.ceil(Number(values.contacts) / BATCH);
const clients = Array.from({ length: Number(values.connections) }, () => new Client(url));
await sendAll((place) => (place < batches ? createBody(place, 0) : undefined));
const filled = residentMegabytes(await usage('status'));
/** Two rounds over part of the contacts with different values, so that every write changes something. */
const bodies = [1, 2].flatMap((round) =>
  Array.from({ length: Math.min(batches, REPEATED) }, (_, place) => createBody(place, round)),
);
const cpuBefore = cpuSeconds(await usage('stat'));
const started = performance.now();
const deadline = started + Number(values.seconds) * 1_000;
const sent = await sendAll((place) =>
  performance.now() < deadline ? bodies[place % bodies.length] : undefined,
);
const seconds = (performance.now() - started) / 1_000;
const cpu = cpuSeconds(await usage('stat')) - cpuBefore;
process.stdout.write(
  `${JSON.stringify({ requests: sent, perSecond: Math.round(sent / seconds), perCpuSecond: Math.round(sent / cpu), contactsPerSecond: Math.round((sent * BATCH) / seconds), filledMegabytes: filled, bodyBytes: bodies[0]?.length })}\n`,
);
await Promise.all(clients.map((client) => client.close()));
portal.kill('SIGTERM');
await once(portal, 'exit');

/** Sends what `bodyAt` gives, from the first place on until it gives nothing; returns how many. */
async function sendAll(bodyAt: (place: number) => string | undefined): Promise<number> {
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let body = bodyAt(next); body !== undefined; body = bodyAt(next)) {
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

function createBody(place: number, round: number): string {
  const inputs = Array.from({ length: BATCH }, (_, number) => input(place * BATCH + number, round));
  return JSON.stringify({ inputs });
}

function input(number: number, round: number) {
  const { firstname, ...rest } = propertiesOf(number);
  return {
    id: `Person.${number}@example.com`,
    idProperty: 'email',
    objectWriteTraceId: `trace-${round}-${number}`,
    properties: { firstname: `${firstname} ${round}`, ...rest },
  };
}

/** As many properties as asked, of the lengths that contacts have; what differs from contact to contact first. */
function propertiesOf(number: number): Record<string, string> {
  const all = {
    firstname: `First ${number}`,
    lastname: `Last ${number}`,
    company: `Company ${number % 500}`,
    city: 'Bergen',
    lifecyclestage: 'lead',
    phone: `+47 5555 ${number}`,
    mobilephone: `+47 9000 ${number}`,
    address: `${number} Example Street`,
    zip: String(5_000 + (number % 900)),
    state: 'Vestland',
    country: 'Norway',
    jobtitle: `Engineer ${number % 50}`,
    website: `https://example.com/people/${number}`,
    industry: 'Information technology',
    salutation: 'Ms',
    hs_lead_status: 'NEW',
    message: `Asked for an offer number ${number}`,
    fax: `+47 5556 ${number}`,
    annualrevenue: String(1_000 + number),
    numemployees: '25-50',
  };
  return Object.fromEntries(Object.entries(all).slice(0, Number(values.properties)));
}

async function usage(file: 'stat' | 'status'): Promise<string> {
  return readFile(`/proc/${portal.pid}/${file}`, 'utf8');
}

function residentMegabytes(status: string): number {
  return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024);
}

/** User and system ticks (1/100 s on Linux) of a /proc stat line. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
