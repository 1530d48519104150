import type { AddressInfo } from 'node:net';
import { createAdmin } from './admin.ts';
import { badRequest } from './api-error.ts';
import { type Behaviour, type BehaviourPatch, resolveBehaviour } from './behaviour.ts';
import { type ClockChange, DrivableClock } from './clock.ts';
import { type Fault, type FaultPlan, FaultPlanner } from './faults.ts';
import { Gateway } from './gateway.ts';
import type { HistoryEntry } from './history.ts';
import { type Announcement, AppliedHold, type HoldRule } from './hold.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { Limiter, type LimitNumbers, type LimitsChange, limitsSchema, TIERS } from './limits.ts';
import { DEFAULT_ACCOUNT, DEFAULTS, type SimulatorOptions } from './options.ts';
import { Portal } from './portal.ts';
import { createRandom } from './random.ts';
import {
  insertRecords,
  type RecordPage,
  type RecordSnapshot,
  snapshotRecord,
  snapshotRecords,
} from './records.ts';
import { createSimulatorServer } from './server.ts';
import { describeState, type SimulatorState } from './state.ts';
import type { Token, TokenOptions } from './tokens.ts';

export type ResetPart = 'records' | 'journal' | 'faults' | 'limits' | 'tokens';

/** A running portal. The same things can be done over HTTP under `/_simulator/`. */
export interface Simulator {
  /** Without a slash at the end. */
  readonly url: string;
  readonly portalId: number;
  readonly token: string;
  state(): SimulatorState;
  journal(page?: { after?: number; limit?: number }): JournalEntry[];
  /** Most calls that arrived in any rolling window of so many ms; of one token by its id, or of all. */
  maxCallsInWindow(ms: number, tokenId?: string): number;
  faults(): Fault[];
  addFaults(plans: readonly FaultPlan[]): Fault[];
  /** Replaces the whole plan. */
  setFaults(plans: readonly FaultPlan[]): Fault[];
  removeFaults(id?: string): number;
  /** Holds answers between write and reply; null ends it and lets go what is held. */
  holdAfterApply(rule: HoldRule | null): void;
  onApplied(listener: (announcement: Announcement) => void): () => void;
  pollApplied(after: number, waitMs: number): Promise<Announcement[]>;
  /** Lets one held answer go, or all; returns how many. */
  release(requestId?: string): number;
  /** Records of a type in id order, archived ones too, up to 10,000 a page (default all). */
  records(type: string): RecordSnapshot[];
  recordPage(type: string, page: { after?: number; limit?: number }): RecordPage;
  record(type: string, id: string): RecordSnapshot | undefined;
  /** The applied writes of a record, oldest first; needs the switch `recordHistory`. */
  history(type: string, id: string): readonly HistoryEntry[];
  /** Puts records into the portal without a request, checked like API writes. Throws when one is invalid. */
  insert(type: string, records: readonly Record<string, string>[]): string[];
  setBehaviour(patch: BehaviourPatch): Behaviour;
  setLimits(change: LimitsChange): LimitNumbers;
  addToken(token: TokenOptions): Token;
  revokeToken(secretOrId: string): void;
  expireToken(secretOrId: string, at?: number): void;
  /** Returns the portal's new time, ms since 1970. */
  setClock(change: ClockChange): number;
  now(): number;
  /** Everything (default) or parts back to how they were at the start; switches and limits' numbers stay. */
  reset(parts?: readonly ResetPart[]): void;
  /** Cuts all connections; resolves when the port is free and the journal file is written. */
  stop(): Promise<void>;
}

/** Starts a HubSpot portal in this process. Rejects when the port is taken or an option is invalid. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = { ...DEFAULTS, ...options };
  const random = createRandom(settings.seed);
  const account = { ...DEFAULT_ACCOUNT, ...options.account, portalId: settings.portalId };
  const portal = new Portal({
    account,
    behaviour: resolveBehaviour(options.behaviour),
    clock: new DrivableClock(options.clock),
    random,
  });
  const limiter = new Limiter({
    numbers: TIERS[settings.tier],
    tier: settings.tier,
    timeZone: account.timeZone,
    countRejectedCalls: () => portal.behaviour.countRejectedCalls,
    countSearchInDaily: () => portal.behaviour.countSearchInDaily,
  });
  limiter.change(limitsSchema.parse(settings.limits));
  const journal = new Journal({ capacity: settings.journalSize, file: options.journalFile });
  // Faults draw from a sequence of their own: adding one must not change the order of answers.
  const faults = new FaultPlanner(createRandom(settings.seed + 1));
  const hold = new AppliedHold(createRandom(settings.seed + 2));
  if (options.faults) faults.add(options.faults);
  if (options.holdAfterApply) hold.set(options.holdAfterApply);
  const addFirstTokens = () => {
    for (const token of [{ token: settings.token }, ...(options.tokens ?? [])]) portal.tokens.add(token);
  };
  addFirstTokens();

  const simulator: Omit<Simulator, 'url' | 'stop'> = {
    portalId: settings.portalId,
    token: settings.token,
    state: () => describeState({ portal: upToDate(portal), limiter, journal, faults, hold }),
    journal: (page = {}) => journal.entries(page.after, page.limit),
    maxCallsInWindow: (ms, tokenId) => journal.maxInWindow(ms, tokenId),
    faults: () => faults.list(),
    addFaults: (plans) => faults.add(plans),
    setFaults(plans) {
      faults.remove();
      return faults.add(plans);
    },
    removeFaults: (id) => faults.remove(id),
    holdAfterApply: (rule) => hold.set(rule),
    onApplied: (listener) => hold.onApplied(listener),
    pollApplied: (after, waitMs) => hold.poll(after, waitMs),
    release: (requestId) => hold.release(requestId),
    records: (type) => snapshotRecords(upToDate(portal), type).results,
    recordPage: (type, page) => snapshotRecords(upToDate(portal), type, page),
    record: (type, id) => snapshotRecord(upToDate(portal), type, id),
    history: (type, id) => upToDate(portal).history.of(portal.objects(type).type.name, id),
    insert: (type, records) => insertRecords(portal, type, records),
    setBehaviour(patch) {
      portal.behaviour = resolveBehaviour(patch, portal.behaviour);
      return portal.behaviour;
    },
    setLimits: (change) => limiter.change(limitsSchema.parse(change)),
    addToken: (token) => portal.tokens.add(token),
    revokeToken(secretOrId) {
      knownToken(portal, secretOrId).revoked = true;
    },
    expireToken(secretOrId, at) {
      knownToken(portal, secretOrId).expiresAt = at ?? portal.clock.now();
    },
    setClock: (change) => portal.clock.change(change),
    now: () => portal.clock.now(),
    reset(parts = ['records', 'journal', 'faults', 'limits', 'tokens']) {
      if (parts.includes('records')) portal.clearRecords();
      if (parts.includes('journal')) journal.clear();
      if (parts.includes('limits')) limiter.reset();
      if (parts.includes('faults')) {
        faults.remove();
        faults.add(options.faults ?? []);
        hold.set(options.holdAfterApply ?? null);
      }
      if (parts.includes('tokens')) {
        portal.tokens.clear();
        addFirstTokens();
      }
    },
  };

  const server = createSimulatorServer({
    portal,
    gateway: new Gateway(portal, limiter),
    journal,
    faults,
    hold,
    admin: createAdmin(simulator),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...simulator,
    url: `http://${settings.host}:${port}`,
    async stop() {
      hold.set(null);
      portal.schedule.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await journal.close();
    },
  };
}

/** The portal once everything that is due has been done; what tests read is never late. */
function upToDate(portal: Portal): Portal {
  portal.schedule.runDue();
  return portal;
}

function knownToken(portal: Portal, secretOrId: string): Token {
  const token = portal.tokens.find(secretOrId);
  if (!token) throw badRequest('no token with this id; state() lists the ids');
  return token;
}
