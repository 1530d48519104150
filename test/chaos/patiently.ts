const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;
/** What a client of Postgres is told while the server dies, starts or takes no more. */
const OUTAGE =
  /ECONNREFUSED|ECONNRESET|EPIPE|57P0[1235]|08006|connection terminated|terminating connection|starting up|shutting down|recovery mode|not queryable/i;

/** Repeats what only reads, for up to a minute, while the database server is away. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return OUTAGE.test(`${code} ${error.message}`);
}
