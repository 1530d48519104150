import { z } from 'zod';
import { problemsOfRule, type Rule } from '../config/rule.ts';
import type { Queryable } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { type EffectDraft, isUpsert } from '../mapping/effects.ts';
import { addToList, archiveRecord } from '../mapping/links.ts';
import { MappingError } from '../mapping/mapping-error.ts';
import { checkProperties, type PropertyDefinition } from '../mapping/property-check.ts';
import { recordBy } from '../mapping/record-refs.ts';
import { upsertRecord } from '../mapping/upserts.ts';
import { DEFAULT_OBJECT_TYPE, type RecordQuery } from '../mirror/record-query.ts';

/** What is done with each record. */
export type BulkAction =
  /** Sets these properties; null clears one. */
  | {
      readonly kind: 'update';
      readonly set: Readonly<Record<string, string | number | boolean | readonly string[] | null>>;
    }
  /** Moves it to the recycle bin. */
  | { readonly kind: 'archive' }
  /** Puts it on a manual list, named by its id or name. */
  | { readonly kind: 'add-to-list'; readonly list: string };

/** A query of which every live record is meant; `all` says so where nothing narrows it. */
export interface BulkQuery extends RecordQuery {
  readonly all?: true | undefined;
}

export interface BulkRequest {
  readonly query: BulkQuery;
  readonly action: BulkAction;
  /** At most so many records, those with the lowest ids. Default: all. */
  readonly limit?: number | undefined;
  /** Shown to operators. 1 to 100 characters. */
  readonly requestedBy: string;
  /** The same key again with the same hash is the same bulk change. */
  readonly idempotency?: { readonly key: string; readonly hash: string } | undefined;
}

const TEXT = z.string().min(1).max(1_000);
const RULE = z.unknown().superRefine((given, context) => {
  for (const { name, message } of given === undefined ? [] : problemsOfRule('where', given))
    context.addIssue({ code: 'custom', message: `${name}: ${message}` });
});
const QUERY = z.strictObject({
  objectType: z.string().min(1).max(100).optional(),
  where: RULE.optional(),
  segment: TEXT.optional(),
  list: TEXT.optional(),
  text: TEXT.optional(),
  all: z.literal(true).optional(),
});
const VALUE = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
const ACTION = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('update'), set: z.record(z.string().regex(/^[a-z0-9_]{1,100}$/), VALUE) }),
  z.strictObject({ kind: z.literal('archive') }),
  z.strictObject({ kind: z.literal('add-to-list'), list: TEXT }),
]);
const REQUEST = z.object({
  query: QUERY,
  action: ACTION,
  limit: z.int().min(1).max(2_147_483_647).optional(),
  requestedBy: z.string().min(1).max(100),
});

/** A request that has been checked, with the effect that every record gets. */
export interface ReadBulkRequest {
  readonly query: RecordQuery;
  readonly objectType: string;
  readonly action: BulkAction;
  readonly limit: number | undefined;
  /** Names another record: SQL puts each one's own name in. */
  readonly effect: EffectDraft;
}

/** Checks the form of a request, as callers give it and as it is stored. Raises BULK_INVALID with everything that is wrong with it. */
export function readBulkRequest(request: BulkRequest): ReadBulkRequest {
  const parsed = REQUEST.safeParse(request);
  if (!parsed.success)
    throw invalid(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`),
    );
  const { query, action, limit } = parsed.data;
  const { all, objectType = DEFAULT_OBJECT_TYPE, where, ...rest } = query;
  const given = where !== undefined || Object.values(rest).some((part) => part !== undefined);
  if (!given && !all)
    throw invalid(['query: nothing says which records are meant: give where, segment, list or text, or all']);
  if (given && all) throw invalid(['query: all means every record: leave it out beside other parts']);
  const { segment, list, text } = rest;
  return {
    query: {
      objectType,
      ...(where === undefined ? {} : { where: where as Rule }),
      ...(segment === undefined ? {} : { segment }),
      ...(list === undefined ? {} : { list }),
      ...(text === undefined ? {} : { text }),
    },
    objectType,
    action,
    limit,
    effect: effectOf(objectType, action),
  };
}

/** Checks the values of an update by the portal's definitions, where they have been read. Raises BULK_INVALID. */
export async function checkBulkValues(db: Queryable, { objectType, effect }: ReadBulkRequest): Promise<void> {
  if (!('properties' in effect)) return;
  const rows = await db.query<{ name: string; type: string; definition: unknown }>(
    'select name, type, definition from {schema}.mirror_properties where object_type = $1',
    [objectType],
  );
  if (rows.length === 0) return;
  const definitions = rows.map(definitionOf);
  const problems = checkProperties(effect.properties, definitions).map(
    ({ property, message }) => `action.set.${property}: ${message}`,
  );
  for (const { name, hasUniqueValue } of definitions)
    if (hasUniqueValue && (effect.properties[name] ?? '') !== '')
      problems.push(`action.set.${name}: No two records can have the same value of it`);
  if (problems.length > 0) throw invalid(problems);
}

function effectOf(objectType: string, action: BulkAction): EffectDraft {
  try {
    const record = recordBy(objectType, 'hs_object_id', '1');
    if (action.kind === 'archive') return archiveRecord(record);
    if (action.kind === 'add-to-list') return addToList(record, action.list);
    if (Object.keys(action.set).length === 0) throw invalid(['action.set: name at least one property']);
    if (objectType === 'contacts' && 'email' in action.set)
      throw invalid(['action.set.email: an address belongs to one contact, not to many']);
    const effect = upsertRecord(record, action.set);
    if (isUpsert(effect)) return effect;
    throw new Error('A builder of upserts made something else.');
  } catch (error) {
    if (error instanceof MappingError) throw invalid([`action: ${error.message}`]);
    throw error;
  }
}

const DEFINITION = z.object({
  fieldType: z.string().catch(''),
  options: z.array(z.object({ value: z.string(), label: z.string() })).catch([]),
  calculated: z.boolean().catch(false),
  hasUniqueValue: z.boolean().catch(false),
  readOnlyValue: z.boolean().catch(false),
});

function definitionOf(row: { name: string; type: string; definition: unknown }): PropertyDefinition {
  return { name: row.name, type: row.type, ...DEFINITION.parse(row.definition) };
}

function invalid(problems: readonly string[]): SpokeError {
  const text = problems.map((problem) => problem.replace(/\.$/, '')).join('; ');
  return new SpokeError(
    'BULK_INVALID',
    `The bulk change cannot be asked for: ${text}${text.endsWith('?') ? '' : '.'}`,
  );
}
