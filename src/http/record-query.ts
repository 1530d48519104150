import { z } from '@hono/zod-openapi';
import type { Rule } from '../config/rule.ts';
import { SpokeError } from '../errors.ts';
import { DEFAULT_OBJECT_TYPE, type RecordQuery } from '../mirror/record-query.ts';

const NAME = z.string().min(1).max(1_000);

/** The parts of a query string that say which records of the mirror are meant. Strict: a filter that is mistyped would mean everybody. */
export const recordQuerySchema = z.strictObject({
  object: z.string().min(1).max(100).default(DEFAULT_OBJECT_TYPE).openapi({ description: 'Object type.' }),
  segment: NAME.optional().openapi({ description: 'Those in this segment.' }),
  list: NAME.optional().openapi({ description: 'Those on this list, by its name or id.' }),
  text: NAME.optional().openapi({
    description: 'Those with all these words in their names, addresses, company or phone.',
  }),
  filter: z.string().max(8_000).optional().openapi({
    description: 'A rule as JSON, as in the config: {"property":"lifecyclestage","is":"customer"}.',
  }),
  properties: z
    .string()
    .max(8_000)
    .optional()
    .openapi({ description: 'Only these properties, with commas between them.' }),
});

/** What a query string asks for. Raises HTTP_INVALID for a filter that is no JSON; its content is checked with the query. */
export function recordQueryOf({
  object,
  segment,
  list,
  text,
  filter,
  properties,
}: z.output<typeof recordQuerySchema>): RecordQuery & { readonly properties?: readonly string[] } {
  return {
    objectType: object,
    ...(segment === undefined ? {} : { segment }),
    ...(list === undefined ? {} : { list }),
    ...(text === undefined ? {} : { text }),
    ...(filter === undefined ? {} : { where: ruleOf(filter) }),
    ...(properties === undefined ? {} : { properties: properties.split(',') }),
  };
}

function ruleOf(text: string): Rule {
  try {
    return JSON.parse(text) as Rule;
  } catch {
    throw new SpokeError('HTTP_INVALID', 'Correct filter: see fields.', {
      facts: { fields: { filter: 'is no JSON: give a rule such as {"property":"email","known":true}' } },
    });
  }
}
