import { createRewards, type Driver, TABLES, type Transaction } from './rewards.ts';
import config from './spoke.config.ts';

export { config, TABLES };

/** Runs some work in one transaction. */
export type InTransaction = (work: (tx: Transaction) => Promise<void>) => Promise<void>;

const FIRST_NAMES = [
  'Ada',
  'Grace',
  'Katherine',
  'Alan',
  'Edsger',
  'Barbara',
  'Radia',
  'Ken',
  'Margaret',
  'Linus',
];
const LAST_NAMES = [
  'Almeida',
  'Bergström',
  'Chen',
  'Dubois',
  'Eze',
  'Fischer',
  'García',
  'Haddad',
  'Ivanova',
  'Jensen',
];
const CITIES = ['Austin', 'Lyon', 'Porto', 'Gent', 'Malmö', 'Turin'];
const MERCHANTS = ['Corner Café', 'Green Grocer', 'Night Diner', 'Book Nook'];
const REASONS = ['Charging session', 'Off-peak bonus', 'Referral'];
/** A new driver as long as there are fewer, afterwards mostly events of known ones. */
const DRIVERS = 60;

/** Made-up traffic of the rewards application: each call does one thing in a transaction of its own. */
export function createTraffic(
  inTransaction: InTransaction,
  options: { schema?: string; seed?: number } = {},
) {
  const rewards = createRewards(config, options.schema);
  const random = mulberry32(options.seed ?? 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const drivers: Driver[] = [];
  let redemptions = 0;

  return {
    async step(): Promise<void> {
      if (drivers.length === 0 || (drivers.length < DRIVERS && random() < 0.3)) {
        const number = drivers.length + 1;
        const firstName = pick(FIRST_NAMES);
        const lastName = pick(LAST_NAMES);
        const driver = {
          id: `d-${number}`,
          email: `driver${number}@example.com`,
          firstName,
          lastName,
          city: pick(CITIES),
        };
        await inTransaction((tx) => rewards.signUp(tx, driver));
        drivers.push(driver);
        return;
      }
      const driver = pick(drivers);
      const kind = random();
      if (kind < 0.15)
        await inTransaction((tx) => rewards.installPass(tx, driver, pick(['apple', 'google'] as const)));
      else if (kind < 0.75)
        await inTransaction((tx) => rewards.earn(tx, driver, 5 + Math.floor(random() * 45), pick(REASONS)));
      else {
        redemptions += 1;
        await inTransaction((tx) => rewards.redeem(tx, driver, 10, pick(MERCHANTS), `r-${redemptions}`));
      }
    },
  };
}

/** A small seeded generator, so that the same seed gives the same traffic. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
