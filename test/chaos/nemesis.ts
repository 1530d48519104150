import { systemClock } from '../../src/clock.ts';
import type { Attack, Battle } from './attacks.ts';

/** How often each fault was tried and what it hit. */
export interface Hits {
  /** By the fault's name; a fault with 0 hits was planned and hit nothing. */
  readonly byFault: Readonly<Record<string, number>>;
  /** What went wrong in the harness itself. */
  readonly errors: readonly string[];
}

export interface Nemesis {
  /** Ends all attacks, makes good what they broke, and resolves with the count. */
  stop(): Promise<Hits>;
}

/** Runs attacks side by side, each at its own random pace. Every attack is planned, so one that never struck shows as 0 hits. */
export function startNemesis(attacks: readonly Attack[], battle: Omit<Battle, 'signal'>): Nemesis {
  const end = new AbortController();
  const byFault: Record<string, number> = Object.fromEntries(attacks.map((attack) => [attack.name, 0]));
  const errors: string[] = [];
  const count = (hits: Readonly<Record<string, number>>): void => {
    for (const [fault, number] of Object.entries(hits)) byFault[fault] = (byFault[fault] ?? 0) + number;
  };
  const lanes = attacks.flatMap((attack) =>
    Array.from({ length: attack.overlap }, async (_, index) => {
      const random = battle.random.fork(`${attack.name} ${index}`);
      const meanMs = attack.everyMs * attack.overlap;
      for (let strikes = 0; !end.signal.aborted; strikes += 1) {
        // The first comes sooner, so that short runs see every attack.
        await systemClock.sleep(
          meanMs * (strikes === 0 ? random.next() / 2 : 0.5 + random.next()),
          end.signal,
        );
        if (end.signal.aborted) break;
        try {
          const hits = await attack.strike({ ...battle, random, signal: end.signal });
          count(hits);
          // Kinds of link faults are counted by kind; the attack itself counts what any of them hit.
          if (!(attack.name in hits)) {
            count({ [attack.name]: Object.values(hits).reduce((sum, number) => sum + number, 0) });
          }
        } catch (error) {
          errors.push(`${attack.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }),
  );
  return {
    async stop() {
      end.abort();
      await Promise.all(lanes);
      for (const { postgres, hubspot } of battle.rig.allLinks()) {
        postgres.heal();
        hubspot.heal();
      }
      for (const worker of battle.rig.workers.workers) battle.rig.workers.resume(worker);
      return { byFault, errors };
    },
  };
}
