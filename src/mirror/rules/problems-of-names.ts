import type { ConfigProblem } from '../../config/config-problem.ts';
import { suggestion } from '../../config/nearest-name.ts';
import type { Rule } from '../../config/rule.ts';
import type { Queryable } from '../../db/database.ts';

/** A rule, and where it stands, for messages. */
export interface PlacedRule {
  readonly place: string;
  readonly rule: Rule;
}

interface NamedRule {
  readonly place: string;
  readonly name: string;
}

interface ListRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly name: string;
  readonly object_type: string;
  readonly deleted: boolean;
  readonly read: boolean;
}

interface SegmentRow {
  readonly [column: string]: unknown;
  readonly name: string;
  readonly object_type: string;
  readonly evaluated: boolean;
  readonly error: string | null;
}

/**
 * What is wrong with the lists and segments that rules over records of an object type name: not there, of other records, or such that
 * nobody knows yet who belongs to them. Without this a rule would take them for empty.
 */
export async function problemsOfNames(
  db: Queryable,
  objectType: string,
  rules: readonly PlacedRule[],
): Promise<ConfigProblem[]> {
  const lists = rules.flatMap((one) => namedIn(one, 'list'));
  const segments = rules.flatMap((one) => namedIn(one, 'segment'));
  const problems: ConfigProblem[] = [];
  if (lists.length > 0) {
    const rows = await db.query<ListRow>(
      `select id::text as id, name, object_type, deleted_at is not null as deleted, members_read_at is not null as read
       from {schema}.mirror_lists`,
    );
    problems.push(...problemsWith(lists, ({ name }) => listProblem(name, objectType, rows)));
  }
  if (segments.length > 0) {
    const rows = await db.query<SegmentRow>(
      'select name, object_type, evaluated_at is not null as evaluated, error from {schema}.segments',
    );
    problems.push(...problemsWith(segments, ({ name }) => segmentProblem(name, objectType, rows)));
  }
  return problems;
}

function problemsWith(
  named: readonly NamedRule[],
  problemOf: (one: NamedRule) => string | undefined,
): ConfigProblem[] {
  return named.flatMap((one) => {
    const message = problemOf(one);
    return message === undefined ? [] : [{ name: one.place, message }];
  });
}

function listProblem(nameOrId: string, objectType: string, rows: readonly ListRow[]): string | undefined {
  const named = rows.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const own = named.filter((row) => row.object_type === objectType && !row.deleted);
  if (own.some(({ read }) => read)) return undefined;
  if (own.length > 0)
    return `The members of the list ${nameOrId} were not read to the end yet: spoke pull list --list reads them.`;
  const other = named.find(({ deleted }) => !deleted);
  if (other !== undefined)
    return `The list ${nameOrId} is one of ${other.object_type}, not of ${objectType}.`;
  if (named.length > 0) return `The list ${nameOrId} was deleted at HubSpot.`;
  const kept = rows.filter((row) => row.object_type === objectType && !row.deleted);
  const near = suggestion(
    nameOrId,
    kept.map(({ name }) => name),
  );
  return `The mirror keeps no list ${nameOrId} of ${objectType}${near === '' ? ': spoke lists shows those it has, mirror.lists in the config says which it keeps.' : `.${near}`}`;
}

function segmentProblem(wanted: string, objectType: string, rows: readonly SegmentRow[]): string | undefined {
  const found = rows.find(({ name }) => name === wanted);
  if (found === undefined) {
    const own = rows.filter((row) => row.object_type === objectType);
    return `There is no segment ${wanted}.${suggestion(
      wanted,
      own.map(({ name }) => name),
    )}`;
  }
  if (found.object_type !== objectType)
    return `The segment ${wanted} is one of ${found.object_type}, not of ${objectType}.`;
  if (found.evaluated) return undefined;
  return `The segment ${wanted} was never evaluated${found.error === null ? ': spoke segments evaluate does it.' : `: ${found.error}`}`;
}

/** The rules of one kind within a rule, each with its place. */
function namedIn({ place, rule }: PlacedRule, kind: 'list' | 'segment'): NamedRule[] {
  if ('all' in rule)
    return rule.all.flatMap((part, index) => namedIn({ place: `${place}.all[${index}]`, rule: part }, kind));
  if ('any' in rule)
    return rule.any.flatMap((part, index) => namedIn({ place: `${place}.any[${index}]`, rule: part }, kind));
  if ('not' in rule) return namedIn({ place: `${place}.not`, rule: rule.not }, kind);
  if (kind === 'list') return 'list' in rule ? [{ place, name: rule.list }] : [];
  return 'segment' in rule ? [{ place, name: rule.segment }] : [];
}
