import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { createTemplate, dropDatabase, dropStaleDatabases, type TestPostgres } from './test-databases.ts';

const NO_POSTGRES =
  'No PostgreSQL server found (TEST_DATABASE_URL, PATH, usual folders): tests use PGlite, which leaves out everything with more than one connection.\n';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null: there is no server, PGlite has to do. */
    postgres: TestPostgres | null;
    testSchema: string;
    /** A folder for files that several test files share, for this run only. */
    runFolder: string;
  }
}

/** Vitest's globalSetup: one server and one migrated template database for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const schema = process.env.SPOKE_TEST_SCHEMA ?? 'spoke';
  const runFolder = await mkdtemp(join(tmpdir(), 'spoke-run-'));
  const external = process.env.TEST_DATABASE_URL;
  let server: PostgresServer | undefined;
  let postgres: TestPostgres | null = null;
  const teardown = async () => {
    if (postgres && !server) await dropDatabase(postgres.url, postgres.template);
    await server?.stop();
    await rm(runFolder, { recursive: true, force: true });
  };
  try {
    if (external) {
      await dropStaleDatabases(external);
    } else if (await findPostgresBinaries()) {
      server = await startPostgres();
    } else {
      process.stderr.write(NO_POSTGRES);
    }
    const url = external ?? server?.url;
    if (url) postgres = await createTemplate(url, schema);
    project.provide('postgres', postgres);
    project.provide('testSchema', schema);
    project.provide('runFolder', runFolder);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}
