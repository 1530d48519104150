import { z } from 'zod';
import { PROCESSING_TYPES } from './list-store.ts';
import type { Portal } from './portal.ts';
import type { SavedPart } from './saved-part.ts';
import type { StoredRecord } from './stored-record.ts';

/** Members in one line. */
const CHUNK = 1_000;

const listRow = z.tuple([
  z.literal('list'),
  z.strictObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    processingType: z.enum(PROCESSING_TYPES),
    filterBranch: z.unknown().optional(),
    version: z.number(),
    createdAt: z.number(),
    updatedAt: z.number(),
    filtersUpdatedAt: z.number(),
    deletedAt: z.number().optional(),
    filledAt: z.number().optional(),
  }),
]);
const membersRow = z.tuple([
  z.literal('members'),
  z.string(),
  z.array(z.tuple([z.string(), z.number(), z.number()])),
]);
const unseenRow = z.tuple([z.literal('unseen'), z.number(), z.array(z.tuple([z.string(), z.string()]))]);
const rowSchema = z.union([listRow, membersRow, unseenRow]);

/** Lists, their members, and the changed records that lists kept by filters have not looked at. */
export function savedLists(portal: Portal): SavedPart {
  const { lists } = portal;
  const known = (typeName: string, id: string): StoredRecord => {
    const record = portal.objects(typeName).store.get(id);
    if (!record) throw new Error(`there is no record ${id}`);
    return record;
  };
  return {
    *dump() {
      // A list may outlive the custom type of its records.
      const data = new Map(portal.allObjects().map((each) => [each.type, each]));
      for (const { members, test: _, legacyId: __, type, ...list } of lists.all()) {
        if (!data.has(type)) continue;
        yield ['list', { ...list, type: type.name }];
        const rows = [...members].map(([record]) => {
          const { first = 0, last = 0 } = members.joined(record) ?? {};
          return [record.id, first, last];
        });
        for (let from = 0; from < rows.length; from += CHUNK)
          yield ['members', list.id, rows.slice(from, from + CHUNK)];
      }
      for (const [at, records] of lists.unseen()) {
        const kept = [...records].filter(({ type, id }) => data.get(type)?.store.get(id)?.id === id);
        yield ['unseen', at, kept.map(({ type, id }) => [type.name, id])];
      }
    },
    restore(row) {
      const saved = rowSchema.parse(row);
      if (saved[0] === 'list') {
        const { name, type, processingType, filterBranch, ...rest } = saved[1];
        const details = { name, type: portal.objects(type).type, processingType, filterBranch };
        lists.resume(details, { deletedAt: undefined, filledAt: undefined, ...rest });
      } else if (saved[0] === 'members') {
        const list = lists.all().find((each) => each.id === saved[1]);
        if (!list) throw new Error(`there is no list ${saved[1]}`);
        for (const [id, first, last] of saved[2]) list.members.resume(known(list.type.name, id), first, last);
      } else {
        const [, at, records] = saved;
        lists.resumeUnseen(
          at,
          records.map(([type, id]) => known(type, id)),
        );
      }
    },
  };
}
