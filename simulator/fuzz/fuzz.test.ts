import { Agent, errors, request } from 'undici';
import { afterAll, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import type { Route } from '../router.ts';
import { ROUTES } from '../routes/all-routes.ts';
import { startSimulator } from '../simulator.ts';
import { FUZZ_OPTIONS, FuzzWorld, type RawRequest, toRequest } from './fuzz-world.ts';
import { breachOf, prototypeKeys } from './laws.ts';
import { mutate } from './mutate.ts';

/** `FUZZ_RUNS=100000 FUZZ_SEED=7 npx vitest run --project unit simulator/fuzz` looks further. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 3_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** What requests do to a portal adds up, but not so far that most of what they are about is gone. */
const RUNS_PER_WORLD = 150;
const OVER_HTTP = 300;
/** A request that takes longer has found something that grows without a bound. */
const MOST_CPU_MS = 3_000;
const FEW = 20;

const agent = new Agent({ connections: 1 });
afterAll(() => agent.close());

it('every route has a valid request in the corpus', async () => {
  const answered = new Set<Route>();
  const refused: unknown[] = [];
  let left = Number.POSITIVE_INFINITY;
  for (let place = 0; place < left; place += 1) {
    let entered: Route | undefined;
    const world = new FuzzWorld((route) => {
      entered = route;
    });
    left = world.samples.length;
    const sample = world.samples[place];
    if (sample === undefined) break;
    entered = undefined;
    const { reply } = world.send(toRequest(sample));
    if (entered && reply.status < 400) answered.add(entered);
    else refused.push({ ...sample, reply });
    await world.stop();
  }
  expect(refused).toEqual([]);
  expect(ROUTES.filter((route) => !answered.has(route)).map(nameOf)).toEqual([]);
});

it('whatever is sent, the answer is one of the API’s own', { timeout: 60_000 + RUNS * 20 }, async () => {
  const before = prototypeKeys();
  const random = createRandom(SEED);
  const reached = new Set<Route>();
  const statuses: Record<number, number> = {};
  const breaches: string[] = [];
  for (let run = 0; run < RUNS && breaches.length < FEW; ) {
    const world = new FuzzWorld((route) => reached.add(route));
    for (let left = RUNS_PER_WORLD; left > 0 && run < RUNS; left -= 1, run += 1) {
      const sample = world.samples[run % world.samples.length];
      const sent = mutate(toRequest(sample ?? { method: 'GET', path: '/' }), random);
      if (random() < 0.02) world.unit.portal.clock.change({ advanceMs: Math.floor(random() * 30_000) });
      const breach = outcomeBreach(world, sent, statuses);
      if (breach) breaches.push(`run ${run}: ${shown(sent)}\n${breach}`);
    }
    const alive = world.send(
      toRequest({ method: 'POST', path: '/crm/objects/2026-09/contacts', body: PROBE }),
    );
    if (alive.reply.status !== 201) breaches.push(`before run ${run}: ${JSON.stringify(alive.reply)}`);
    await world.stop();
  }
  if (RUNS > 3_000)
    process.stdout.write(`${RUNS} requests, ${reached.size} routes, statuses ${JSON.stringify(statuses)}\n`);
  expect(breaches).toEqual([]);
  expect(ROUTES.filter((route) => !reached.has(route)).map(nameOf)).toEqual([]);
  expect(prototypeKeys()).toEqual(before);
});

it('the same holds over HTTP', async () => {
  const simulator = await startSimulator({ ...FUZZ_OPTIONS });
  const world = new FuzzWorld();
  const random = createRandom(SEED + 1);
  const breaches: string[] = [];
  let answers = 0;
  for (let run = 0; run < OVER_HTTP; run += 1) {
    const sample = world.samples[Math.floor(random() * world.samples.length)];
    const sent = mutate(toRequest(sample ?? { method: 'GET', path: '/' }), random);
    const breach = await httpBreach(simulator.url, sent);
    if (breach === 'not sendable') continue;
    answers += 1;
    if (breach) breaches.push(`run ${run}: ${shown(sent)}\n${breach}`);
  }
  expect(breaches).toEqual([]);
  expect(answers).toBeGreaterThan(OVER_HTTP / 2);
  expect(simulator.state().requests.requests).toBe(answers);
  const probe = toRequest({ method: 'POST', path: '/crm/objects/2026-09/contacts', body: PROBE });
  expect(await httpBreach(simulator.url, probe)).toBeUndefined();
  await Promise.all([simulator.stop(), world.stop()]);
});

const PROBE = { properties: { email: 'still-there@example.com' } };

function outcomeBreach(
  world: FuzzWorld,
  sent: RawRequest,
  statuses: Record<number, number>,
): string | undefined {
  const before = process.cpuUsage();
  try {
    const { status, headers = {}, body } = world.send(sent).reply;
    statuses[status] = (statuses[status] ?? 0) + 1;
    const text = body === undefined ? '' : JSON.stringify(body);
    const { user } = process.cpuUsage(before);
    if (user > MOST_CPU_MS * 1_000) return `took ${Math.round(user / 1_000)} ms of CPU`;
    return breachOf({ status, headers, text });
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

async function httpBreach(url: string, sent: RawRequest): Promise<string | undefined> {
  try {
    const { statusCode, headers, body } = await request(url + sent.url, {
      method: sent.method as 'GET',
      headers: sent.headers,
      body: sent.body,
      dispatcher: agent,
    });
    const text = await body.text();
    // An answer to HEAD has no body to hold to anything.
    if (sent.method === 'HEAD') return statusCode < 500 ? undefined : `status ${statusCode}`;
    return breachOf({ status: statusCode, headers, text });
  } catch (error) {
    if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError)
      return 'not sendable';
    return String(error);
  }
}

function nameOf({ method, area, pattern }: Route): string {
  return `${method} ${area} ${pattern}`;
}

function shown({ method, url, headers, body }: RawRequest): string {
  return `${method} ${url.slice(0, 400)} ${JSON.stringify(headers).slice(0, 200)} ${body.toString().slice(0, 600)}`;
}
