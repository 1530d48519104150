import { z } from 'zod';
import { badRequest } from './api-error.ts';
import type { Portal } from './portal.ts';
import { createValueTest, parseFilter } from './search-filters.ts';
import type { StoredRecord } from './stored-record.ts';

/** Conditions of one filter; HubSpot publishes no number. */
const MAX_CONDITIONS = 100;

/** What the journal tells of a subscription is narrowed by: the record has to meet all conditions. */
export const journalFilterSchema = z.object({
  conditions: z
    .array(
      z.object({
        filterType: z.literal('CRM_OBJECT_PROPERTY'),
        property: z.string().min(1),
        /** Those of search, and CONTAINS. */
        operator: z.string(),
        value: z.string().optional(),
        values: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .max(MAX_CONDITIONS),
});

export type JournalFilter = z.infer<typeof journalFilterSchema>;

/** The test of a filter for records of one type. Throws 400 for properties and operators that there are not. */
export function createJournalTest(
  { conditions }: JournalFilter,
  typeId: string,
  portal: Portal,
): (record: StoredRecord) => boolean {
  const { registry } = portal.objects(typeId);
  const tests = conditions.map(({ property: name, operator, value, values }) => {
    const property = registry.get(name);
    if (!property) throw badRequest(`Property ${name} in a filter does not exist`);
    const filter = parseFilter({
      propertyName: name,
      operator: operator === 'CONTAINS' ? 'CONTAINS_TOKEN' : operator,
      value,
      // Search leaves it to its callers to send texts in lower case.
      values: values?.map((text) => (property.kind === 'text' ? text.toLowerCase() : text)),
    });
    return { name, test: createValueTest(filter, property, false) };
  });
  return ({ properties }) => tests.every(({ name, test }) => test(properties.get(name)));
}
