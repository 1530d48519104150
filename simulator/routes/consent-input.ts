import { badRequest } from '../api-error.ts';
import { type Call, idText, invalidJson, textOf } from '../call.ts';
import { changeConsent } from '../consent.ts';
import {
  CONSENT_STATES,
  type ConsentChange,
  type ConsentState,
  type ConsentStatus,
  LEGAL_BASES,
  type LegalBasis,
  type SubscriptionType,
} from '../consent-store.ts';
import type { Portal } from '../portal.ts';
import type { Route } from '../router.ts';
import { isEmail, normaliseEmail } from '../validation.ts';

/** Named as the source of what comes through the API. */
const SOURCE = 'API';

export const readConsent: Route['scopes'] = () => [
  ['communication_preferences.read', 'communication_preferences.read_write'],
];

export const writeConsent: Route['scopes'] = () => [
  ['communication_preferences.write', 'communication_preferences.read_write'],
];

export interface ConsentInput {
  email: string;
  type: SubscriptionType;
  state: ConsentState;
  legalBasis: LegalBasis | undefined;
  legalBasisExplanation: string | undefined;
}

/** One status as the dated versions and v4 show it. */
export interface StatusRow {
  subscriberIdString: string;
  subscriptionId: number;
  subscriptionName: string;
  channel: 'EMAIL';
  status: ConsentState;
  source?: string;
  legalBasis?: LegalBasis | undefined;
  legalBasisExplanation?: string | undefined;
  timestamp?: string;
  setStatusSuccessReason?: ConsentChange['reason'];
}

/** An address as the store keeps it. Throws 400 for what is none. */
export function consentAddress(text: string): string {
  const email = normaliseEmail(text);
  if (!isEmail(email)) throw badRequest(`Email address ${text} is invalid`);
  return email;
}

/** The kind of e-mail an input names. Throws 400 for one that the portal does not have or no longer uses. */
export function subscriptionType(portal: Portal, value: unknown): SubscriptionType {
  const id = idText(value, 'subscriptionId');
  const type = portal.consent.type(Number(id));
  if (!type?.isActive) throw badRequest(`Subscription ${id} does not exist in this portal`);
  return type;
}

/** The change of one status that a body asks for, in the fields of the dated versions and v4. */
export function consentInput(portal: Portal, email: string, body: Record<string, unknown>): ConsentInput {
  requireEmailChannel(body.channel);
  const state = CONSENT_STATES.find((each) => each === body.statusState);
  if (!state) throw invalidJson('some of required attributes are not set or malformed [statusState]');
  return { email, type: subscriptionType(portal, body.subscriptionId), state, ...legalBasisOf(portal, body) };
}

/** Basis and explanation; both are mandatory where the portal's privacy settings are on. */
export function legalBasisOf(
  portal: Portal,
  { legalBasis, legalBasisExplanation }: Record<string, unknown>,
): Pick<ConsentInput, 'legalBasis' | 'legalBasisExplanation'> {
  const basis = LEGAL_BASES.find((each) => each === legalBasis);
  if (legalBasis !== undefined && !basis)
    throw invalidJson(`legalBasis must be one of [${LEGAL_BASES.join(', ')}], was ${textOf(legalBasis)}`);
  const explanation = typeof legalBasisExplanation === 'string' ? legalBasisExplanation : undefined;
  if (portal.behaviour.privacySettings && (!basis || !explanation)) {
    throw badRequest(
      'legalBasis and legalBasisExplanation are required because data privacy settings are turned on',
    );
  }
  return { legalBasis: basis, legalBasisExplanation: explanation };
}

/** E-mail is the only channel there is. */
export function requireEmailChannel(channel: unknown): void {
  if (channel !== 'EMAIL')
    throw badRequest(`channel must be EMAIL, was ${channel === undefined ? 'missing' : textOf(channel)}`);
}

/** Makes the change and counts it. */
export function applyConsent(call: Call, input: ConsentInput): ConsentChange {
  const { type, ...rest } = input;
  return noteChange(call, { ...rest, subscriptionId: type.id, source: SOURCE });
}

/** Opts an address out of everything. */
export function optOutOfAll(call: Call, email: string): ConsentChange {
  return noteChange(call, { email, state: 'UNSUBSCRIBED', source: SOURCE });
}

export function statusRow(portal: Portal, email: string, type: SubscriptionType): StatusRow {
  const status = portal.consent.status(email, type.id);
  return {
    subscriberIdString: email,
    subscriptionId: type.id,
    subscriptionName: type.name,
    channel: 'EMAIL',
    status: status.state,
    ...statusDetails(portal, status),
  };
}

export function statusRows(portal: Portal, email: string): StatusRow[] {
  const types = portal.consent.types().filter((type) => type.isActive);
  return types.map((type) => statusRow(portal, email, type));
}

/** The opt-out from everything; none when there is none. */
export function wideStatuses(portal: Portal, email: string): Record<string, unknown>[] {
  const optOut = portal.consent.optOut(email);
  if (!optOut) return [];
  const { timestamp } = statusDetails(portal, optOut);
  return [
    {
      subscriberIdString: email,
      wideStatusType: 'PORTAL_WIDE',
      channel: 'EMAIL',
      status: 'UNSUBSCRIBED',
      timestamp,
    },
  ];
}

/** The frame that actions of these versions answer in. */
export function completed(call: Call, results: readonly unknown[]): Record<string, unknown> {
  const now = call.portal.iso(call.now);
  return { status: 'COMPLETE', requestedAt: now, startedAt: now, completedAt: now, results };
}

function statusDetails(
  portal: Portal,
  { at, source, legalBasis, legalBasisExplanation }: ConsentStatus,
): Partial<StatusRow> {
  if (at === undefined) return {};
  return { source, legalBasis, legalBasisExplanation, timestamp: portal.iso(at) };
}

function noteChange(call: Call, change: Omit<ConsentChange, 'reason' | 'at'>): ConsentChange {
  const noted = changeConsent(call.portal, change, { at: call.now, requestN: call.n });
  if (noted.reason !== 'NO_STATUS_CHANGE') call.effects.applied += 1;
  return noted;
}
