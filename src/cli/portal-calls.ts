import { systemClock } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { gatedTransport } from '../delivery/gated-transport.ts';
import type { Urgency } from '../delivery/gates.ts';
import { checkPortal } from '../delivery/portal.ts';
import { openGates, openTransport, readAccount } from '../delivery/portal-access.ts';
import { SpokeError } from '../errors.ts';
import type { Transport } from '../hubspot/transport.ts';
import { type Surroundings, withMigrated } from './load.ts';

/** Longest wait of a call for its share of the budget. A command that a person waits for must not seem dead. */
const PATIENCE_MS = 60_000;

/**
 * The portal of the settings, for as long as `work` takes: every call takes its share of the budget that all processes of the
 * database have together. Raises CONFIG_INVALID without a token, PORTAL_MISMATCH or PORTAL_CHANGED for another portal's.
 */
export async function withPortal<T>(
  surroundings: Surroundings,
  stopping: AbortSignal,
  work: (transport: Transport, portalId: string, db: Database) => Promise<T>,
  /** `bulk` for long readings, which take what delivery leaves over. */
  {
    urgency = 'normal',
    patienceMs = PATIENCE_MS,
  }: { readonly urgency?: Urgency; readonly patienceMs?: number } = {},
): Promise<T> {
  const { settings, log } = surroundings;
  const transport = openTransport(settings, log);
  if (transport === undefined)
    throw new SpokeError('CONFIG_INVALID', 'The portal cannot be asked: set HUBSPOT_PRIVATE_APP_TOKEN.');
  try {
    return await withMigrated(surroundings, async (db) => {
      const gates = await openGates(db, settings, { clock: systemClock, log });
      const gated = gatedTransport(transport, gates, urgency, stopping, patienceMs);
      const account = await readAccount(gated);
      await checkPortal(db, account, settings.hubspotPortalId?.toString());
      return work(gated, account.portalId, db);
    });
  } finally {
    await transport.close();
  }
}
