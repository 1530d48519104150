import { type ConsentStatus, parseConsentStatuses } from '../hubspot/consent.ts';
import type { Exchange } from '../hubspot/exchange.ts';
import { own } from '../hubspot/json.ts';

/** HubSpot has never heard of the address, so it has said nothing. */
const UNKNOWN_ADDRESS = 404;

/**
 * What HubSpot holds of an address; undefined where that cannot be said for certain. A row that cannot be read may be an opt-out, so
 * all of them must be readable.
 */
export function readStanding(exchange: Exchange): readonly ConsentStatus[] | undefined {
  if (exchange.kind !== 'reply' || exchange.flaw) return undefined;
  if (exchange.status === UNKNOWN_ADDRESS) return [];
  const results = own(exchange.body, 'results');
  if (exchange.status !== 200 || !Array.isArray(results)) return undefined;
  const rows = parseConsentStatuses(exchange.body);
  return rows.length === results.length ? rows : undefined;
}

/**
 * Whether an opt-in of a moment (ms since 1970) is to be written. Not where the address has opted out at that moment or later, or at
 * a time that HubSpot does not tell; and not where it is subscribed already.
 */
export function optsIn(rows: readonly ConsentStatus[], subscriptionId: string, moment: number): boolean {
  const row = rows.find((each) => each.subscriptionId === subscriptionId);
  if (row === undefined || row.state === 'NOT_SPECIFIED') return true;
  return row.state === 'UNSUBSCRIBED' && row.at !== undefined && row.at < moment;
}
