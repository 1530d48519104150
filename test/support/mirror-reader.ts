import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/index.ts';
import { systemClock } from '../../src/clock.ts';
import type { MirrorConfig } from '../../src/config/mirror.ts';
import type { Database } from '../../src/db/database.ts';
import { retryReads } from '../../src/hubspot/retry-reads.ts';
import { tokenFromText } from '../../src/hubspot/token.ts';
import { createTransport } from '../../src/hubspot/transport.ts';
import { createLogger, silentLogger } from '../../src/log.ts';
import type { Reader } from '../../src/pull/reader.ts';
import { type DatabaseKind, testDatabaseOf } from './database.ts';

export interface MirrorBench {
  readonly db: Database;
  readonly portal: Simulator;
  /** Lines that were logged as warnings. */
  readonly warnings: readonly string[];
  reader(mirror: MirrorConfig): Reader;
  /** One call to the portal's API, made as anybody would. */
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A fresh database, a portal of its own, and readers between them; all gone at the end of the test. */
export async function mirrorBench(kind: DatabaseKind, options: SimulatorOptions = {}): Promise<MirrorBench> {
  const database = await testDatabaseOf(kind);
  const portal = await startSimulator({ limits: 'none', ...options });
  const warnings: string[] = [];
  const log = createLogger({ level: 'warn', destination: { write: (line) => warnings.push(line) } });
  const transport = createTransport({
    baseUrl: portal.url,
    token: tokenFromText(portal.token),
    log: silentLogger,
    timeoutMs: 10_000,
  });
  onTestFinished(async () => {
    await transport.close();
    await portal.stop();
    await database.drop();
  });
  return {
    db: database.db,
    portal,
    warnings,
    reader: (mirror) => ({
      db: database.db,
      transport,
      mirror,
      log,
      time: {
        async now() {
          const [row] = await database.db.query<{ now: Date }>('select clock_timestamp() as now');
          if (row === undefined) throw new Error('no time');
          return row.now;
        },
      },
      reading: (signal) => ({ signal, retry: retryReads({ attempts: 3, maxWaitMs: 5 }), clock: systemClock }),
    }),
    async call(method, path, body) {
      const answer = await fetch(`${portal.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${portal.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
  };
}

/** A signal that nobody aborts. */
export const unstopped = new AbortController().signal;
