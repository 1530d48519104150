import { z } from '@hono/zod-openapi';
import type { Database } from '../db/database.ts';
import { cursorText, type ListCursor, readCursor } from '../db/list-cursor.ts';
import type { Scope } from './api-keys.ts';
import { requireScope } from './require-scope.ts';

/** ISO 8601 with `Z` or an offset. */
export const timeSchema = z.iso.datetime({ offset: true });

/** An id in a path. */
export const idSchema = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** The `nextCursor` of the page before, of a list by time. */
export const cursorSchema = z
  .string()
  .max(60)
  .refine((text) => readCursor(text) !== undefined, 'is no nextCursor of a page')
  .openapi({ description: 'The `nextCursor` of the page before.' });

/** Of a list of which one more was asked for than the page takes; null on the last page. */
export function nextCursor(found: readonly { readonly cursor: ListCursor }[], limit: number): string | null {
  const last = found[limit - 1];
  return found.length > limit && last ? cursorText(last.cursor) : null;
}

/** A name that a query may give once or several times. */
export const severalSchema = z
  .union([z.string().min(1).max(100), z.array(z.string().min(1).max(100)).min(1).max(100)])
  .transform((given) => (typeof given === 'string' ? [given] : given))
  .optional();

/** A route that needs a key with the scope: checked before anything else of the request is looked at. */
export function keyed(db: Database, scope: Scope) {
  return {
    security: [{ apiKey: [] }],
    description: `Needs a key with the scope \`${scope}\`.`,
    middleware: requireScope(db, scope),
  };
}

/** A JSON answer. */
export function jsonContent<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}
