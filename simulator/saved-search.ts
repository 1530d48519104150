import { z } from 'zod';
import type { ObjectData, Portal } from './portal.ts';
import type { SavedPart } from './saved-part.ts';

const valueSchema = z.strictObject({ name: z.string(), before: z.string(), after: z.string() });
const changeSchema = z.strictObject({
  visibleAt: z.number(),
  modified: z.number(),
  values: z.array(valueSchema),
});
const waitingRow = z.tuple([z.literal('waiting'), z.string(), z.number().nullable(), z.array(changeSchema)]);
const rowSchema = z.tuple([z.literal('settled')]).or(waitingRow);

/** What search does not show yet; all other live records it shows as they are. */
export function savedSearch({ store, type }: ObjectData, { search }: Portal): SavedPart {
  return {
    *dump() {
      const index = search.of(type);
      for (const { record, changes } of index.waiting()) {
        const shown = index.isShown(record) ? index.modifiedOf(record) : null;
        const rows = changes.map(({ visibleAt, modified, values }) => ({ visibleAt, modified, values }));
        yield ['waiting', record.id, shown, rows];
      }
      yield ['settled'];
    },
    restore(row) {
      const saved = rowSchema.parse(row);
      if (saved[0] === 'settled') return;
      const [, id, shown, changes] = saved;
      const record = store.get(id);
      if (!record) throw new Error(`there is no record ${id}`);
      search.resume(record, shown, changes);
    },
  };
}
