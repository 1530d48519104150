import { systemClock } from './clock.ts';
import type { Settings } from './config/environment.ts';
import type { Database } from './db/database.ts';
import { gatedTransport } from './delivery/gated-transport.ts';
import type { Urgency } from './delivery/gates.ts';
import { checkPortal } from './delivery/portal.ts';
import { openGates, openTransport, readAccount } from './delivery/portal-access.ts';
import { SpokeError } from './errors.ts';
import type { Transport } from './hubspot/transport.ts';
import type { Logger } from './log.ts';

export interface OpenPortalOptions {
  readonly settings: Settings;
  readonly log: Logger;
  readonly db: Database;
  /** Ends waits for a share of the budget. */
  readonly signal: AbortSignal;
  /** `reading` for what fills the mirror, which takes what delivery leaves over and has a small share for certain. */
  readonly urgency: Urgency;
  /** Longest wait of a call for its share, ms. */
  readonly patienceMs: number;
}

export interface OpenPortal {
  readonly portalId: string;
  /** Every call takes its share of the budget that all processes of the database have together. */
  readonly transport: Transport;
  close(): Promise<void>;
}

/**
 * The portal of the settings, for a process that is no worker. Raises CONFIG_INVALID without a token, PORTAL_MISMATCH or PORTAL_CHANGED
 * for another portal's, HUBSPOT_UNAUTHORIZED.
 */
export async function openPortal(options: OpenPortalOptions): Promise<OpenPortal> {
  const { settings, log, db, signal, urgency, patienceMs } = options;
  const transport = openTransport(settings, log);
  if (transport === undefined)
    throw new SpokeError('CONFIG_INVALID', 'The portal cannot be asked: set HUBSPOT_PRIVATE_APP_TOKEN.');
  try {
    const gates = await openGates(db, settings, { clock: systemClock, log });
    const gated = gatedTransport(transport, gates, urgency, signal, patienceMs);
    const account = await readAccount(gated);
    await checkPortal(db, account, settings.hubspotPortalId?.toString());
    return { portalId: account.portalId, transport: gated, close: () => transport.close() };
  } catch (error) {
    await transport.close();
    throw error;
  }
}
