import { type ListView, viewList } from './list-view.ts';
import type { Portal } from './portal.ts';

/** A list with its members in order of id; a deleted one has `deletedAt`. */
export interface ListSnapshot extends ListView {
  members: { recordId: string; joinedAt: string }[];
}

/** A portal's lists, looked at from outside. */
export interface ListControls {
  /** In order of id, with filters, deleted ones too. */
  lists(): ListView[];
  list(id: string): ListSnapshot | undefined;
}

export function createListControls(portal: Portal): ListControls {
  return {
    lists() {
      portal.schedule.runDue();
      return portal.lists.all().map((list) => viewList(list, true));
    },
    list(id) {
      portal.schedule.runDue();
      const list = portal.lists.all().find((each) => each.id === id);
      if (!list) return undefined;
      const { members } = list;
      return {
        ...viewList(list, true),
        members: [...members.byId.walk(0, members.size)].map(([record]) => ({
          recordId: record.id,
          joinedAt: new Date(members.joined(record)?.last ?? 0).toISOString(),
        })),
      };
    },
  };
}
