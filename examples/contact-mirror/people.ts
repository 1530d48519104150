import type { Simulator } from 'spoke/simulator';

const STAGES = ['lead', 'opportunity', 'customer'];

/** Fills a simulated portal: people of the last four years, and some of one customer, whose name is written in more than one way. */
export function fillPortal(simulator: Pick<Simulator, 'seed' | 'insert'>, contacts: number): void {
  simulator.seed({ contacts, seed: 7 });
  simulator.insert(
    'contacts',
    ['Chainge Ltd', 'CHAINGE', 'Studio at Chainge', 'Exchange Ltd', '=Chainge()'].map((company, n) => ({
      email: `person${n}@chainge.example.com`,
      firstname: `Person${n}`,
      company,
      lifecyclestage: STAGES[n % STAGES.length] ?? 'lead',
    })),
  );
}
