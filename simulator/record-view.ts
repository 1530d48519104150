import { type LinkView, linkPage } from './links.ts';
import type { Portal } from './portal.ts';
import type { StoredRecord } from './stored-record.ts';
import type { ValueVersion } from './value-versions.ts';

/** A record as answers show it. */
export interface RecordView {
  id: string;
  properties: Record<string, string | null>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  archivedAt?: string;
  url: string;
  propertiesWithHistory?: Record<string, unknown[]>;
  associations?: Record<string, unknown>;
}

/** Links shown inline with a record; the rest is reached by paging the association read. */
const INLINE_LINKS = 500;

/** Shows a record with the named properties; names without a definition are to be left out by the caller. */
export function viewRecord(portal: Portal, record: StoredRecord, names: Iterable<string>): RecordView {
  const properties: Record<string, string | null> = {};
  for (const name of names) properties[name] = record.properties.get(name) ?? null;
  return viewWith(portal, record, properties);
}

/** Shows a record as search knows it, which may be a while ago. */
export function viewFound(portal: Portal, record: StoredRecord, names: Iterable<string>): RecordView {
  const index = portal.search.of(record.type);
  const properties: Record<string, string | null> = {};
  for (const name of names) properties[name] = index.valueOf(record, name) ?? null;
  const view = viewWith(portal, record, properties);
  view.updatedAt = new Date(index.modifiedOf(record)).toISOString();
  return view;
}

function viewWith(
  portal: Portal,
  record: StoredRecord,
  properties: Record<string, string | null>,
): RecordView {
  const view: RecordView = {
    id: record.id,
    properties,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archivedAt !== undefined,
    url: `${portal.recordUrl(record.type)}${record.id}`,
  };
  if (record.archivedAt !== undefined) view.archivedAt = new Date(record.archivedAt).toISOString();
  return view;
}

/** Inline `associations` of a record for the asked types (plural names). */
export function viewAssociations(
  portal: Portal,
  record: StoredRecord,
  typeNames: readonly string[],
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of typeNames) {
    const { type } = portal.objects(name);
    const page = linkPage(record, type.name, { limit: INLINE_LINKS });
    if (page.shown.length === 0) continue;
    const results = viewLegacyLinks(portal, record, page.shown);
    shown[type.name] =
      page.next === undefined ? { results } : { results, paging: { next: { after: page.next } } };
  }
  return shown;
}

/** Links as v3 and inline associations show them: ids are text, and the kind is a name. */
export function viewLegacyLinks(
  portal: Portal,
  from: StoredRecord,
  links: readonly LinkView[],
): { id: string; type: string }[] {
  return links.flatMap(({ to, types }) => {
    if (portal.behaviour.legacyLinkEntries === 'one')
      return [{ id: to.id, type: `${from.type.singular}_to_${to.type.singular}` }];
    return types.map(({ category, typeId }) => {
      const type = portal.associations.find(from.type, to.type, { typeId, category });
      return {
        id: to.id,
        type: type ? portal.associations.nameOf(type, from.type, to.type) : String(typeId),
      };
    });
  });
}

/** Versions of the named properties, newest first. */
export function viewHistory(
  portal: Portal,
  record: StoredRecord,
  names: readonly string[],
): Record<string, unknown[]> {
  const { store } = portal.objects(record.type.name);
  return Object.fromEntries(names.map((name) => [name, store.versions(record, name).map(viewVersion)]));
}

function viewVersion({ value, stamp }: ValueVersion) {
  return {
    value,
    timestamp: stamp.iso,
    sourceType: stamp.source.sourceType,
    sourceId: stamp.source.sourceId,
    sourceLabel: null,
    updatedByUserId: stamp.source.userId,
  };
}
