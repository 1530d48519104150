import type { AssociationCreate, ConsentSet, ListChange, RecordArchive, RecordRef } from './effects.ts';
import { MappingError } from './mapping-error.ts';
import { usableEmail } from './record-refs.ts';
import { filledText } from './transforms/text.ts';

const MAX_NAME = 255;

/**
 * Links two records. When one of them is not there yet, the event waits for it. `label` is the name of a label as the portal shows
 * it (`Decision maker`, or `Primary` for a contact's or deal's main company); without it the link is plain.
 */
export function associate(
  from: RecordRef,
  to: RecordRef,
  options: { readonly label?: string } = {},
): AssociationCreate {
  return {
    kind: 'association.create',
    record: from,
    to,
    ...(options.label === undefined ? {} : { label: name('label', options.label) }),
  };
}

export interface ConsentContent {
  /** Default: the address that identifies the contact. */
  readonly email?: string | null;
  /** Id or name of the subscription type. */
  readonly subscription: string;
  /** False opts out. */
  readonly granted: boolean;
  /** Mandatory in portals with privacy settings: one of HubSpot's words, such as CONSENT_WITH_NOTICE. */
  readonly legalBasis?: string;
  /** When, where and under which text the person agreed. */
  readonly explanation?: string;
  /** When the person said so; by default the time of the event. Who has opted out since is not brought back. */
  readonly at?: Date;
}

/**
 * What a contact agreed to, for one kind of e-mail.
 *
 * @throws MappingError EMAIL_UNUSABLE without a usable address, EFFECT_UNUSABLE for an incomplete legal basis or an invalid date.
 */
export function setConsent(record: RecordRef, content: ConsentContent): ConsentSet {
  const { email, subscription, granted, legalBasis, explanation, at } = content;
  if ((legalBasis === undefined) !== (explanation === undefined)) {
    throw new MappingError(
      'EFFECT_UNUSABLE',
      'A consent has only one of legalBasis and explanation: HubSpot takes both or neither.',
    );
  }
  if (at !== undefined && Number.isNaN(at.getTime()))
    throw new MappingError('EFFECT_UNUSABLE', 'A consent has an invalid date in at: check how it was made.');
  return {
    kind: 'consent.set',
    record,
    email: usableEmail(email ?? (record.idProperty === 'email' ? record.id : undefined)),
    subscription: name('subscription', subscription),
    state: granted ? 'SUBSCRIBED' : 'UNSUBSCRIBED',
    ...(legalBasis === undefined || explanation === undefined
      ? {}
      : { legal: { basis: legalBasis, explanation } }),
    ...(at === undefined ? {} : { at }),
  };
}

/** Puts the record on a manual list, named by its id or its name. */
export function addToList(record: RecordRef, list: string): ListChange {
  return { kind: 'list.add', record, list: name('list', list) };
}

/** Takes the record off a manual list, named by its id or its name. */
export function removeFromList(record: RecordRef, list: string): ListChange {
  return { kind: 'list.remove', record, list: name('list', list) };
}

/** Moves the record to the recycle bin, from which HubSpot restores it for 90 days; nothing happens when there is none. */
export function archiveRecord(record: RecordRef): RecordArchive {
  return { kind: 'record.archive', record };
}

function name(what: string, value: string): string {
  const text = filledText(value, MAX_NAME);
  if (text === undefined) throw new MappingError('EFFECT_UNUSABLE', `The ${what} is empty: name one.`);
  return text;
}
