import type { Queryable } from '../db/database.ts';
import { type ReadingState, readingState } from '../mirror/reading-state.ts';
import type { Console } from './command.ts';
import { printable } from './printable.ts';

/** Says on stderr when an answer cannot be whole, because the mirror does not hold all records of the object type. */
export async function tellReadingState(db: Queryable, objectType: string, console: Console): Promise<void> {
  const notice = NOTICES[await readingState(db, objectType)];
  if (notice !== undefined) console.err(printable(notice(objectType)));
}

const NOTICES: Readonly<Record<ReadingState, ((objectType: string) => string) | undefined>> = {
  none: (objectType) =>
    `The mirror was never filled with ${objectType}: spoke pull reads what spoke.config.ts names under mirror.objects.`,
  part: (objectType) => `Not all ${objectType} have been read yet: spoke pull all goes on with that.`,
  whole: undefined,
};
