import type { Logger } from '../log.ts';
import { type Account, createAccount } from './account.ts';
import { type AppEvents, createAppEvents } from './app-events.ts';
import { type AssociationLabels, createAssociationLabels } from './association-labels.ts';
import { type Associations, createAssociations } from './associations.ts';
import { type Consent, createConsent } from './consent.ts';
import { type CustomEvents, createCustomEvents } from './custom-events.ts';
import { createForms, type Forms, formsUrlOf } from './forms.ts';
import { createLists, type Lists } from './lists.ts';
import { noLog } from './no-log.ts';
import { createOwners, type Owners } from './owners.ts';
import { createPipelines, type Pipelines } from './pipelines.ts';
import { createProperties, type Properties } from './properties.ts';
import { createRecordScans, type RecordScans } from './record-scans.ts';
import { createRecords, type Records } from './records.ts';
import { createSchemas, type Schemas } from './schemas.ts';
import type { TokenSource } from './token.ts';
import { createTransport, HUBSPOT_URL, type TransportOptions } from './transport.ts';

/** HubSpot's API as Spoke uses it: one family of calls per member, all over one pool of connections. */
export interface HubspotClient {
  readonly records: Records;
  /** Readings of many records, page by page. */
  readonly scans: RecordScans;
  readonly associations: Associations;
  readonly associationLabels: AssociationLabels;
  readonly properties: Properties;
  readonly schemas: Schemas;
  readonly pipelines: Pipelines;
  readonly owners: Owners;
  readonly lists: Lists;
  readonly account: Account;
  readonly consent: Consent;
  readonly forms: Forms;
  readonly customEvents: CustomEvents;
  readonly appEvents: AppEvents;
  /** Waits for calls in flight, each bounded by its time-out; later calls end as `aborted`. */
  close(): Promise<void>;
}

export interface HubspotClientOptions extends Omit<TransportOptions, 'baseUrl' | 'log'> {
  readonly token: TokenSource;
  /** Default https://api.hubapi.com. */
  readonly baseUrl?: string;
  /** pino's calling convention. Default none. */
  readonly log?: Logger;
  /** Takes form submissions. Default the host that belongs to `baseUrl`: api.hsforms.com for HubSpot's own, else the same. */
  readonly formsUrl?: string;
  /** Of the app events' paths; default 2026-03. */
  readonly appEventsVersion?: string;
}

/** Builds the client; sends nothing yet. Raises HUBSPOT_URL_INVALID or HUBSPOT_URL_INSECURE. */
export function createHubspotClient(options: HubspotClientOptions): HubspotClient {
  const { baseUrl = HUBSPOT_URL, log = noLog } = options;
  const transport = createTransport({ ...options, baseUrl, log });
  const formsUrl = options.formsUrl ?? formsUrlOf(baseUrl);
  const submitTransport =
    formsUrl === baseUrl ? transport : createTransport({ ...options, log, baseUrl: formsUrl });
  const records = createRecords(transport);
  return {
    records,
    scans: createRecordScans(records),
    associations: createAssociations(transport),
    associationLabels: createAssociationLabels(transport),
    properties: createProperties(transport),
    schemas: createSchemas(transport),
    pipelines: createPipelines(transport),
    owners: createOwners(transport),
    lists: createLists(transport),
    account: createAccount(transport, options.token),
    consent: createConsent(transport),
    forms: createForms(transport, submitTransport),
    customEvents: createCustomEvents(transport),
    appEvents: createAppEvents(transport, options.appEventsVersion),
    async close() {
      await Promise.all([transport.close(), submitTransport.close()]);
    },
  };
}
