import { type Account, createAccount } from './account.ts';
import { type AppEvents, createAppEvents } from './app-events.ts';
import { type Associations, createAssociations } from './associations.ts';
import { type Consent, createConsent } from './consent.ts';
import { createProperties, type Properties } from './properties.ts';
import { createRecordScans, type RecordScans } from './record-scans.ts';
import { createRecords, type Records } from './records.ts';
import type { TokenSource } from './token.ts';
import { createTransport, type TransportOptions } from './transport.ts';

/** HubSpot's API as Spoke uses it: one family of calls per member, all over one pool of connections. */
export interface HubspotClient {
  readonly records: Records;
  /** Readings of many records, page by page. */
  readonly scans: RecordScans;
  readonly associations: Associations;
  readonly properties: Properties;
  readonly account: Account;
  readonly consent: Consent;
  readonly appEvents: AppEvents;
  /** Waits for calls in flight, each bounded by its time-out; later calls end as `aborted`. */
  close(): Promise<void>;
}

export interface HubspotClientOptions extends TransportOptions {
  readonly token: TokenSource;
  /** Of the app events' paths; default 2026-03. */
  readonly appEventsVersion?: string;
}

/** Builds the client; sends nothing yet. Raises HUBSPOT_URL_INVALID or HUBSPOT_URL_INSECURE. */
export function createHubspotClient(options: HubspotClientOptions): HubspotClient {
  const transport = createTransport(options);
  const records = createRecords(transport);
  return {
    records,
    scans: createRecordScans(records),
    associations: createAssociations(transport),
    properties: createProperties(transport),
    account: createAccount(transport, options.token),
    consent: createConsent(transport),
    appEvents: createAppEvents(transport, options.appEventsVersion),
    close: () => transport.close(),
  };
}
