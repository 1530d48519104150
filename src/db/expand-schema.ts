import { SpokeError } from '../errors.ts';

const PLACEHOLDER = '{schema}';
/** Leaves room for the names that Spoke derives from it within Postgres' 63 bytes. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,50}$/;
/** Statements put together at run time could be without number: beyond this the memo starts anew. */
const MEMO_SIZE = 1_000;

/**
 * Returns the function that puts the quoted schema in the place of `{schema}`, remembering up to 1,000 statements.
 * Throws DATABASE_SCHEMA_INVALID for a name that is not 1 to 51 lower-case letters, digits or `_`, no digit first.
 */
export function schemaExpander(schema: string): (text: string) => string {
  const quoted = quoteSchema(schema);
  const memo = new Map<string, string>();
  return (text) => {
    const known = memo.get(text);
    if (known !== undefined) return known;
    const expanded = text.replaceAll(PLACEHOLDER, quoted);
    if (memo.size >= MEMO_SIZE) memo.clear();
    memo.set(text, expanded);
    return expanded;
  };
}

/** The schema's name as an SQL identifier. Throws DATABASE_SCHEMA_INVALID. */
export function quoteSchema(schema: string): string {
  if (!SCHEMA_NAME.test(schema) || schema.startsWith('pg_')) {
    throw new SpokeError(
      'DATABASE_SCHEMA_INVALID',
      `The schema name ${JSON.stringify(schema.slice(0, 80))} cannot be used: take 1 to 51 lower-case letters, digits or "_", no digit first, and not "pg_".`,
    );
  }
  return `"${schema}"`;
}
