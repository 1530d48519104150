import type { TestProject } from 'vitest/node';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { createTemplate, dropDatabase, dropStaleDatabases, type TestPostgres } from './test-databases.ts';

const NO_POSTGRES = 'No PostgreSQL server found (TEST_DATABASE_URL, PATH, usual folders)';
const LEFT_OUT = 'tests use PGlite, which leaves out everything with more than one connection.';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null: there is no server, PGlite has to do. */
    postgres: TestPostgres | null;
    testSchema: string;
  }
}

/** Vitest's globalSetup: one server and one migrated template database for the whole run. SPOKE_TEST_PGLITE=1 does without a server. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const schema = process.env.SPOKE_TEST_SCHEMA ?? 'spoke';
  const embedded = process.env.SPOKE_TEST_PGLITE === '1';
  const external = embedded ? undefined : process.env.TEST_DATABASE_URL;
  let server: PostgresServer | undefined;
  let postgres: TestPostgres | null = null;
  const teardown = async () => {
    if (postgres && !server) await dropDatabase(postgres.url, postgres.template);
    await server?.stop();
  };
  try {
    if (external) {
      await dropStaleDatabases(external);
    } else if (!embedded && (await findPostgresBinaries())) {
      server = await startPostgres();
    } else {
      process.stderr.write(`${embedded ? 'SPOKE_TEST_PGLITE=1' : NO_POSTGRES}: ${LEFT_OUT}\n`);
    }
    const url = external ?? server?.url;
    if (url) postgres = await createTemplate(url, schema);
    project.provide('postgres', postgres);
    project.provide('testSchema', schema);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
