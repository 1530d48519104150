import { note } from '../../mapping/note.ts';
import { expectTaken } from '../expect-taken.ts';
import type { AssociationTypeRef } from '../link.ts';
import type { CallOptions } from '../records.ts';
import type { OperationContext } from './operation-context.ts';
import { expectRecord } from './written-record.ts';

/** HubSpot's numbers for the plain link from a note; with another one the note is on no timeline. */
const NOTE_TO = { contacts: 202, companies: 190, deals: 214, tickets: 228 } as const;

/** A record on whose timeline a note can stand. */
export interface TimelineRecord {
  readonly objectType: keyof typeof NOTE_TO;
  readonly id: string;
}

export interface Activity {
  /** At least one; the note stands on each timeline. */
  readonly on: readonly [TimelineRecord, ...TimelineRecord[]];
  /** First line, in bold; plain text of at most 200 characters. */
  readonly title?: string;
  /** Plain text, shown as it is; what does not fit is cut, with a line that says so. */
  readonly text?: string | null;
  /** HTML that is safe to show, in place of `text`. */
  readonly html?: string;
  /** When it happened; default now. */
  readonly at?: Date;
  /** Id of an owner, not of a user. */
  readonly ownerId?: string;
}

/** One end of a link. */
export interface LinkEnd {
  readonly objectType: string;
  readonly id: string;
}

export interface ActivityOperations {
  /**
   * Writes a note on timelines. HubSpot has no key for notes, so a second call makes a second note: after
   * HUBSPOT_OUTCOME_UNKNOWN look first. Raises NOTE_UNUSABLE for one without content.
   */
  logActivity(activity: Activity, call?: CallOptions): Promise<{ readonly id: string }>;
  /** Links two records, plainly or in the given kinds; may be repeated. */
  associate(
    from: LinkEnd,
    to: LinkEnd,
    options?: { readonly types?: readonly AssociationTypeRef[] },
    call?: CallOptions,
  ): Promise<void>;
}

export function createActivityOperations({
  records,
  associations,
  now,
}: OperationContext): ActivityOperations {
  return {
    async logActivity({ on, at, ownerId, ...content }, call) {
      const [first] = on;
      const { body } = note(
        { objectType: 'contacts', idProperty: 'hs_object_id', id: first.id },
        { ...content, ...(at ? { at } : {}) },
      );
      const exchange = await records.create(
        'notes',
        {
          properties: {
            hs_timestamp: (at ?? new Date(now())).toISOString(),
            hs_note_body: body,
            ...(ownerId === undefined ? {} : { hubspot_owner_id: ownerId }),
          },
          associations: on.map(({ objectType, id }) => ({
            to: { id },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: NOTE_TO[objectType] }],
          })),
        },
        call,
      );
      return { id: expectRecord(exchange, { what: 'create a note', effect: 'once' }).id };
    },

    async associate(from, to, { types = [] } = {}, call) {
      const ends = { fromType: from.objectType, fromId: from.id, toType: to.objectType, toId: to.id };
      const exchange =
        types.length === 0
          ? await associations.putDefault(ends, call)
          : await associations.put(ends, types, call);
      expectTaken(exchange, { what: 'link two records', effect: 'repeatable' });
    },
  };
}
