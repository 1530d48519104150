import { SpokeError } from '../../errors.ts';
import { drizzleExecutor } from './drizzle.ts';
import type { Executor } from './executor.ts';
import { knexExecutor } from './knex.ts';
import { kyselyExecutor } from './kysely.ts';
import { pgExecutor } from './pg.ts';
import { postgresJsExecutor } from './postgres-js.ts';
import { prismaExecutor } from './prisma.ts';

/** pg last: its one method `query` is also on handles of other libraries. */
const EXECUTORS: readonly Executor[] = [
  prismaExecutor,
  kyselyExecutor,
  drizzleExecutor,
  knexExecutor,
  postgresJsExecutor,
  pgExecutor,
];

const ACCEPTED =
  'pass the client or transaction of pg, Kysely, Drizzle, Prisma, Knex or postgres.js, or an object with query(text, values)';

/**
 * The executor for what the application handed in.
 *
 * @throws SpokeError OUTBOX_HANDLE_UNKNOWN, which lists what is accepted.
 */
export function executorFor(handle: unknown, asker = 'track'): Executor {
  const executor = EXECUTORS.find((candidate) => candidate.matches(handle));
  if (executor) return executor;
  throw new SpokeError(
    'OUTBOX_HANDLE_UNKNOWN',
    `${asker} was given ${describe(handle)} to record with: ${ACCEPTED}.`,
  );
}

function describe(handle: unknown): string {
  if (handle instanceof Promise) return 'a promise (await it first)';
  if (typeof handle === 'function') return `the function ${handle.name || '(unnamed)'}`;
  if (typeof handle !== 'object' || handle === null)
    return handle === null ? 'null' : `a value of type ${typeof handle}`;
  const name: unknown = Reflect.get(handle, 'constructor')?.name;
  return typeof name === 'string' && name !== 'Object' ? `an object of class ${name}` : 'an object';
}
