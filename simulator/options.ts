import type { AppOptions } from './apps.ts';
import type { BehaviourPatch } from './behaviour.ts';
import type { SimulatorClock } from './clock.ts';
import type { SubscriptionTypeOptions } from './consent-store.ts';
import type { FaultPlan } from './faults.ts';
import type { FormOptions } from './form-store.ts';
import type { HoldRule } from './hold.ts';
import type { LimitsChange, Tier } from './limits.ts';
import type { OwnerOptions } from './owners.ts';
import type { Account } from './portal.ts';
import type { TokenOptions } from './tokens.ts';
import type { WebhookAppOptions } from './webhook-apps.ts';

/** What one portal is made from; everything has a default. */
export interface PortalSetup {
  /** Default 12345678; further portals have to name theirs. */
  portalId?: number;
  /**
   * The first accepted token, with all scopes. Default `pat-na1-00000000-0000-4000-8000-000000000001`; of further portals
   * the same, ended by the portal's id.
   */
  token?: string;
  /** Further tokens, or, with the same secret, the scopes of the first. */
  tokens?: readonly TokenOptions[];
  /** Apps that can be installed by OAuth. */
  apps?: readonly AppOptions[];
  /** The kinds of e-mail people may want or not. Default: one to one (41), marketing (42), customer service (43). */
  subscriptionTypes?: readonly SubscriptionTypeOptions[];
  /** Who records can be assigned to. Default: three that are made up. */
  owners?: readonly OwnerOptions[];
  /** Forms that can be filled in; an `id` makes their address known beforehand. */
  forms?: readonly FormOptions[];
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
}

/** A portal beside the first one. */
export interface FurtherPortal extends PortalSetup {
  portalId: number;
}

/** What `startSimulator` takes: the first portal's setup, the server and further portals; everything has a default. */
export interface SimulatorOptions extends PortalSetup {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1: the admin endpoints have no password. */
  host?: string;
  /** Names beside `host` and the loopback ones under which the admin endpoints and the page answer, as a container's. */
  adminHosts?: readonly string[];
  /**
   * Further portals behind the same address; a call's token decides which one it reaches. Tier, limits, seed, clock, account,
   * apps, switches and the size of the journal are the first portal's unless they say otherwise.
   */
  portals?: readonly FurtherPortal[];
  /** Apps that are told of changes in all portals. */
  webhooks?: readonly WebhookAppOptions[];
  /** The `hapikey` that opens the API to manage webhooks. Default `00000000-0000-4000-8000-000000000002`. */
  developerKey?: string;
  /**
   * What the portals hold is read from this file at the start, if it is there, and written to it by `stop`. `startSimulator`
   * rejects with a SetupError when it is damaged or of a newer version.
   */
  stateFile?: string;
  /** Requests of all portals are also appended to this file as NDJSON. */
  journalFile?: string;
}

/** A setup with its defaults filled in. */
export type PortalSettings = PortalSetup & Required<Omit<PortalSetup, OptionalParts>>;

type OptionalParts =
  | 'owners'
  | 'tokens'
  | 'apps'
  | 'subscriptionTypes'
  | 'forms'
  | 'clock'
  | 'account'
  | 'behaviour'
  | 'faults'
  | 'holdAfterApply';

export const DEFAULT_TOKEN = 'pat-na1-00000000-0000-4000-8000-000000000001';

export const DEFAULT_ACCOUNT: Omit<Account, 'portalId'> = {
  portalName: 'Simulated portal',
  accountType: 'STANDARD',
  timeZone: 'Europe/Berlin',
  companyCurrency: 'EUR',
  uiDomain: 'app.hubspot.com',
  dataHostingLocation: 'na1',
};

const DEFAULTS = {
  portalId: 12_345_678,
  token: DEFAULT_TOKEN,
  tier: 'professional',
  limits: 'default',
  seed: 1,
  journalSize: 100_000,
} as const;

export function resolveFirstPortal(setup: PortalSetup): PortalSettings {
  return { ...DEFAULTS, ...setup };
}

/** The settings of a portal beside `first`. */
export function resolveFurtherPortal(setup: FurtherPortal, first: PortalSetup): PortalSettings {
  const { tier, limits, seed, clock, account, apps, behaviour, journalSize } = resolveFirstPortal(first);
  return {
    tier,
    limits,
    seed,
    journalSize,
    ...(clock && { clock }),
    ...(account && { account }),
    ...(apps && { apps }),
    ...(behaviour && { behaviour }),
    token: `${DEFAULT_TOKEN.slice(0, -12)}${String(setup.portalId).padStart(12, '0')}`,
    ...setup,
  };
}
