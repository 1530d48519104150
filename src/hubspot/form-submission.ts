import { SpokeError } from '../errors.ts';
import { isRecord, own, textOf } from './json.ts';

const CONTACT_TYPE = '0-1';
/** More than HubSpot takes fields. */
const MAX_FAULTS = 1000;

/** A filled form, as HubSpot takes it. */
export interface FormSubmission {
  /** At most 1,000. */
  readonly fields: readonly FormField[];
  /** At most a month old; default now. */
  readonly submittedAt?: Date;
  readonly context?: {
    /** Value of the visitor's cookie `hubspotutk`; connects the contact with its visits. */
    readonly hutk?: string;
    readonly ipAddress?: string;
    readonly pageUri?: string;
    readonly pageName?: string;
  };
  readonly consent?: FormConsent;
}

export interface FormField {
  readonly name: string;
  readonly value: string;
  /** Default 0-1, a contact. */
  readonly objectTypeId?: string;
}

/** What the visitor agreed to, in the words that stood there. */
export interface FormConsent {
  readonly consentToProcess: boolean;
  readonly text: string;
  readonly communications?: readonly {
    readonly value: boolean;
    readonly subscriptionTypeId: number;
    readonly text: string;
  }[];
}

/** One fault of a submission. */
export interface FormFault {
  /** REQUIRED_FIELD, INVALID_EMAIL, FORM_HAS_RECAPTCHA_ENABLED, … */
  readonly code: string;
  /** What it is about, such as `fields.email`; absent when it is about the whole. */
  readonly place?: string;
}

/** The body HubSpot wants. */
export function wireSubmission({
  fields,
  submittedAt,
  context,
  consent,
}: FormSubmission): Record<string, unknown> {
  return {
    ...(submittedAt === undefined ? {} : { submittedAt: submittedAt.getTime() }),
    fields: fields.map((field) => ({ objectTypeId: CONTACT_TYPE, ...field })),
    ...(context === undefined ? {} : { context }),
    ...(consent === undefined ? {} : { legalConsentOptions: { consent } }),
  };
}

/** Reads why a submission was refused; never throws. HubSpot's sentences quote values, so only codes and places are taken. */
export function parseFormFaults(body: unknown): readonly FormFault[] {
  const errors = own(body, 'errors');
  if (!Array.isArray(errors)) return [];
  return errors
    .slice(0, MAX_FAULTS)
    .filter(isRecord)
    .map((error) => {
      const code = textOf(own(error, 'errorType')) ?? '';
      const place = /^Error in '([\w.[\]-]{1,200})'/.exec(textOf(own(error, 'message')) ?? '')?.[1];
      return {
        code: /^[A-Z0-9_]{1,80}$/.test(code) ? code : 'UNKNOWN',
        ...(place === undefined ? {} : { place }),
      };
    });
}

/** The error of a refused submission. */
export function refusedSubmission(faults: readonly FormFault[], facts: Record<string, unknown>): SpokeError {
  const named = faults.map(({ code, place }) => (place === undefined ? code : `${place} (${code})`));
  const why = named.length > 0 ? named.join(', ') : 'no reason given';
  return new SpokeError(
    'HUBSPOT_REFUSED',
    `HubSpot refused the form submission: ${why}. Correct it, or the form, and submit again.`,
    { facts: { ...facts, faults } },
  );
}
