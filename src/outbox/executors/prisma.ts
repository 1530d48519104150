import { type Executor, hasMethods, rowsOf } from './executor.ts';

interface PrismaHandle {
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown>;
}

/** A Prisma client or the client of an interactive transaction. */
export const prismaExecutor: Executor<PrismaHandle> = {
  name: 'prisma',
  matches: (handle): handle is PrismaHandle => hasMethods(handle, '$queryRawUnsafe'),
  async execute(handle, text, values) {
    return rowsOf(await handle.$queryRawUnsafe(text, ...values));
  },
};
