import { contactBy, contactByEmail, defineConfig, defineEvent, note, upsertContact } from 'spoke';
import { z } from 'zod';

const payload = z.object({
  idProperty: z.enum(['email', 'chaos_id']),
  id: z.string(),
  seq: z.number().int(),
  value: z.string(),
  /** Absent: leave the property; null: clear it. */
  extra: z.string().nullable().optional(),
  /** Tag that the note carries; absent: no note. */
  note: z.string().optional(),
  /** Makes the contact write one that the portal refuses. */
  poison: z.boolean().optional(),
});

/** The mapping under which the chaos workers run: a numbered contact write, and a note for events that have a tag. */
export default defineConfig({
  events: {
    chaos_changed: defineEvent({
      payload,
      record: (event) =>
        event.idProperty === 'email' ? contactByEmail(event.id) : contactBy('chaos_id', event.id),
      effects: (event) => {
        const record =
          event.idProperty === 'email' ? contactByEmail(event.id) : contactBy('chaos_id', event.id);
        const upsert = upsertContact(record, {
          // A portal creates no contact that has neither an e-mail nor a name.
          lastname: event.idProperty === 'email' ? undefined : event.id,
          chaos_seq: event.seq,
          chaos_value: event.value,
          chaos_extra: event.extra,
          lifecyclestage: event.poison ? 'no-such-stage' : undefined,
        });
        return event.note === undefined
          ? [upsert]
          : [upsert, note(record, { text: `${event.note}; canary-phrase of ${event.seq}` })];
      },
    }),
  },
});
