import { linksTo } from './links.ts';
import type { ObjectStore, StoredRecord } from './object-store.ts';
import type { Portal } from './portal.ts';
import { type Happening, recordHappenings } from './record-happenings.ts';
import { recordTitle } from './record-title.ts';
import type { WriteStamp } from './value-versions.ts';

/** Entries shown of one record. */
const MAX_ENTRIES = 200;

/** Activities by plural type name, with the property that holds what was written in them. */
const BODIES: Record<string, string> = {
  notes: 'hs_note_body',
  tasks: 'hs_task_body',
  calls: 'hs_call_body',
  meetings: 'hs_meeting_body',
};

interface Moment {
  /** Ms of the portal's clock. */
  at: number;
}

/** Something that happened to a record. */
export type TimelineEntry =
  | Happening
  | (Moment &
      (
        | {
            kind: 'activity';
            /** Plural type name and id of the activity's own record. */
            type: string;
            id: string;
            title: string;
            /** May be HTML, as whoever wrote it pleased. */
            body: string;
          }
        | {
            kind: 'created' | 'changed';
            /** As HubSpot names the source of a value. */
            source: string;
            /** '' on either side: no value. */
            changes: { name: string; before: string; after: string }[];
          }
      ));

/** What happened to a record, newest first, the newest 200. */
export function recordTimeline(portal: Portal, record: StoredRecord): TimelineEntry[] {
  const { store } = portal.objects(record.type.name);
  return [...activities(record), ...recordHappenings(portal, record), ...writes(store, record)]
    .sort((one, other) => other.at - one.at)
    .slice(0, MAX_ENTRIES);
}

function activities(record: StoredRecord): TimelineEntry[] {
  return Object.entries(BODIES).flatMap(([type, body]) =>
    linksTo(record, type).map(
      ({ to }): TimelineEntry => ({
        at: instant(to),
        kind: 'activity',
        type,
        id: to.id,
        title: recordTitle(to),
        body: to.properties.get(body) ?? '',
      }),
    ),
  );
}

function writes(store: ObjectStore, record: StoredRecord): TimelineEntry[] {
  const values = new Map(record.properties);
  /** One stamp stands for all that one request wrote. */
  const byStamp = new Map<WriteStamp, { name: string; before: string; after: string }[]>();
  // From the newest back: what was written is what the next older state is missing.
  for (const { name, before = '', stamp } of store.changesOf(record).reverse()) {
    const changes = byStamp.get(stamp) ?? [];
    byStamp.set(stamp, changes);
    changes.unshift({ name, before, after: values.get(name) ?? '' });
    values.set(name, before);
  }
  const first = [...values]
    .filter(([name, value]) => value !== '' && !isSystem(record, name))
    .map(([name, after]) => ({ name, before: '', after }));
  return [
    ...[...byStamp].map(([stamp, changes]): TimelineEntry => entry('changed', stamp, changes)),
    entry('created', record.born, first),
  ];
}

function entry(
  kind: 'created' | 'changed',
  stamp: WriteStamp,
  changes: { name: string; before: string; after: string }[],
): TimelineEntry {
  return { at: stamp.at, kind, source: stamp.source.sourceType, changes };
}

function isSystem({ type }: StoredRecord, name: string): boolean {
  return name === 'hs_object_id' || name === type.createdProperty || name === type.modifiedProperty;
}

/** When an activity happened, by its own account; else when it was created. */
function instant(activity: StoredRecord): number {
  const said = activity.properties.get('hs_timestamp') ?? '';
  const at = /^-?\d+$/.test(said) ? Number(said) : Date.parse(said);
  return Number.isNaN(at) ? Date.parse(activity.createdAt) : at;
}
