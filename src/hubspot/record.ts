import { isRecord, own, propertyValues, textOf } from './json.ts';
import { idOf, misfit, type Parsed, parsedAs, parseEntries } from './parsed.ts';

/** A record as HubSpot shows it. */
export interface HubspotRecord {
  readonly id: string;
  /** Text, or null for a defined property without a value; '' means the same. What the portal does not define is left out. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** ISO 8601. */
  readonly createdAt?: string;
  /** ISO 8601, to the ms. Archiving does not move it, nor do calculated properties. */
  readonly updatedAt?: string;
  readonly archived: boolean;
  readonly archivedAt?: string;
  /** By the name HubSpot gives the other type; only when asked for. */
  readonly associations?: Readonly<Record<string, InlineLinks>>;
  /** Versions of each property that was asked for with its history, as HubSpot orders them: newest first. */
  readonly history?: Readonly<Record<string, readonly PropertyVersion[]>>;
}

/** The links that come along with a record: only the first page of them. */
export interface InlineLinks {
  readonly links: readonly { readonly id: string; readonly type?: string }[];
  /** Set when there are more: read them with Associations.readAssociations. */
  readonly after?: string;
}

export interface PropertyVersion {
  readonly value: string;
  readonly timestamp?: string;
  readonly sourceType?: string;
  readonly sourceId?: string;
  readonly sourceLabel?: string;
  readonly updatedByUserId?: string;
}

/** Reads one record of a get, list, search, merge or batch answer; total: what is no record comes back as a problem. */
export function parseRecord(value: unknown): Parsed<HubspotRecord> {
  const id = idOf(own(value, 'id'));
  if (id === undefined) return misfit('it has no id');
  const properties = own(value, 'properties');
  if (!isRecord(properties)) return misfit('it has no properties');
  const record: { -readonly [K in keyof HubspotRecord]: HubspotRecord[K] } = {
    id,
    properties: propertyValues(properties),
    archived: own(value, 'archived') === true,
  };
  for (const name of ['createdAt', 'updatedAt', 'archivedAt'] as const) {
    const given = own(value, name);
    if (given === undefined || given === null) continue;
    if (typeof given !== 'string' || Number.isNaN(Date.parse(given))) return misfit(`${name} is no time`);
    record[name] = given;
  }
  const associations = parseNamed(own(value, 'associations'), 'associations', parseInlineLinks);
  if (!associations.ok) return associations;
  if (associations.value) record.associations = associations.value;
  const history = parseNamed(own(value, 'propertiesWithHistory'), 'propertiesWithHistory', parseVersions);
  if (!history.ok) return history;
  if (history.value) record.history = history.value;
  return parsedAs(record);
}

/** An object whose members are all of one kind; undefined when it is not there. */
function parseNamed<T>(
  value: unknown,
  name: string,
  read: (member: unknown) => Parsed<T>,
): Parsed<Readonly<Record<string, T>> | undefined> {
  if (value === undefined || value === null) return parsedAs(undefined);
  if (!isRecord(value)) return misfit(`${name} is no object`);
  const members: [string, T][] = [];
  for (const [key, member] of Object.entries(value)) {
    const parsed = read(member);
    if (!parsed.ok) return misfit(`${name}: ${parsed.problem}`);
    members.push([key, parsed.value]);
  }
  // fromEntries makes `__proto__` an own property like any other.
  return parsedAs(Object.fromEntries(members));
}

function parseInlineLinks(value: unknown): Parsed<InlineLinks> {
  const links = parseEntries(value, 'results', (entry) => {
    const id = idOf(own(entry, 'id'));
    const type = textOf(own(entry, 'type'));
    return id === undefined
      ? misfit('it has no id')
      : parsedAs({ id, ...(type === undefined ? {} : { type }) });
  });
  if (!links.ok) return links;
  const after = textOf(own(own(own(value, 'paging'), 'next'), 'after'));
  return parsedAs({ links: links.value, ...(after === undefined ? {} : { after }) });
}

function parseVersions(value: unknown): Parsed<readonly PropertyVersion[]> {
  if (!Array.isArray(value)) return misfit('the versions of a property are no list');
  return parsedAs(
    value.map((entry: unknown) => {
      const version: { -readonly [K in keyof PropertyVersion]: PropertyVersion[K] } = {
        value: textOf(own(entry, 'value')) ?? '',
      };
      for (const name of ['timestamp', 'sourceType', 'sourceId', 'sourceLabel', 'updatedByUserId'] as const) {
        const text = textOf(own(entry, name));
        if (text !== undefined) version[name] = text;
      }
      return version;
    }),
  );
}
