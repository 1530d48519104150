import type { Database } from '../db/database.ts';
import type { Urgency } from '../delivery/gates.ts';
import type { Transport } from '../hubspot/transport.ts';
import { openPortal } from '../open-portal.ts';
import { type Surroundings, withMigrated } from './load.ts';

/** Longest wait of a call for its share of the budget. A command that a person waits for must not seem dead. */
const PATIENCE_MS = 60_000;

/** The portal of the settings, for as long as `work` takes. Raises what openPortal raises. */
export function withPortal<T>(
  surroundings: Surroundings,
  signal: AbortSignal,
  work: (transport: Transport, portalId: string, db: Database) => Promise<T>,
  /** `bulk` for long readings, which take what delivery leaves over. */
  {
    urgency = 'normal',
    patienceMs = PATIENCE_MS,
  }: { readonly urgency?: Urgency; readonly patienceMs?: number } = {},
): Promise<T> {
  return withMigrated(surroundings, async (db) => {
    const portal = await openPortal({ ...surroundings, db, signal, urgency, patienceMs });
    try {
      return await work(portal.transport, portal.portalId, db);
    } finally {
      await portal.close();
    }
  });
}
