import { SpokeError } from '../errors.ts';
import type { Queryable, Row } from './database.ts';

/** One connection as a driver gives it. Without `values` the text may hold several statements; the last one's rows count. */
export interface Connection {
  run(text: string, values?: readonly unknown[]): Promise<Answer>;
}

export interface Answer {
  readonly rows: Row[];
  /** The command tag's first word, for example `COMMIT`. */
  readonly command: string;
}

/** Gives `work` the connection for as long as it runs; a statement sent afterwards is refused, as others use it then. */
export async function withScope<T>(
  connection: Connection,
  expand: (text: string) => string,
  work: (scope: Queryable) => Promise<T>,
): Promise<T> {
  const scope = new ConnectionScope(connection, expand);
  try {
    return await work(scope);
  } finally {
    await scope.end();
  }
}

/** Commits when `work` resolves, rolls back when it rejects, and throws DATABASE_ROLLED_BACK when a COMMIT was not one. */
export async function runTransaction<T>(
  connection: Connection,
  expand: (text: string) => string,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  await connection.run('begin');
  let result: T;
  try {
    result = await withScope(connection, expand, work);
  } catch (error) {
    // A failed rollback means a lost connection, which rolls back too; the first error is the one to tell.
    await connection.run('rollback').catch(() => undefined);
    throw error;
  }
  // Postgres answers the COMMIT of a failed transaction with ROLLBACK and no error.
  const { command } = await connection.run('commit');
  if (command !== 'COMMIT') {
    throw new SpokeError(
      'DATABASE_ROLLED_BACK',
      'The transaction was rolled back because a statement in it had failed: let its error through, or use a savepoint.',
    );
  }
  return result;
}

class ConnectionScope implements Queryable {
  readonly #connection: Connection;
  readonly #expand: (text: string) => string;
  /** Statements go one after the other, also when they are not awaited one by one. */
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(connection: Connection, expand: (text: string) => string) {
    this.#connection = connection;
    this.#expand = expand;
  }

  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]> {
    if (this.#ended) {
      return Promise.reject(
        new SpokeError(
          'DATABASE_CLOSED',
          'A statement came after its transaction had ended: await it inside.',
        ),
      );
    }
    const answer = this.#last.then(() => this.#connection.run(this.#expand(text), values));
    this.#last = answer.catch(() => undefined);
    return answer.then(({ rows }) => rows as R[]);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }
}
