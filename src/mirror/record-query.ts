import { suggestion } from '../config/nearest-name.ts';
import { problemsOfRule, type Rule } from '../config/rule.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { readTypes } from './property-types.ts';
import { compileRule, type PropertyType, patternsOf } from './rules/compile-rule.ts';
import { problemsOfTypes } from './rules/problems-of-types.ts';

/** Which live records of the mirror are meant; every part that is given must fit. */
export interface RecordQuery {
  /** Default contacts. */
  readonly objectType?: string;
  readonly where?: Rule;
  /** Those in this segment. */
  readonly segment?: string;
  /** Those on this list, by its name or id. */
  readonly list?: string;
  /** Every word stands in their names, addresses, company, phone or domain. */
  readonly text?: string;
}

/** A query as SQL over mirror_records m: a condition with its parameters, to which more may be bound. */
export interface CompiledQuery {
  readonly objectType: string;
  readonly types: ReadonlyMap<string, PropertyType>;
  readonly condition: string;
  /** What of the condition the query does not name itself: live records of the object type. */
  readonly base: string;
  /** Patterns that the search text of all that it finds is like; undefined when it asks for nothing that stands anywhere in a value. */
  readonly patterns: readonly string[] | undefined;
  readonly values: unknown[];
  /** Takes a further parameter in and returns its placeholder. */
  bind(value: unknown): string;
}

/** Checks the properties that are to be given, where the portal's definitions have been read. Raises MIRROR_QUERY_INVALID. */
export function checkChosen(
  names: readonly string[] | undefined,
  { types }: Pick<CompiledQuery, 'types'>,
): void {
  const unknown = types.size === 0 ? undefined : names?.find((name) => !types.has(name));
  if (unknown === undefined) return;
  throw new SpokeError(
    'MIRROR_QUERY_INVALID',
    `properties: The portal has no property ${unknown}.${suggestion(unknown, types.keys())}`,
  );
}

export const DEFAULT_OBJECT_TYPE = 'contacts';

/** Checks a query, also by the portal's definitions where they have been read, and compiles it. Raises MIRROR_QUERY_INVALID. */
export async function compileQuery(db: Queryable, query: RecordQuery): Promise<CompiledQuery> {
  const { objectType = DEFAULT_OBJECT_TYPE, where, segment, list, text } = query;
  const parts: Rule[] = [
    ...(where === undefined ? [] : [where]),
    ...(segment === undefined ? [] : [{ segment }]),
    ...(list === undefined ? [] : [{ list }]),
    ...(text === undefined ? [] : [{ text }]),
  ];
  const types = await readTypes(db, objectType);
  const problems = parts.flatMap((part) => {
    const malformed = problemsOfRule('where', part);
    return malformed.length > 0 || types.size === 0 ? malformed : problemsOfTypes('where', part, types);
  });
  if (segment !== undefined && problems.length === 0) {
    const [known] = await db.query('select 1 from {schema}.segments where name = $1', [segment]);
    if (known === undefined) problems.push({ name: 'segment', message: `There is no segment ${segment}.` });
  }
  if (list !== undefined && problems.length === 0) {
    const [known] = await db.query(
      `select 1 from {schema}.mirror_lists l
       where l.object_type = $1 and l.deleted_at is null and (l.name = $2 or l.id::text = $2)`,
      [objectType, list],
    );
    if (known === undefined)
      problems.push({
        name: 'list',
        message: `The mirror keeps no list ${list} of ${objectType}: spoke lists shows those it has.`,
      });
  }
  if (problems.length > 0)
    throw new SpokeError(
      'MIRROR_QUERY_INVALID',
      `The query cannot be answered: ${problems.map(({ name, message }) => `${name}: ${message}`).join(' ')}`,
      { facts: { problems } },
    );
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const base = `m.object_type = ${bind(objectType)} and m.state = 'live'`;
  const conditions = [base, ...parts.map((part) => compileRule(part, { objectType, types, bind }))];
  const patterns = patternsOf({ all: parts });
  return { objectType, types, condition: conditions.join(' and '), base, patterns, values, bind };
}
