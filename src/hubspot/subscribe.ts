import type { Consent, ConsentChange, ConsentStatus } from './consent.ts';
import type { CallOptions } from './records.ts';

/** What to do about a wish, given what HubSpot holds. */
export type ConsentDecision = 'set' | 'unchanged' | 'opted-out';

/** An agreement that a person gave, with its proof. */
export interface Agreement {
  readonly subscriptionId: string;
  readonly legal: NonNullable<ConsentChange['legal']>;
  /** When the person agreed, ms since 1970: a later opt-out outweighs it. */
  readonly givenAt: number;
}

export type SubscribeResult =
  | { readonly kind: 'set' | 'unchanged'; readonly status: ConsentStatus }
  /** Nothing was sent: the person has opted out since, or at a time nobody knows. */
  | { readonly kind: 'opted-out'; readonly status: ConsentStatus };

/**
 * The rule of opt-outs: who has opted out is brought back only by an agreement that is younger than the opt-out. An opt-out
 * without a time outweighs everything; opting out is always done.
 */
export function decideConsent(
  current: ConsentStatus | undefined,
  wanted: { readonly state: ConsentChange['state']; readonly givenAt: number },
): ConsentDecision {
  if (current?.state === wanted.state) return 'unchanged';
  if (wanted.state === 'UNSUBSCRIBED' || current?.state !== 'UNSUBSCRIBED') return 'set';
  return current.at !== undefined && wanted.givenAt > current.at ? 'set' : 'opted-out';
}

/**
 * Subscribes an address if the person's last word allows it: reads, decides, writes. HubSpot has no condition on the write,
 * so an opt-out within that second can be overwritten. Raises the errors of expectTaken.
 */
export async function subscribe(
  consent: Consent,
  email: string,
  agreement: Agreement,
  call?: CallOptions,
): Promise<SubscribeResult> {
  const { subscriptionId, legal, givenAt } = agreement;
  const statuses = await consent.expectStatuses(email, call);
  const current = statuses.find((status) => status.subscriptionId === subscriptionId);
  const decision = decideConsent(current, { state: 'SUBSCRIBED', givenAt });
  if (current !== undefined && decision !== 'set') return { kind: decision, status: current };
  const change = { subscriptionId, state: 'SUBSCRIBED', legal } as const;
  return { kind: 'set', status: await consent.expectSetStatus(email, change, call) };
}
