import type { Clock } from '../clock.ts';
import type { Settings } from '../config/environment.ts';
import type { Database } from '../db/database.ts';
import { type AccountDetails, createAccount } from '../hubspot/account.ts';
import { type TokenSource, tokenFromFile, tokenFromText } from '../hubspot/token.ts';
import { createTransport, type Transport } from '../hubspot/transport.ts';
import type { Logger } from '../log.ts';
import { inTurn } from './gate-turns.ts';
import { createGates, type Gates } from './gates.ts';

/** The portal's budget as the settings size it, ready to be asked. */
export async function openGates(
  db: Database,
  settings: Settings,
  { clock, log, sized = true }: { readonly clock: Clock; readonly log: Logger; readonly sized?: boolean },
): Promise<Gates> {
  const limits = {
    callsPerSecond: settings.hubspotRateLimit,
    breakerThreshold: settings.breakerThreshold,
    breakerOpenMs: settings.breakerTimeoutMs,
    sized,
  };
  const gates = inTurn(createGates(db, limits, clock, log), clock);
  await gates.prepare();
  return gates;
}

/** HTTP to HubSpot as the settings say, behind no gate yet; undefined without a token. */
export function openTransport(settings: Settings, log: Logger, workerName?: string): Transport | undefined {
  const token = tokenOf(settings);
  if (!token) return undefined;
  return createTransport({
    baseUrl: settings.hubspotApiUrl,
    token,
    timeoutMs: settings.hubspotTimeoutMs,
    log,
    ...(workerName === undefined ? {} : { workerName }),
  });
}

/** Whose token it is. Raises the errors of expectBody. */
export function readAccount(transport: Transport): Promise<AccountDetails> {
  // Account details do not need the token itself.
  const unused: TokenSource = { current: () => Promise.resolve(''), refresh: () => Promise.resolve('') };
  return createAccount(transport, unused).expectDetails();
}

/** The access token as the settings name it; undefined without one. */
export function tokenOf(settings: Settings): TokenSource | undefined {
  if (settings.hubspotTokenFile !== undefined) return tokenFromFile(settings.hubspotTokenFile);
  return settings.hubspotToken === undefined ? undefined : tokenFromText(settings.hubspotToken);
}
