import { problemsOfRule, type Rule } from '../config/rule.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { expectKnownObject } from './known-objects.ts';
import { type MirrorProperties, readProperties, unknownProperty } from './mirror-properties.ts';
import { compileRule, patternsOf } from './rules/compile-rule.ts';
import { type PlacedRule, problemsOfNames } from './rules/problems-of-names.ts';
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
  readonly properties: MirrorProperties;
  readonly condition: string;
  /** What of the condition the query does not name itself: live records of the object type. */
  readonly base: string;
  /** Patterns that the search text of all that it finds is like; undefined when it asks for nothing that stands anywhere in a value. */
  readonly patterns: readonly string[] | undefined;
  readonly values: unknown[];
  /** Takes a further parameter in and returns its placeholder. */
  bind(value: unknown): string;
}

/** Checks the properties that are to be given. Raises MIRROR_QUERY_INVALID. */
export function checkChosen(
  names: readonly string[] | undefined,
  { properties }: Pick<CompiledQuery, 'properties'>,
): void {
  for (const name of names ?? []) {
    const unknown = unknownProperty(name, properties);
    if (unknown !== undefined) throw new SpokeError('MIRROR_QUERY_INVALID', `properties: ${unknown}`);
  }
}

export const DEFAULT_OBJECT_TYPE = 'contacts';

/**
 * Checks a query, also by what the portal defines and the mirror has, and compiles it. Raises MIRROR_QUERY_INVALID and
 * MIRROR_OBJECT_UNKNOWN.
 */
export async function compileQuery(db: Queryable, query: RecordQuery): Promise<CompiledQuery> {
  const { objectType = DEFAULT_OBJECT_TYPE, where, segment, list, text } = query;
  const parts: PlacedRule[] = [
    ...(where === undefined ? [] : [{ place: 'where', rule: where }]),
    ...(segment === undefined ? [] : [{ place: 'segment', rule: { segment } }]),
    ...(list === undefined ? [] : [{ place: 'list', rule: { list } }]),
    ...(text === undefined ? [] : [{ place: 'text', rule: { text } }]),
  ];
  const properties = await readProperties(db, objectType);
  if (properties.types.size === 0) await expectKnownObject(db, objectType);
  const problems = parts.flatMap(({ place, rule }) => {
    const malformed = problemsOfRule(place, rule);
    return malformed.length > 0 ? malformed : problemsOfTypes(place, rule, properties);
  });
  if (problems.length === 0) problems.push(...(await problemsOfNames(db, objectType, parts)));
  if (problems.length > 0)
    throw new SpokeError(
      'MIRROR_QUERY_INVALID',
      `The query cannot be answered: ${problems.map(({ name, message }) => `${name}: ${message}`).join(' ')}`,
      { facts: { problems } },
    );
  const rules = parts.map(({ rule }) => rule);
  const { types } = properties;
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const base = `m.object_type = ${bind(objectType)} and m.state = 'live'`;
  const conditions = [base, ...rules.map((rule) => compileRule(rule, { objectType, types, bind }))];
  const patterns = patternsOf({ all: rules });
  return { objectType, properties, condition: conditions.join(' and '), base, patterns, values, bind };
}
