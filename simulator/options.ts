import type { BehaviourPatch } from './behaviour.ts';
import type { SimulatorClock } from './clock.ts';
import type { FaultPlan } from './faults.ts';
import type { HoldRule } from './hold.ts';
import type { LimitsChange, Tier } from './limits.ts';
import type { Account } from './portal.ts';
import type { TokenOptions } from './tokens.ts';

/** What `startSimulator` takes; everything has a default. */
export interface SimulatorOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1: the admin endpoints have no password. */
  host?: string;
  /** Default 12345678. */
  portalId?: number;
  /** The first accepted token, with all scopes. Default `pat-na1-00000000-0000-4000-8000-000000000001`. */
  token?: string;
  /** Further tokens, or, with the same secret, the scopes of the first. */
  tokens?: readonly TokenOptions[];
  /** Which published budgets `limits: 'default'` means. Default professional. */
  tier?: Tier;
  /** Default `default`: the tier's budgets. `none` lifts all. */
  limits?: LimitsChange;
  /** Seed of shuffles and of chances of faults. Default 1. */
  seed?: number;
  /** Source of the portal's clock. Default the machine's. */
  clock?: SimulatorClock;
  /** Portal name, time zone (default Europe/Berlin), currency, kind. */
  account?: Partial<Omit<Account, 'portalId'>>;
  /** Switches for what is undocumented or differs between portals; see behaviour.ts. */
  behaviour?: BehaviourPatch;
  faults?: readonly FaultPlan[];
  /** Hold and announce answers between write and reply. */
  holdAfterApply?: HoldRule;
  /** Requests kept in memory. Default 100,000; 0 keeps none, Infinity all. */
  journalSize?: number;
  /** Requests are also appended to this file as NDJSON. */
  journalFile?: string;
}

export const DEFAULT_TOKEN = 'pat-na1-00000000-0000-4000-8000-000000000001';

export const DEFAULTS = {
  port: 0,
  host: '127.0.0.1',
  portalId: 12_345_678,
  token: DEFAULT_TOKEN,
  tier: 'professional' as Tier,
  limits: 'default' as LimitsChange,
  seed: 1,
  journalSize: 100_000,
};

export const DEFAULT_ACCOUNT: Omit<Account, 'portalId'> = {
  portalName: 'Simulated portal',
  accountType: 'STANDARD',
  timeZone: 'Europe/Berlin',
  companyCurrency: 'EUR',
  uiDomain: 'app.hubspot.com',
  dataHostingLocation: 'na1',
};
