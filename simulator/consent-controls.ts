import { z } from 'zod';
import { badRequest } from './api-error.ts';
import { addSubscriptionType, changeConsent } from './consent.ts';
import {
  CONSENT_STATES,
  type ConsentChange,
  type ConsentState,
  type SubscriptionType,
  type SubscriptionTypeOptions,
} from './consent-store.ts';
import type { Portal } from './portal.ts';
import { isEmail, normaliseEmail } from './validation.ts';

export const consentChangeSchema = z.strictObject({
  email: z.string().transform(normaliseEmail).refine(isEmail, 'is no e-mail address'),
  /** Left out: all e-mail, which can only be ended. */
  subscriptionId: z.number().int().optional(),
  state: z.enum(CONSENT_STATES),
  /** Default RECIPIENT: the person did it, by the link in a mail. */
  source: z.string().optional(),
});

/** What a person, or somebody in the portal, changes. */
export type ConsentRequest = z.input<typeof consentChangeSchema>;

/** All that the portal knows of what an address agreed to. */
export interface AddressConsent {
  email: string;
  optedOutOfAll: boolean;
  statuses: { subscriptionId: number; name: string; state: ConsentState }[];
  /** Oldest first. */
  changes: readonly ConsentChange[];
}

/** The part of a simulator that stands for what people agree to. */
export interface ConsentControls {
  subscriptionTypes(): SubscriptionType[];
  /** Adds a kind of e-mail, or replaces the one with the same id. */
  addSubscriptionType(type: SubscriptionTypeOptions): SubscriptionType;
  /** Of an address, whether or not a contact has it. */
  consent(email: string): AddressConsent;
  /** Changes a status in the place of a recipient. Throws for an unknown kind of e-mail. */
  setConsent(change: ConsentRequest): ConsentChange;
}

export function createConsentControls(portal: Portal): ConsentControls {
  const { consent } = portal;
  return {
    subscriptionTypes: () => consent.types(),
    addSubscriptionType: (type) => addSubscriptionType(portal, type),
    consent(address) {
      portal.schedule.runDue();
      const email = normaliseEmail(address);
      return {
        email,
        optedOutOfAll: consent.optOut(email) !== undefined,
        statuses: consent.types().map(({ id, name }) => ({
          subscriptionId: id,
          name,
          state: consent.status(email, id).state,
        })),
        changes: consent.changesOf(email),
      };
    },
    setConsent(request) {
      const { source = 'RECIPIENT', ...change } = consentChangeSchema.parse(request);
      const { subscriptionId } = change;
      if (subscriptionId === undefined ? change.state !== 'UNSUBSCRIBED' : !consent.type(subscriptionId))
        throw badRequest('name a subscription type that the portal has, or opt out of all');
      return changeConsent(portal, { ...change, source }, { at: portal.clock.now(), requestN: 0 });
    },
  };
}
