import { z } from '@hono/zod-openapi';
import type { Database } from '../db/database.ts';
import type { Scope } from './api-keys.ts';
import { requireScope } from './require-scope.ts';

/** ISO 8601 with `Z` or an offset. */
export const timeSchema = z.iso.datetime({ offset: true });

/** An id in a path. */
export const idSchema = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

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
