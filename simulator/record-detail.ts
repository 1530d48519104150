import { linksTo } from './links.ts';
import type { StoredRecord } from './object-store.ts';
import type { ObjectData, Portal } from './portal.ts';
import { recordTimeline, type TimelineEntry } from './record-timeline.ts';
import { recordTitle } from './record-title.ts';

/** Linked records that are named; the rest is counted. */
const MAX_LINKS = 50;
/** Values that are listed of one property. */
const MAX_VERSIONS = 20;

export interface ShownVersion {
  value: string;
  /** Ms of the portal's clock. */
  at: number;
  /** As HubSpot names the source of a value. */
  source: string;
}

export interface PropertyValue {
  name: string;
  label: string;
  group: string;
  type: string;
  value: string;
  /** The current value and earlier ones, newest first. */
  versions: ShownVersion[];
}

export interface LinkedRecords {
  /** Plural type name. */
  type: string;
  total: number;
  /** Up to 50 of them. */
  results: { id: string; title: string; labels: string[] }[];
}

/** Everything about one record as a person looks at it. */
export interface RecordDetail {
  id: string;
  /** Plural name. */
  type: string;
  typeId: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  /** Those with a value, or that had one. */
  properties: PropertyValue[];
  associations: LinkedRecords[];
  /** Newest first. */
  timeline: TimelineEntry[];
}

/** One record by id, following merges: `id` of the answer is then another. */
export function detailRecord(portal: Portal, typeName: string, id: string): RecordDetail | undefined {
  const data = portal.objects(typeName);
  const record = data.store.get(id);
  if (!record) return undefined;
  return {
    id: record.id,
    type: data.type.name,
    typeId: data.type.typeId,
    title: recordTitle(record),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archivedAt !== undefined,
    properties: [...record.properties]
      .map(([name, value]) => propertyValue(data, record, name, value))
      .filter(({ value, versions }) => value !== '' || versions.length > 1),
    associations: portal.allObjects().flatMap(({ type }) => {
      const links = linksTo(record, type.name);
      if (links.length === 0) return [];
      const results = links.slice(0, MAX_LINKS).map(({ to, types }) => ({
        id: to.id,
        title: recordTitle(to),
        labels: types.flatMap(({ label }) => (label === null ? [] : [label])),
      }));
      return [{ type: type.name, total: links.length, results }];
    }),
    timeline: recordTimeline(portal, record),
  };
}

function propertyValue(
  { registry, store }: ObjectData,
  record: StoredRecord,
  name: string,
  value: string,
): PropertyValue {
  const definition = registry.get(name) ?? registry.getArchived(name);
  const group = definition?.groupName ?? '';
  return {
    name,
    label: definition?.label ?? name,
    group: registry.group(group)?.label ?? group,
    type: definition?.type ?? 'string',
    value,
    versions: store
      .versions(record, name)
      .slice(0, MAX_VERSIONS)
      .map((version) => ({
        value: version.value,
        at: version.stamp.at,
        source: version.stamp.source.sourceType,
      })),
  };
}
