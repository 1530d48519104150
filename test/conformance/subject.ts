import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Answer, CallOptions } from './answer.ts';
import { readLiveSettings } from './live-settings.ts';
import { openLiveSubject } from './live-subject.ts';
import { openSimulatorSubject } from './simulator-subject.ts';

/** Removing what a file made, one call each, at a real portal's pace (ms). */
const CLOSE_TIMEOUT_MS = 600_000;

/** A portal that was reached, real or simulated. */
export interface OpenSubject {
  readonly kind: 'simulator' | 'live';
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly portalId: number;
  /** Sends one call. On a real portal it waits its turn, and what it makes is removed at the end. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** Asks until the answer will do, or a deadline has passed; the last answer either way. */
  until(ask: () => Promise<Answer>, done: (answer: Answer) => boolean): Promise<Answer>;
  /** Calls an admin endpoint of the simulator; fails when it is refused, and on a real portal. */
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** What the cases of a file call. */
export interface Subject extends Omit<OpenSubject, 'close'> {
  /** A word that no other thing in the portal is named by: lower case, fit for names of properties. */
  name(word: string): string;
  /** An address that no other contact in the portal has. */
  address(word: string): string;
}

/** The portal that the cases of this file are run against: a simulated one of its own, or the one of HUBSPOT_LIVE_TOKEN. */
export function useSubject({ budgets = 'none' }: { budgets?: 'default' | 'none' } = {}): Subject {
  const run = `conform_${randomBytes(4).toString('hex')}`;
  let open: OpenSubject | undefined;
  let names = 0;
  const subject = () => {
    if (open === undefined) throw new Error('The subject is there once the tests have begun.');
    return open;
  };
  const name = (word: string) => {
    names += 1;
    return `${run}_${word}_${names}`;
  };
  beforeAll(async () => {
    const live = readLiveSettings(process.env);
    open = live ? await openLiveSubject(live) : await openSimulatorSubject({ budgets });
  });
  afterAll(() => open?.close(), CLOSE_TIMEOUT_MS);
  return {
    get kind() {
      return subject().kind;
    },
    get url() {
      return subject().url;
    },
    get token() {
      return subject().token;
    },
    get portalId() {
      return subject().portalId;
    },
    call: (...args) => subject().call(...args),
    until: (...args) => subject().until(...args),
    admin: (...args) => subject().admin(...args),
    name,
    address: (word) => `${name(word)}@example.com`,
  };
}

/** Cases that a real portal cannot be asked. `reason` completes "only with the simulator, since ..." and is shown where they are left out. */
export function simulatorOnly(reason: string, cases: () => void): void {
  describe.skipIf(readLiveSettings(process.env) !== undefined)(
    `only with the simulator, since ${reason}:`,
    cases,
  );
}
