import pg from 'pg';
import { startPostgres } from '../test/support/postgres-server.ts';
import { openClient } from './open-client.ts';
import type { Scope } from './scope.ts';

/** A throw-away server with its settings as installed: fsync and synchronous_commit are on. */
export interface BenchPostgres {
  /** What the server itself says of version and durability. */
  readonly settings: Readonly<Record<string, string>>;
  createDatabase(name: string): Promise<BenchDatabase>;
  stop(): Promise<void>;
}

export interface BenchDatabase {
  readonly url: string;
  /** Writes back what is dirty and gathers statistics, so that no contender pays for another's load or for its own. */
  settle(): Promise<void>;
  drop(): Promise<void>;
}

const SHOWN = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers'];

export async function startBenchPostgres(scope: Scope): Promise<BenchPostgres> {
  const server = await startPostgres({ fsync: true });
  const stop = scope.defer(() => server.stop());
  const admin = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = await openClient(url);
    return work(client).finally(() => client.end());
  };
  const settings = await admin(server.url, async (client) => {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, current_setting(name) as setting from pg_settings where name = any ($1) order by name',
      [SHOWN],
    );
    return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  });
  return {
    settings,
    stop,
    async createDatabase(name) {
      await admin(server.url, (client) => client.query(`create database ${pg.escapeIdentifier(name)}`));
      const url = withDatabase(server.url, name);
      return {
        url,
        settle: () =>
          admin(url, async (client) => {
            await client.query('vacuum analyze');
            await client.query('checkpoint');
          }),
        async drop() {
          await admin(server.url, (client) =>
            client.query(`drop database ${pg.escapeIdentifier(name)} with (force)`),
          );
        },
      };
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
