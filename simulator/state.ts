import type { Behaviour } from './behaviour.ts';
import type { Fault, FaultPlanner } from './faults.ts';
import type { AppliedHold } from './hold.ts';
import type { Journal } from './journal.ts';
import type { Limiter, LimitNumbers, Policy } from './limits.ts';
import type { Portal } from './portal.ts';
import type { TokenKind } from './tokens.ts';

/** A look at the whole portal; no secrets. */
export interface SimulatorState {
  portalId: number;
  portalName: string;
  /** IANA name. */
  timeZone: string;
  /** Ms since 1970 of the portal's clock. */
  now: number;
  /** Whether that clock stands still. */
  frozen: boolean;
  /** By plural type name. */
  counts: Record<string, { live: number; archived: number }>;
  /** Lists that are not deleted. */
  lists: number;
  requests: { requests: number; applied: number; byStatus: Record<string, number>; kept: number };
  /** Most calls in any rolling 10 s since the last reset of the journal: of all tokens, and by token id. */
  maxCallsIn10s: number;
  maxCallsIn10sByToken: Record<string, number>;
  limits: LimitNumbers & {
    /** By the id of the app, whose tokens share one window. */
    windowUsed: Record<string, number>;
    /** Searches in the last second. */
    searchUsed: number;
    dailyUsed: number;
    dailyResetsAt: string;
    /** Used of the budgets that calls of associations have of their own; the windows by the id of the app. */
    associations: { used: number; windowUsed: Record<string, number> };
  };
  /** Calls refused by the portal's own budgets; the edge's 429 counts as a fault. */
  refused: Record<Policy, number>;
  faults: Fault[];
  hold: AppliedHold['rule'] | null;
  tokens: {
    id: string;
    kind: TokenKind;
    appId: number;
    appName: string;
    scopes: string[];
    revoked: boolean;
    expiresAt: number | null;
  }[];
  /** Apps that can be installed. */
  apps: { clientId: string; appId: number; name: string }[];
  behaviour: Behaviour;
}

export interface StateParts {
  portal: Portal;
  limiter: Limiter;
  journal: Journal;
  faults: FaultPlanner;
  hold: AppliedHold;
}

export function describeState({ portal, limiter, journal, faults, hold }: StateParts): SimulatorState {
  const now = portal.clock.now();
  const daily = limiter.dailyUsage(now);
  const tokens = portal.tokens.list();
  return {
    portalId: portal.account.portalId,
    portalName: portal.account.portalName,
    timeZone: portal.account.timeZone,
    now,
    frozen: portal.clock.isFrozen,
    counts: Object.fromEntries(portal.allObjects().map(({ type, store }) => [type.name, store.counts])),
    lists: portal.lists.all().filter(({ deletedAt }) => deletedAt === undefined).length,
    requests: journal.totals(),
    maxCallsIn10s: journal.maxInWindow(10_000),
    maxCallsIn10sByToken: Object.fromEntries(tokens.map(({ id }) => [id, journal.maxInWindow(10_000, id)])),
    limits: {
      ...limiter.numbers,
      windowUsed: limiter.windowUsage(now),
      searchUsed: limiter.searchUsage(now),
      dailyUsed: daily.used,
      associations: limiter.associationsUsage(now),
      dailyResetsAt: new Date(daily.resetsAt).toISOString(),
    },
    refused: { ...limiter.refusals },
    faults: faults.list(),
    hold: hold.rule ?? null,
    tokens: tokens.map(({ id, kind, appId, appName, scopes, revoked, expiresAt }) => ({
      id,
      kind,
      appId,
      appName,
      scopes: [...scopes],
      revoked,
      expiresAt: expiresAt ?? null,
    })),
    apps: portal.apps.list().map(({ clientId, appId, name }) => ({ clientId, appId, name })),
    behaviour: portal.behaviour,
  };
}
