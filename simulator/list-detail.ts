import { type ListView, viewList } from './list-view.ts';
import type { Portal } from './portal.ts';
import { recordTitle } from './record-title.ts';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** A list and some of its members as a person looks at them. */
export interface ListDetail extends ListView {
  /** Plural name of the members' type. */
  type: string;
  /** Those that joined last first. */
  members: { id: string; title: string; joinedAt: string }[];
  /** Hand to `skip` for more; null at the end. */
  next: number | null;
}

/** One list by id, deleted ones too, with up to `limit` members (default 50, at most 200) after the newest `skip`. */
export function detailList(
  portal: Portal,
  id: string,
  { skip = 0, limit = DEFAULT_PAGE }: { skip?: number | undefined; limit?: number | undefined } = {},
): ListDetail | undefined {
  const list = portal.lists.all().find((each) => each.id === id);
  if (!list) return undefined;
  const { byJoin, size } = list.members;
  const to = Math.max(0, size - skip);
  const from = Math.max(0, to - Math.min(limit, MAX_PAGE));
  return {
    ...viewList(list, true),
    type: list.type.name,
    members: [...byJoin.walk(from, to, true)].map(([record, joined]) => ({
      id: record.id,
      title: recordTitle(record),
      joinedAt: new Date(joined).toISOString(),
    })),
    next: from > 0 ? size - from : null,
  };
}
