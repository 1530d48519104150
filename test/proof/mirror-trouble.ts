import { type HubspotClient, parseRecord } from '../../src/hubspot/index.ts';

const CHANGES_PER_STEP = 50;
/** Who joins the list, and who leaves it, in each step. */
const MOVES_PER_STEP = 5;

/** Everything that people and programs do to records and to a list, at random. */
export function makeTrouble(
  client: HubspotClient,
  portal: {
    insert(type: 'contacts', values: Record<string, string>[]): string[];
    restore(type: 'contacts', id: string): void;
  },
  { ids, list }: { readonly ids: string[]; readonly list: string },
  random: { next(): number },
  /** A restored record is found by a reading of all ids only. */
  restores: boolean,
) {
  const { records } = client;
  const archived: string[] = [];
  const members: string[] = [];
  let changes = 0;
  let born = 0;
  const some = () => Math.floor(random.next() * ids.length);
  /** Takes a record out of the living ones. */
  const take = () => {
    const at = some();
    const [id = ''] = ids.splice(at, 1);
    return id;
  };
  const update = async (chosen: readonly string[]) => {
    for (let at = 0; at < chosen.length; at += 100) {
      const inputs = chosen.slice(at, at + 100).map((id) => {
        changes += 1;
        return { id, properties: { city: String(changes) } };
      });
      const answer = await records.batchUpdate('contacts', inputs);
      if (answer.kind === 'fault' || answer.status > 207) throw new Error('an update was not taken');
    }
  };
  return {
    changes: () => changes,
    async step() {
      const chosen = new Set<string>();
      for (let n = 0; n < CHANGES_PER_STEP; n += 1) {
        const kind = random.next();
        if (kind < 0.9) chosen.add(ids[some()] ?? '');
        else {
          changes += 1;
          if (kind < 0.93) {
            const id = take();
            chosen.delete(id);
            archived.push(id);
            await records.archive('contacts', id);
          } else if (kind < 0.95 && restores && archived.length > 0) {
            const id = archived.shift() ?? '';
            portal.restore('contacts', id);
            ids.push(id);
          } else if (kind < 0.96) {
            const [mergedId, primaryId] = [take(), take()];
            chosen.delete(mergedId);
            chosen.delete(primaryId);
            const answer = await records.merge('contacts', { primaryId, mergedId });
            const merged = answer.kind === 'fault' ? undefined : parseRecord(answer.body);
            if (!merged?.ok) throw new Error('a merge was not taken');
            ids.push(merged.value.id);
          } else if (kind < 0.97) {
            const id = take();
            chosen.delete(id);
            await records.gdprDelete('contacts', { id });
          } else {
            born += 1;
            ids.push(...portal.insert('contacts', [{ email: `n${born}@example.com`, city: '0' }]));
          }
        }
      }
      await update([...chosen]);
      const add = Array.from({ length: MOVES_PER_STEP }, () => ids[some()] ?? '');
      const remove = members.splice(0, members.length > 100 ? MOVES_PER_STEP : 0);
      members.push(...add.filter((id) => !members.includes(id)));
      changes += add.length + remove.length;
      const moved = await client.lists.addAndRemove(list, { add, remove });
      if (moved.kind === 'fault' || moved.status > 299) throw new Error('a change of a list was not taken');
    },
    bulk: (count: number) => update(ids.slice(0, count)),
    update,
  };
}
