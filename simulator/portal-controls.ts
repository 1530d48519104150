import type { ActivityControls } from './admin-activity.ts';
import { badRequest } from './api-error.ts';
import { createAppControls } from './app-controls.ts';
import { type Behaviour, type BehaviourPatch, resolveBehaviour } from './behaviour.ts';
import type { ClockChange } from './clock.ts';
import { createConsentControls } from './consent-controls.ts';
import { createEventControls } from './event-controls.ts';
import type { Fault, FaultPlan } from './faults.ts';
import { createFormControls } from './form-controls.ts';
import type { HistoryEntry } from './history.ts';
import type { Announcement, HoldRule } from './hold.ts';
import type { JournalEntry } from './journal.ts';
import { type LimitNumbers, type LimitsChange, limitsSchema } from './limits.ts';
import { createListControls, type ListControls } from './list-controls.ts';
import { createLookControls, type LookControls } from './look-controls.ts';
import type { Owner, OwnerOptions } from './owners.ts';
import type { Portal } from './portal.ts';
import type { PortalDirectory } from './portal-directory.ts';
import type { PortalUnit, ResetPart } from './portal-unit.ts';
import {
  insertRecords,
  type RecordPage,
  type RecordSnapshot,
  restoreArchived,
  snapshotRecord,
  snapshotRecords,
} from './records.ts';
import { type SeedOptions, type SeedResult, seedPortal } from './seed.ts';
import { describeState, type SimulatorState } from './state.ts';
import type { Token, TokenOptions } from './tokens.ts';
import { createWebhookControls, type WebhookControls } from './webhook-controls.ts';

/** One portal, looked at and steered from outside. The same things can be done over HTTP under `/_simulator/`. */
export interface SimulatedPortal extends ActivityControls, ListControls, LookControls, WebhookControls {
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
  /** Fills the portal with made-up contacts, companies and deals, linked with each other. */
  seed(options: SeedOptions): SeedResult;
  /** Takes a record out of the recycle bin, as a person does. Throws when it is not there or its unique values are taken. */
  restore(type: string, id: string): RecordSnapshot;
  setBehaviour(patch: BehaviourPatch): Behaviour;
  setLimits(change: LimitsChange): LimitNumbers;
  /** Active and deactivated owners. */
  owners(): Owner[];
  /** Replaces all owners. Throws when an id, a user id or an address is there twice. */
  setOwners(owners: readonly OwnerOptions[]): Owner[];
  addToken(token: TokenOptions): Token;
  revokeToken(secretOrId: string): void;
  expireToken(secretOrId: string, at?: number): void;
  /** Returns the portal's new time, ms since 1970. */
  setClock(change: ClockChange): number;
  now(): number;
  /** Everything (default) or parts back to how they were at the start; switches and limits' numbers stay. */
  reset(parts?: readonly ResetPart[]): void;
}

export function createControls(unit: PortalUnit, directory: PortalDirectory): SimulatedPortal {
  const { portal, limiter, journal, faults, hold } = unit;
  return {
    portalId: unit.id,
    token: unit.settings.token,
    ...createAppControls(portal),
    ...createWebhookControls(unit),
    ...createConsentControls(portal),
    ...createListControls(portal),
    ...createLookControls(unit),
    ...createFormControls(portal),
    ...createEventControls(portal),
    state: () => describeState(upToDate(unit)),
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
    records: (type) => snapshotRecords(upToDate(unit).portal, type).results,
    recordPage: (type, page) => snapshotRecords(upToDate(unit).portal, type, page),
    record: (type, id) => snapshotRecord(upToDate(unit).portal, type, id),
    history: (type, id) => upToDate(unit).portal.history.of(portal.objects(type).type.name, id),
    insert: (type, records) => insertRecords(portal, type, records),
    seed: (options) => seedPortal(portal, options),
    restore: (type, id) => restoreArchived(portal, type, id),
    setBehaviour(patch) {
      portal.behaviour = resolveBehaviour(patch, portal.behaviour);
      return portal.behaviour;
    },
    owners: () => [...portal.owners.list(), ...portal.owners.list(true)],
    setOwners: (owners) => portal.owners.set(owners, portal.clock.now()),
    setLimits: (change) => limiter.change(limitsSchema.parse(change)),
    addToken(token) {
      directory.refuseForeignToken(token.token, unit);
      return portal.tokens.add(token);
    },
    revokeToken(secretOrId) {
      knownToken(portal, secretOrId).revoked = true;
    },
    expireToken(secretOrId, at) {
      knownToken(portal, secretOrId).expiresAt = at ?? portal.clock.now();
    },
    setClock: (change) => portal.clock.change(change),
    now: () => portal.clock.now(),
    reset: (parts) => unit.reset(parts),
  };
}

/** The portal once everything that is due has been done; what tests read is never late. */
function upToDate(unit: PortalUnit): PortalUnit {
  unit.portal.schedule.runDue();
  return unit;
}

function knownToken(portal: Portal, secretOrId: string): Token {
  const token = portal.tokens.find(secretOrId);
  if (!token) throw badRequest('no token with this id; state() lists the ids');
  return token;
}
