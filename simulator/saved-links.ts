import { z } from 'zod';
import { linksOf, putLink } from './link-book.ts';
import type { ObjectData, Portal } from './portal.ts';
import type { SavedPart } from './saved-part.ts';
import type { StoredRecord } from './stored-record.ts';

const kindSchema = z.tuple([z.string(), z.number().int()]);
const rowSchema = z.tuple([z.string(), z.string(), z.string(), z.string(), z.array(kindSchema).min(1)]);

/** Who is linked with whom: from, to, and the kinds of that direction. Each link once; records come before. */
export function savedLinks(portal: Portal): SavedPart {
  return {
    *dump() {
      const objects = portal.allObjects();
      // Records of a custom object that is archived are kept by nobody.
      const types = new Set(objects.map(({ type }) => type));
      for (const data of objects) {
        for (const from of allRecords(data)) {
          for (const { to, types: linked } of linksOf(from)) {
            if (!types.has(to.type) || isOtherWay(from, to)) continue;
            const kinds = linked.map(({ category, typeId }) => [category, typeId]);
            yield [from.type.name, from.id, to.type.name, to.id, kinds];
          }
        }
      }
    },
    restore(row) {
      const [fromType, fromId, toType, toId, kinds] = rowSchema.parse(row);
      const from = known(portal.objects(fromType), fromId);
      const to = known(portal.objects(toType), toId);
      const { associations } = portal;
      const types = kinds.map(([category, typeId]) => {
        const type = associations.find(from.type, to.type, { category, typeId });
        if (!type) throw new Error(`there is no kind ${category} ${typeId} from ${fromType} to ${toType}`);
        return type;
      });
      putLink(from, to, associations.setOf(types));
      putLink(to, from, associations.setOf(types.map((type) => type.inverse)));
    },
  };
}

function allRecords({ store }: ObjectData): readonly StoredRecord[] {
  return store.page(0, Number.POSITIVE_INFINITY, () => true).records;
}

/** A link is written by the side whose type, or whose id, comes first. */
function isOtherWay(from: StoredRecord, to: StoredRecord): boolean {
  return from.type === to.type ? from.numericId > to.numericId : from.type.name > to.type.name;
}

function known({ store, type }: ObjectData, id: string): StoredRecord {
  const record = store.get(id);
  if (!record) throw new Error(`there is no record ${id} of ${type.name}`);
  return record;
}
