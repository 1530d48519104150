import { z } from 'zod';
import { systemClock } from '../src/clock.ts';
import { defineConfig, defineEvent } from '../src/config/define-config.ts';
import type { Database } from '../src/db/database.ts';
import { createApi, openApiDocument } from '../src/http/create-api.ts';
import { silentLogger } from '../src/log.ts';
import { contactByEmail } from '../src/mapping/index.ts';
import { createMapper } from '../src/mapping/mapper.ts';

const documentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ summary: z.string(), description: z.string().optional() })),
  ),
});

/** The OpenAPI document, of an API whose database is never asked. */
export function httpDocument(): z.output<typeof documentSchema> {
  const config = defineConfig({
    events: {
      lead_created: defineEvent({
        payload: z.object({ email: z.string() }),
        record: ({ email }) => contactByEmail(email),
        effects: () => [],
      }),
    },
  });
  const api = createApi({
    db: NO_DATABASE,
    config,
    mapper: createMapper(config),
    clock: systemClock,
    log: silentLogger,
    pull: { run: refuse },
    metrics: { contentType: 'text/plain', render: refuse },
    stopping: new AbortController().signal,
  });
  return documentSchema.parse(openApiDocument(api));
}

const refuse = () => Promise.reject(new Error('The document needs no database.'));
const NO_DATABASE: Database = {
  kind: 'pglite',
  schema: 'spoke',
  serverVersion: 0,
  query: refuse,
  transaction: refuse,
  session: refuse,
  listen: refuse,
  notify: refuse,
  close: refuse,
};
