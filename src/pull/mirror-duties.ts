import type { Logger } from '../log.ts';
import { ensureSearchIndex } from '../mirror/search-index.ts';
import { unknownProperties } from './chosen-properties.ts';
import { problemOf } from './pull-failure.ts';
import type { PullTools } from './pull-tools.ts';
import { readDefinitions } from './read-definitions.ts';
import { readLists } from './read-lists.ts';
import type { UnreadPart } from './reader.ts';

/** Something that is done for the mirror from time to time, by one process at a time. */
export interface PullDuty {
  readonly name: string;
  readonly everyMs: number;
  run(signal: AbortSignal): Promise<unknown>;
}

/** Definitions, pipelines and owners change by people's hands. */
export const DEFINITIONS = { name: 'definitions', everyMs: 3_600_000 } as const;
/** Nothing tells of changed members but asking. */
export const LISTS = { name: 'lists', everyMs: 600_000 } as const;
/** The latest joins and the size of a list can deceive: so often all members are read. */
export const ALL_MEMBERS = { name: 'all members of lists', everyMs: 86_400_000 } as const;

/** An index for words is made when there are so many records that it pays. */
export const SEARCH = { name: 'index for words', everyMs: 600_000 } as const;

/** What `spoke start` does for the mirror beside the reading of records. */
export function mirrorDuties(tools: PullTools): PullDuty[] {
  const { db, log, mirror } = tools;
  const told = tellOnce(log);
  return [
    {
      ...DEFINITIONS,
      async run(signal) {
        for (const { what, error } of await readDefinitions(tools, signal)) told(what, problemOf(error));
        for (const { what, message } of await unknownProperties(db, tools)) told(what, { message });
      },
    },
    ...(mirror.lists === undefined
      ? []
      : [
          { ...ALL_MEMBERS, run: (signal: AbortSignal) => readMembers(signal, true) },
          { ...LISTS, run: (signal: AbortSignal) => readMembers(signal, false) },
        ]),
    {
      ...SEARCH,
      async run(signal) {
        for (const objectType of Object.keys(mirror.objects))
          told(`${SEARCH.name} of ${objectType}`, await indexForWords(tools, objectType, signal));
      },
    },
  ];

  async function readMembers(signal: AbortSignal, full: boolean): Promise<void> {
    const { unread } = await readLists(tools, signal, { full });
    for (const { what, error } of unread) told(what, problemOf(error));
  }
}

/**
 * Makes the index for words of an object type where it is due. Returns what is in the way: without the index words are found as well,
 * only later, so nothing else may fail for it.
 */
export async function indexForWords(
  { db, log }: Pick<PullTools, 'db' | 'log'>,
  objectType: string,
  signal: AbortSignal,
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  try {
    if (await ensureSearchIndex(db, objectType, signal))
      log.info({ objectType }, 'words are found by an index now');
    return undefined;
  } catch (error) {
    return signal.aborted ? undefined : problemOf(error);
  }
}

/** For reports: what could not be read besides records. */
export function warningOf({ what, error }: UnreadPart): {
  readonly what: string;
  readonly code: string;
  readonly message: string;
} {
  return { what, ...problemOf(error) };
}

/** Logs a problem when it comes, changes or goes, not each time it is met. */
function tellOnce(log: Logger): (what: string, problem: { readonly message: string } | undefined) => void {
  const last = new Map<string, string>();
  return (what, problem) => {
    if (last.get(what) === problem?.message) return;
    if (problem === undefined) last.delete(what);
    else last.set(what, problem.message);
    if (problem === undefined) log.info({ what }, 'the mirror has it again');
    else log.warn({ what, ...problem }, 'the mirror goes without it');
  };
}
