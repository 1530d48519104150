import { systemClock } from '../../src/clock.ts';
import { lanesHeldBy } from './database-evidence.ts';
import type { Probe } from './probe.ts';
import type { Random } from './random.ts';
import type { Links, Rig } from './rig.ts';
import type { Toxic } from './tcp-proxy.ts';
import type { Worker } from './worker-pool.ts';

/** Times the lease for which a stalled worker stands still. */
const STALL_FACTOR = 1.5;
/** The portal holds an answer for so long while its asker is being killed, ms. */
const HOLD_MS = 1_500;
/** Longest wait for a write to come by, ms. */
const NEXT_WRITE_MS = 5_000;
/** Writes of every kind: records, notes, links, lists, consent. */
const WRITES = '/batch/(upsert|create|associate)|/memberships/|/statuses/';

export interface Battle {
  readonly rig: Rig;
  readonly probe: Probe;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** What a strike hit, by the fault's name. */
export type Strike = Readonly<Record<string, number>>;

/** One way of doing harm. */
export interface Attack {
  readonly name: string;
  /** Mean pause between two strikes, ms. */
  readonly everyMs: number;
  /** Strikes that may be under way at once. */
  readonly overlap: number;
  /** Strikes once and makes it good again. Resolves with what it hit, by the fault's name; a name with 0 was tried in vain. */
  strike(battle: Battle): Promise<Strike>;
}

/** kill -9 of any worker at any moment. */
export function randomKills(everyMs: number): Attack {
  return {
    name: 'kill',
    everyMs,
    overlap: 1,
    async strike({ rig, probe, random }): Promise<Strike> {
      const awake = rig.workers.workers.filter((worker) => !worker.stopped);
      // Mostly those at work: on a busy machine processes would otherwise die before they have begun.
      const victims = random.chance(0.9) ? awake.filter((worker) => worker.ready) : awake;
      if (victims.length === 0) return {};
      const victim = random.pick(victims);
      if (!(await rig.workers.kill(victim))) return {};
      await probe.watchDeath(victim);
      return { kill: 1 };
    },
  };
}

/** kill -9 between the portal's accept and the worker's settlement: the write is there, and nobody knows. */
export function killsInTheGap(everyMs: number): Attack {
  return {
    name: 'kill-in-gap',
    everyMs,
    overlap: 1,
    async strike({ rig, probe }): Promise<Strike> {
      const { portal, workers } = rig;
      await portal.skipHeld();
      await portal.hold({ path: WRITES, holdMs: HOLD_MS, times: 1 });
      try {
        const held = await portal.nextHeld(NEXT_WRITE_MS);
        const victim = held?.worker ? workers.byName(held.worker) : undefined;
        if (!held || !victim || !(await workers.kill(victim))) return {};
        // Dead before the answer left: both clocks are the machine's.
        const inTime = Date.now() - held.at < HOLD_MS;
        await probe.watchDeath(victim);
        return inTime ? { 'kill-in-gap': 1 } : {};
      } finally {
        await portal.releaseHold();
      }
    },
  };
}

/** SIGSTOP for longer than the lease, then SIGCONT: the worker wakes and believes that its lanes are still its own. */
export function stalls(everyMs: number): Attack {
  return {
    name: 'stall',
    everyMs,
    overlap: 2,
    async strike({ rig, random, signal }): Promise<Strike> {
      const running = random.shuffle(rig.workers.workers.filter((worker) => worker.ready && !worker.stopped));
      const victim = await firstThatHolds(rig, running);
      if (!victim || !rig.workers.stall(victim)) return {};
      const held = await lanesHeldBy(rig.pool, victim);
      await systemClock.sleep(rig.settings.leaseSeconds * STALL_FACTOR * 1000, signal);
      rig.workers.resume(victim);
      // One that was cut short at the end of the run did not outlast its lease.
      return signal.aborted ? {} : { stall: 1, 'stall-holding-lanes': held.length > 0 ? 1 : 0 };
    },
  };
}

type LinkFault = {
  readonly name: string;
  readonly link: keyof Links;
  readonly ms: number;
  readonly toxic: (random: Random) => Toxic;
};

/** Faults of single links, each kind in turn: no kind is left out by chance. */
export function linkFaults(everyMs: number, settings: Rig['settings']): Attack {
  const kinds = linkFaultKinds(settings);
  let bag: LinkFault[] = [];
  const busy = new Set<Links>();
  return {
    name: 'link-fault',
    everyMs,
    overlap: 2,
    async strike({ rig, random, signal }): Promise<Strike> {
      if (bag.length === 0) bag = random.shuffle(kinds);
      const fault = bag.at(-1);
      const links = fault && linksInUse(rig, fault.link, random).find((one) => !busy.has(one));
      if (!fault || !links) return {};
      bag.pop();
      busy.add(links);
      const applied = links[fault.link].apply(fault.toxic(random));
      await systemClock.sleep(fault.ms, signal);
      // The link may have been idle: then the fault stays until it has hit something, three times as long at most.
      for (let round = 0; round < 20 && applied.hits === 0; round += 1) {
        await systemClock.sleep(fault.ms / 10, signal);
      }
      applied.remove();
      busy.delete(links);
      // Cut short by the end of the run, it was not really tried.
      if (signal.aborted && applied.hits === 0) return {};
      return { [`${fault.link} ${fault.name}`]: applied.hits };
    },
  };
}

/** Links of workers that are at work and have connections open, in random order. */
function linksInUse(rig: Rig, link: keyof Links, random: Random): Links[] {
  const working = rig.workers.workers.filter((worker) => worker.ready && !worker.stopped);
  return random
    .shuffle(working.map((worker) => rig.links(worker.slot)))
    .filter((links) => links[link].open > 0);
}

function linkFaultKinds({ leaseSeconds, timeoutSeconds }: Rig['settings']): LinkFault[] {
  const afterBytes = (random: Random): number => random.between(0, 1_500);
  return [
    {
      name: 'latency',
      link: 'postgres',
      ms: 3_000,
      toxic: () => ({ kind: 'latency', direction: 'down', delayMs: 40, jitterMs: 40 }),
    },
    { name: 'cut', link: 'postgres', ms: 1_000, toxic: () => ({ kind: 'cut' }) },
    {
      name: 'reset at byte k of the answer',
      link: 'postgres',
      ms: 2_000,
      toxic: (random) => ({ kind: 'reset', direction: 'down', afterBytes: afterBytes(random) }),
    },
    {
      name: 'black hole past the lease',
      link: 'postgres',
      ms: leaseSeconds * 1_200,
      toxic: () => ({ kind: 'black-hole', onHeal: 'reset' }),
    },
    { name: 'half-open', link: 'postgres', ms: 4_000, toxic: () => ({ kind: 'half-open' }) },
    {
      // The caller has given up by then, and the write still lands.
      name: 'late write',
      link: 'hubspot',
      ms: 2_500,
      toxic: () => ({
        kind: 'latency',
        direction: 'up',
        delayMs: (timeoutSeconds + 0.8) * 1_000,
        jitterMs: 400,
      }),
    },
    { name: 'cut', link: 'hubspot', ms: 1_000, toxic: () => ({ kind: 'cut' }) },
    {
      name: 'reset at byte k of the request',
      link: 'hubspot',
      ms: 2_000,
      toxic: (random) => ({ kind: 'reset', direction: 'up', afterBytes: afterBytes(random) }),
    },
    {
      name: 'reset at byte k of the answer',
      link: 'hubspot',
      ms: 2_000,
      toxic: (random) => ({ kind: 'reset', direction: 'down', afterBytes: afterBytes(random) }),
    },
    {
      name: 'black hole',
      link: 'hubspot',
      ms: timeoutSeconds * 1_500,
      toxic: () => ({ kind: 'black-hole', onHeal: 'reset' }),
    },
    {
      name: 'slow answer',
      link: 'hubspot',
      ms: 2_500,
      toxic: () => ({ kind: 'bandwidth', direction: 'down', bytesPerSecond: 2_000 }),
    },
  ];
}

/** Cuts the links of half of the workers one by one and heals them in random order. */
export function swizzles(everyMs: number): Attack {
  return {
    name: 'swizzle',
    everyMs,
    overlap: 1,
    async strike({ rig, random, signal }): Promise<Strike> {
      const half = random.shuffle(rig.allLinks()).slice(0, Math.ceil(rig.settings.workers / 2));
      const proxies = half.flatMap(({ postgres, hubspot }) => [postgres, hubspot]);
      const cuts = [];
      for (const proxy of random.shuffle(proxies)) {
        cuts.push(proxy.apply({ kind: 'cut' }));
        await systemClock.sleep(150, signal);
      }
      for (const cut of random.shuffle(cuts)) {
        cut.remove();
        await systemClock.sleep(150, signal);
      }
      return { 'swizzle (connections)': cuts.reduce((sum, cut) => sum + cut.hits, 0) };
    },
  };
}

/** kill -9 of the database server, which is started again at once. */
export function postgresKills(everyMs: number): Attack {
  return {
    name: 'kill-postgres',
    everyMs,
    overlap: 1,
    async strike({ rig }): Promise<Strike> {
      await rig.killPostgres();
      return { 'kill-postgres': 1 };
    },
  };
}

/** A stalled worker that holds nothing shows nothing: the first that holds lanes, or else the first. */
async function firstThatHolds(rig: Rig, workers: readonly Worker[]): Promise<Worker | undefined> {
  for (const worker of workers) {
    if ((await lanesHeldBy(rig.pool, worker)).length > 0) return worker;
  }
  return workers[0];
}
