import type { Change, LinkKind, ValueChange } from './changes.ts';
import { findObjectType } from './object-types.ts';
import type { StoredRecord } from './stored-record.ts';
import type { EventKind, Subscription } from './webhook-apps.ts';

/** Told of no object, however it is subscribed to. */
const UNTOLD = new Set(['hs_lastmodifieddate', 'num_unique_conversion_events']);

/** What happened to one record, before it is known who is told. */
export interface Happening {
  readonly kind: EventKind;
  readonly record: StoredRecord;
  /** Of a propertyChange. */
  readonly propertyName?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface HappeningRules {
  /** Whether the values of a new record are also told as changes. */
  readonly propertyChangeOnCreate: boolean;
  /** Whether a link's kinds, seen from its `from`, make it the primary one. */
  readonly isPrimary: (from: StoredRecord, to: StoredRecord, kinds: readonly LinkKind[]) => boolean;
}

/** What a change of the portal means to those who listen by webhook. Pure. */
export function happeningsOf(change: Change, rules: HappeningRules): Happening[] {
  switch (change.kind) {
    case 'created':
      return [
        { kind: 'creation', record: change.record, fields: { changeFlag: 'CREATED' } },
        ...(rules.propertyChangeOnCreate ? valueHappenings(change.record, change.values) : []),
      ];
    case 'updated':
      return valueHappenings(change.record, change.values);
    case 'archived':
      return [{ kind: 'deletion', record: change.record, fields: { changeFlag: 'DELETED' } }];
    case 'restored':
      return [{ kind: 'restore', record: change.record, fields: { changeFlag: 'RESTORED' } }];
    case 'erased':
      return [
        ...(change.record.type.name === 'contacts'
          ? [{ kind: 'privacyDeletion', record: change.record, fields: {} } as const]
          : []),
        { kind: 'deletion', record: change.record, fields: { changeFlag: 'DELETED' } },
      ];
    case 'merged':
      return mergeHappenings(change);
    case 'linked':
    case 'unlinked':
      return linkHappenings(change, rules);
  }
}

/** Whether a subscription asks for something that happened. */
export function isWanted(subscription: Subscription, { kind, record, propertyName }: Happening): boolean {
  if (!subscription.active) return false;
  const [object, wantedKind] = subscription.eventType.split('.');
  if (wantedKind !== kind) return false;
  if (
    kind === 'propertyChange' &&
    subscription.propertyName !== '*' &&
    subscription.propertyName !== propertyName
  )
    return false;
  const wantedType = object === 'object' ? findObjectType(subscription.objectTypeId ?? '')?.name : undefined;
  return object === 'object' ? wantedType === record.type.name : object === record.type.singular;
}

function valueHappenings(record: StoredRecord, values: readonly ValueChange[]): Happening[] {
  return values
    .filter(({ name }) => !UNTOLD.has(name))
    .map(({ name, after }) => ({
      kind: 'propertyChange',
      record,
      propertyName: name,
      fields: { propertyName: name, propertyValue: after, isSensitive: false },
    }));
}

/** The loser is told as deleted; the survivor's changed values are told to nobody. */
function mergeHappenings({
  record,
  primary,
  absorbed,
  values,
}: Extract<Change, { kind: 'merged' }>): Happening[] {
  const losers = absorbed.filter((each) => each !== primary);
  return [
    {
      kind: 'merge',
      record,
      fields: {
        primaryObjectId: primary.numericId,
        mergedObjectIds: losers.map(({ numericId }) => numericId),
        newObjectId: record.numericId,
        numberOfPropertiesMoved: values.length,
        changeFlag: 'MERGED',
      },
    },
    ...losers.map(
      (loser): Happening => ({ kind: 'deletion', record: loser, fields: { changeFlag: 'DELETED' } }),
    ),
  ];
}

/** Each side is told from its own point of view. */
function linkHappenings(
  { kind, from, to, linkKinds }: Extract<Change, { kind: 'linked' | 'unlinked' }>,
  { isPrimary }: HappeningRules,
): Happening[] {
  const isPrimaryAssociation = isPrimary(from, to, linkKinds);
  const seenFrom = (here: StoredRecord, there: StoredRecord): Happening => ({
    kind: 'associationChange',
    record: here,
    fields: {
      associationType: `${here.type.upperName}_TO_${there.type.upperName}`,
      fromObjectId: here.numericId,
      toObjectId: there.numericId,
      fromObjectTypeId: here.type.typeId,
      toObjectTypeId: there.type.typeId,
      associationRemoved: kind === 'unlinked',
      isPrimaryAssociation,
    },
  });
  return [seenFrom(from, to), seenFrom(to, from)];
}
