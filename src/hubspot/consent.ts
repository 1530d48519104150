import { type BatchError, parseBatchAnswer } from './batch-answer.ts';
import type { Exchange, Reply } from './exchange.ts';
import { unexpected } from './expect.ts';
import { type CallMeaning, expectTaken } from './expect-taken.ts';
import { numberOf, own, textOf } from './json.ts';
import type { CallOptions } from './records.ts';
import { servicePaths } from './service-paths.ts';
import type { Transport } from './transport.ts';

/** The one channel HubSpot has. */
const CHANNEL = 'EMAIL';

/** A kind of e-mail that people can agree to. */
export interface SubscriptionDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly purpose: string;
  /** An inactive one takes no statuses. */
  readonly active: boolean;
  /** HubSpot's own, such as one-to-one e-mail. */
  readonly internal: boolean;
}

export type ConsentState = 'SUBSCRIBED' | 'UNSUBSCRIBED' | 'NOT_SPECIFIED';

/** Why the portal may write to a person, under its privacy law. */
export type LegalBasis =
  | 'LEGITIMATE_INTEREST_PQL'
  | 'LEGITIMATE_INTEREST_CLIENT'
  | 'LEGITIMATE_INTEREST_OTHER'
  | 'PERFORMANCE_OF_CONTRACT'
  | 'CONSENT_WITH_NOTICE'
  | 'NON_GDPR'
  | 'PROCESS_AND_STORE';

/** What one address has agreed to. */
export interface ConsentStatus {
  /** As HubSpot writes it: lower case. '' where it does not say. */
  readonly email: string;
  readonly subscriptionId: string;
  readonly subscriptionName: string;
  readonly state: ConsentState;
  /** Where the status comes from, in HubSpot's words. */
  readonly source?: string;
  readonly legalBasis?: string;
  readonly legalBasisExplanation?: string;
  /** ms since 1970; absent when nothing was ever said. */
  readonly at?: number;
  /** Of a write: REQUESTED_CHANGE_OCCURRED, NO_STATUS_CHANGE, RESUBSCRIBE_OCCURRED, … */
  readonly change?: string;
}

export interface ConsentChange {
  readonly subscriptionId: string;
  readonly state: ConsentState;
  /** Mandatory in portals with privacy settings; the explanation names when and where the person agreed. */
  readonly legal?: { readonly basis: LegalBasis; readonly explanation: string };
}

/** What a batch did: rows of the addresses it could serve, and HubSpot's errors for the others. */
export interface ConsentBatch {
  readonly statuses: readonly ConsentStatus[];
  readonly refused: readonly BatchError[];
}

/**
 * Who may be sent which e-mail. Each call is one HTTP try and may be repeated; those named `expect…` are parsed and raise
 * the errors of expectTaken. `setStatus` brings back also who has opted out: `subscribe` does not.
 */
export interface Consent {
  expectDefinitions(call?: CallOptions): Promise<readonly SubscriptionDefinition[]>;
  statuses(email: string, call?: CallOptions): Promise<Exchange>;
  /** One for each active definition. */
  expectStatuses(email: string, call?: CallOptions): Promise<readonly ConsentStatus[]>;
  setStatus(email: string, change: ConsentChange, call?: CallOptions): Promise<Exchange>;
  expectSetStatus(email: string, change: ConsentChange, call?: CallOptions): Promise<ConsentStatus>;
  unsubscribeAll(email: string, call?: CallOptions): Promise<Exchange>;
  expectUnsubscribeAll(email: string, call?: CallOptions): Promise<readonly ConsentStatus[]>;
  /** Whether the address has opted out of every e-mail of the portal. */
  expectOptedOutOfAll(email: string, call?: CallOptions): Promise<boolean>;
  /** At most 100 addresses, as in the two below; these need Marketing Hub Enterprise. */
  expectBatchRead(emails: readonly string[], call?: CallOptions): Promise<ConsentBatch>;
  expectBatchSet(
    changes: readonly (ConsentChange & { readonly email: string })[],
    call?: CallOptions,
  ): Promise<ConsentBatch>;
  expectBatchUnsubscribeAll(emails: readonly string[], call?: CallOptions): Promise<ConsentBatch>;
}

export function createConsent(transport: Transport): Consent {
  const get = (path: string, call?: CallOptions) => transport.request({ ...call, method: 'GET', path });
  const post = (path: string, body: unknown, call?: CallOptions) =>
    transport.request({ ...call, method: 'POST', path, body });

  const statuses: Consent['statuses'] = (email, call) =>
    get(servicePaths.consentStatuses(email, CHANNEL), call);
  const setStatus: Consent['setStatus'] = (email, change, call) =>
    post(servicePaths.consentStatuses(email), wireChange(change), call);
  const unsubscribeAll: Consent['unsubscribeAll'] = (email, call) =>
    post(servicePaths.consentUnsubscribeAll(email, CHANNEL), undefined, call);

  return {
    async expectDefinitions(call) {
      const meaning = { what: 'list the subscription types', effect: 'read' } as const;
      const exchange = await get(servicePaths.consentDefinitions(), call);
      return expectResults(exchange, meaning).flatMap(readDefinition);
    },
    statuses,
    expectStatuses: async (email, call) => everyStatus(await statuses(email, call)),
    setStatus,
    async expectSetStatus(email, change, call) {
      const reply = expectTaken(await setStatus(email, change, call), SET_STATUS);
      const [status] = parseConsentStatuses(reply.body);
      if (status === undefined) throw unexpected(reply, SET_STATUS.what, 'it holds no status');
      return status;
    },
    unsubscribeAll,
    expectUnsubscribeAll: async (email, call) =>
      parseConsentStatuses(expectTaken(await unsubscribeAll(email, call), OPT_OUT).body),
    async expectOptedOutOfAll(email, call) {
      const exchange = await get(servicePaths.consentUnsubscribeAll(email, CHANNEL), call);
      return expectResults(exchange, READ_STATUSES).some((row) => own(row, 'status') === 'UNSUBSCRIBED');
    },
    expectBatchRead: async (emails, call) =>
      readBatch(
        await post(servicePaths.consentBatch('read', CHANNEL), { inputs: emails }, call),
        READ_STATUSES,
      ),
    expectBatchSet: async (changes, call) =>
      readBatch(
        await post(
          servicePaths.consentBatch('write'),
          { inputs: changes.map((each) => ({ subscriberIdString: each.email, ...wireChange(each) })) },
          call,
        ),
        SET_STATUS,
      ),
    expectBatchUnsubscribeAll: async (emails, call) =>
      readBatch(
        await post(servicePaths.consentBatch('unsubscribe-all', CHANNEL), { inputs: emails }, call),
        OPT_OUT,
      ),
  };
}

const READ_STATUSES: CallMeaning = { what: "read an address's subscriptions", effect: 'read' };
const SET_STATUS: CallMeaning = { what: 'set a subscription', effect: 'repeatable' };
const OPT_OUT: CallMeaning = { what: 'opt an address out of all e-mail', effect: 'repeatable' };

/** Reads the rows of a status answer, a single one too; never throws. */
export function parseConsentStatuses(body: unknown): readonly ConsentStatus[] {
  const results = own(body, 'results');
  return (Array.isArray(results) ? results : [body]).flatMap(readStatus);
}

function wireChange({ subscriptionId, state, legal }: ConsentChange): Record<string, unknown> {
  return {
    channel: CHANNEL,
    statusState: state,
    // A number on the wire; an id beyond 2^53 stays text.
    subscriptionId: Number.isSafeInteger(Number(subscriptionId)) ? Number(subscriptionId) : subscriptionId,
    ...(legal === undefined ? {} : { legalBasis: legal.basis, legalBasisExplanation: legal.explanation }),
  };
}

function expectResults(exchange: Exchange, meaning: CallMeaning): readonly unknown[] {
  const reply: Reply = expectTaken(exchange, meaning);
  const results = own(reply.body, 'results');
  if (!Array.isArray(results)) throw unexpected(reply, meaning.what, 'it has no list of results');
  return results;
}

/** A row that cannot be read may be an opt-out: none is left out. */
function everyStatus(exchange: Exchange): readonly ConsentStatus[] {
  const rows = expectResults(exchange, READ_STATUSES);
  const statuses = rows.flatMap(readStatus);
  if (exchange.kind === 'reply' && statuses.length < rows.length)
    throw unexpected(exchange, READ_STATUSES.what, 'one of the statuses cannot be read');
  return statuses;
}

function readBatch(exchange: Exchange, meaning: CallMeaning): ConsentBatch {
  const rows = expectResults(exchange, meaning).flatMap((row) => {
    const within = own(row, 'statuses');
    return Array.isArray(within) ? within : [row];
  });
  const { errors } = parseBatchAnswer(exchange.kind === 'reply' ? exchange.body : undefined);
  return { statuses: rows.flatMap(readStatus), refused: errors };
}

function readStatus(value: unknown): ConsentStatus[] {
  const subscriptionId = textOf(own(value, 'subscriptionId'));
  const state = textOf(own(value, 'status'));
  if (subscriptionId === undefined || !isState(state)) return [];
  const at = timeOf(own(value, 'timestamp'));
  return [
    {
      email: textOf(own(value, 'subscriberIdString')) ?? '',
      subscriptionId,
      subscriptionName: textOf(own(value, 'subscriptionName')) ?? '',
      state,
      ...optional('source', own(value, 'source')),
      ...optional('legalBasis', own(value, 'legalBasis')),
      ...optional('legalBasisExplanation', own(value, 'legalBasisExplanation')),
      ...(at === undefined ? {} : { at }),
      ...optional('change', own(value, 'setStatusSuccessReason')),
    },
  ];
}

function readDefinition(value: unknown): SubscriptionDefinition[] {
  const id = textOf(own(value, 'id'));
  if (id === undefined) return [];
  const text = (name: string) => textOf(own(value, name)) ?? '';
  return [
    {
      id,
      name: text('name'),
      description: text('description'),
      purpose: text('purpose'),
      active: own(value, 'isActive') === true,
      internal: own(value, 'isInternal') === true,
    },
  ];
}

function isState(text: string | undefined): text is ConsentState {
  return text === 'SUBSCRIBED' || text === 'UNSUBSCRIBED' || text === 'NOT_SPECIFIED';
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : numberOf(value);
  return time === undefined || Number.isNaN(time) ? undefined : time;
}

function optional<K extends string>(name: K, value: unknown): Partial<Record<K, string>> {
  const text = textOf(value);
  return text === undefined ? {} : ({ [name]: text } as Record<K, string>);
}
