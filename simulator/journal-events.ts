import type { Change, LinkKind } from './changes.ts';
import type { StoredRecord } from './stored-record.ts';

export const JOURNAL_SUBJECTS = [
  'OBJECT',
  'ASSOCIATION',
  'GDPR_PRIVACY_DELETION',
  'LIST_MEMBERSHIP',
] as const;
export type JournalSubject = (typeof JOURNAL_SUBJECTS)[number];

export const JOURNAL_ACTIONS = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'MERGE',
  'RESTORE',
  'ASSOCIATION_ADDED',
  'ASSOCIATION_REMOVED',
  'GDPR_DELETE',
  'ADDED_TO_LIST',
  'REMOVED_FROM_LIST',
] as const;
export type JournalAction = (typeof JOURNAL_ACTIONS)[number];

/** One thing that happened, as the journal tells it to those who subscribed to its subject. */
export interface JournalHappening {
  readonly subject: JournalSubject;
  readonly action: JournalAction;
  readonly objectTypeId: string;
  readonly objectId: number;
  /** Of CREATE and UPDATE. */
  readonly propertyChanges?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** What filters look at. */
  readonly record: StoredRecord;
}

/** A record that became a member of a list, or is none any more. */
export interface Membership {
  readonly listId: string;
  readonly record: StoredRecord;
  readonly joined: boolean;
}

/** What a change of the portal is in the journal. Pure. */
export function journalHappenings(change: Change): JournalHappening[] {
  switch (change.kind) {
    case 'created':
      return [object('CREATE', change.record, { propertyChanges: valuesOf(change.values) })];
    case 'updated':
      return [object('UPDATE', change.record, { propertyChanges: valuesOf(change.values) })];
    case 'archived':
      return [object('DELETE', change.record)];
    case 'restored':
      return [object('RESTORE', change.record)];
    case 'erased':
      return [
        object('DELETE', change.record),
        { ...object('GDPR_DELETE', change.record), subject: 'GDPR_PRIVACY_DELETION' },
      ];
    case 'merged': {
      const { record, primary, absorbed } = change;
      const losers = absorbed.filter((each) => each !== primary);
      const fields = {
        primaryObjectId: primary.numericId,
        mergedObjectIds: losers.map(({ numericId }) => numericId),
        newObjectId: record.numericId,
      };
      return [object('MERGE', record, { fields }), ...losers.map((loser) => object('DELETE', loser))];
    }
    case 'linked':
    case 'unlinked': {
      const { from, to, linkKinds } = change;
      const action = change.kind === 'linked' ? 'ASSOCIATION_ADDED' : 'ASSOCIATION_REMOVED';
      return [link(action, from, to, linkKinds)];
    }
  }
}

export function membershipHappening({ listId, record, joined }: Membership): JournalHappening {
  const fields = { listId: Number(listId) };
  const action = joined ? 'ADDED_TO_LIST' : 'REMOVED_FROM_LIST';
  return { ...object(action, record, { fields }), subject: 'LIST_MEMBERSHIP' };
}

function object(
  action: JournalAction,
  record: StoredRecord,
  rest: Pick<JournalHappening, 'propertyChanges' | 'fields'> = {},
): JournalHappening {
  const { type, numericId } = record;
  return { subject: 'OBJECT', action, objectTypeId: type.typeId, objectId: numericId, record, ...rest };
}

function link(
  action: JournalAction,
  from: StoredRecord,
  to: StoredRecord,
  linkKinds: readonly LinkKind[],
): JournalHappening {
  const fields = {
    fromObjectTypeId: from.type.typeId,
    fromObjectId: from.numericId,
    toObjectTypeId: to.type.typeId,
    toObjectId: to.numericId,
    associationTypeIds: linkKinds.map(({ typeId }) => typeId),
  };
  return { ...object(action, from, { fields }), subject: 'ASSOCIATION' };
}

function valuesOf(values: readonly { name: string; after: string }[]): Record<string, string> {
  return Object.fromEntries(values.map(({ name, after }) => [name, after]));
}
