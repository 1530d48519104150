/**
 * A HubSpot record as the application names it: by e-mail or by a property whose values are unique in the portal.
 *
 * `domain` of a company is the one property that is not unique: such a company is found, and never created, by Spoke.
 */
export interface RecordRef {
  readonly objectType: ObjectType;
  readonly idProperty: string;
  /** Normalised: the same person always gives the same text. */
  readonly id: string;
  /** Of a company: `id` is its domain. */
  readonly byDomain?: true;
}

/** As HubSpot's paths name it: `contacts`, `companies`, `deals`, `tickets`, or the name of a custom object type. */
export type ObjectType = 'contacts' | 'companies' | 'deals' | 'tickets' | (string & {});

/** Property name to wire value. HubSpot takes text only; `''` clears the property, an absent name leaves it as it is. */
export type Properties = Readonly<Record<string, string>>;

/** One change wanted at HubSpot. */
export type Effect =
  | RecordUpsert
  | AssociationCreate
  | ActivityCreate
  | ConsentSet
  | ListChange
  | RecordArchive;

export type UpsertKind = 'contact.upsert' | 'company.upsert' | 'deal.upsert' | 'record.upsert';

/** Creates the record, or updates the one that exists. */
export interface RecordUpsert {
  readonly kind: UpsertKind;
  readonly record: RecordRef;
  readonly properties: Properties;
  /**
   * Properties that HubSpot moves forward only (`lifecyclestage`): where the record shows another value, it is cleared first, so
   * that the new one counts also when it lies further back.
   */
  readonly clearFirst?: readonly string[];
  /** The property by which a record that was there before Spoke is recognised, and takes on the id, instead of a second one. */
  readonly matchBy?: 'email' | 'domain';
}

/** Links two records; waits until both exist. */
export interface AssociationCreate {
  readonly kind: 'association.create';
  readonly record: RecordRef;
  readonly to: RecordRef;
  /** Name of a label, as the portal shows it; absent for a plain link. */
  readonly label?: string;
}

/** Something that happened, shown on the record's timeline. */
export interface ActivityCreate {
  readonly kind: 'activity.create';
  readonly record: RecordRef;
  /** HTML, already escaped, at most 65,536 characters with the mark that delivery appends. */
  readonly body: string;
  readonly occurredAt: Date;
  /** HubSpot owner id. */
  readonly ownerId?: string;
  /** Sent instead of a note where the credential may: app event first, then custom event. */
  readonly instead?: ActivityForms;
}

export interface ActivityForms {
  readonly appEvent?: { readonly eventType: string; readonly properties: Properties };
  readonly customEvent?: { readonly eventName: string; readonly properties: Properties };
}

/** What a person agreed to, for one kind of e-mail. */
export interface ConsentSet {
  readonly kind: 'consent.set';
  readonly record: RecordRef;
  readonly email: string;
  /** Id or name of the subscription type. */
  readonly subscription: string;
  readonly state: 'SUBSCRIBED' | 'UNSUBSCRIBED';
  /** Mandatory in portals with privacy settings; `basis` is one of HubSpot's words. */
  readonly legal?: { readonly basis: string; readonly explanation: string };
  /** When the person said so; by default the time of the event. An opt-out of that moment or later is left as it is. */
  readonly at?: Date;
}

/** Puts the record on a manual list, or takes it off. */
export interface ListChange {
  readonly kind: 'list.add' | 'list.remove';
  readonly record: RecordRef;
  /** Id or name of the list. */
  readonly list: string;
}

/** Moves the record to the recycle bin. What is recorded later waits for it, and may create the record anew. */
export interface RecordArchive {
  readonly kind: 'record.archive';
  readonly record: RecordRef;
}

/** The event that carries its effects in its payload; every config has it, and none can define it. */
export const EFFECTS_EVENT = 'spoke.effects';

/** What an event's `effects` function returns: where an activity leaves time or owner out, the event's own are filled in. */
export type EffectDraft = Exclude<Effect, ActivityCreate> | ActivityDraft;

export type ActivityDraft = Omit<ActivityCreate, 'occurredAt'> & { readonly occurredAt?: Date };

/** Identity that orders events: two events with the same key are delivered in the order they were recorded. */
export function recordKey(ref: RecordRef): string {
  return `${ref.objectType}:${ref.idProperty}:${ref.id}`;
}

export function isUpsert(effect: Effect): effect is RecordUpsert {
  return effect.kind.endsWith('.upsert');
}

/** The kind of upsert that belongs to an object type. */
export function upsertKind(objectType: ObjectType): UpsertKind {
  switch (objectType) {
    case 'contacts':
      return 'contact.upsert';
    case 'companies':
      return 'company.upsert';
    case 'deals':
      return 'deal.upsert';
    default:
      return 'record.upsert';
  }
}
