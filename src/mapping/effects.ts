/** A HubSpot record as the application names it: by e-mail or by a property whose values are unique in the portal. */
export interface RecordRef {
  readonly objectType: ObjectType;
  readonly idProperty: string;
  /** Normalised: the same person always gives the same text. */
  readonly id: string;
}

export type ObjectType = 'contacts';

/** Property name to wire value. HubSpot takes text only; `''` clears the property, an absent name leaves it as it is. */
export type Properties = Readonly<Record<string, string>>;

/** One change wanted at HubSpot. */
export type Effect = ContactUpsert | ActivityCreate;

export interface ContactUpsert {
  readonly kind: 'contact.upsert';
  readonly record: RecordRef;
  readonly properties: Properties;
}

/** Something that happened, shown on the record's timeline. */
export interface ActivityCreate {
  readonly kind: 'activity.create';
  readonly activity: 'note';
  readonly record: RecordRef;
  /** HTML, already escaped, at most 65,536 characters with the mark that delivery appends. */
  readonly body: string;
  readonly occurredAt: Date;
  /** HubSpot owner id. */
  readonly ownerId?: string;
}

/** What an event's `effects` function returns: where a note leaves time or owner out, the event's own are filled in. */
export type EffectDraft = ContactUpsert | NoteDraft;

export type NoteDraft = Omit<ActivityCreate, 'occurredAt'> & { readonly occurredAt?: Date };

/** Identity that orders events: two events with the same key are delivered in the order they were recorded. */
export function recordKey(ref: RecordRef): string {
  return `${ref.objectType}:${ref.idProperty}:${ref.id}`;
}
