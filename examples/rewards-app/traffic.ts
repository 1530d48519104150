import { createRewards, type Driver, type Merchant, TABLES, type Transaction } from './rewards.ts';
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
const MERCHANTS: readonly Merchant[] = [
  { id: 'm-1', name: 'Corner Café', website: 'https://corner-cafe.example.com' },
  { id: 'm-2', name: 'Green Grocer', website: 'https://green-grocer.example.com' },
  { id: 'm-3', name: 'Night Diner' },
  { id: 'm-4', name: 'Book Nook', website: 'https://book-nook.example.com' },
];
const REASONS = ['Charging session', 'Off-peak bonus', 'Referral'];
/** A new driver as long as there are fewer, afterwards mostly events of known ones. */
const DRIVERS = 60;

/** Made-up traffic of the rewards application: each call does one thing in a transaction of its own, and says how many events that is. */
export function createTraffic(
  inTransaction: InTransaction,
  options: { schema?: string; seed?: number } = {},
) {
  const rewards = createRewards(config, options.schema);
  const random = mulberry32(options.seed ?? 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const drivers: Driver[] = [];
  const redeemers = new Set<Driver>();
  const completed = new Map<Driver, number>();
  let redemptions = 0;
  let exclusives = 0;

  return {
    async step(): Promise<number> {
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
        return 1;
      }
      const driver = pick(drivers);
      const merchant = pick(MERCHANTS);
      const kind = random();
      if (kind < 0.1)
        await inTransaction((tx) => rewards.installPass(tx, driver, pick(['apple', 'google'] as const)));
      else if (kind < 0.6)
        await inTransaction((tx) => rewards.earn(tx, driver, 5 + Math.floor(random() * 45), pick(REASONS)));
      else if (kind < 0.85) {
        redemptions += 1;
        const redemption = { id: `r-${redemptions}`, amount: 10 };
        await inTransaction((tx) => rewards.redeem(tx, driver, merchant, redemption));
        if (redeemers.has(driver)) return 1;
        redeemers.add(driver);
        return 2;
      } else if (kind < 0.97) {
        const number = (completed.get(driver) ?? 0) + 1;
        completed.set(driver, number);
        await inTransaction((tx) => rewards.completeExclusive(tx, driver, merchant, `x-${number}`));
      } else {
        exclusives += 1;
        const person = {
          email: `owner@${merchant.id}.example.com`,
          firstName: pick(FIRST_NAMES),
          lastName: pick(LAST_NAMES),
        };
        const id = `x-${exclusives}`;
        await inTransaction((tx) => rewards.enableExclusive(tx, merchant, person, id));
      }
      return 1;
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
