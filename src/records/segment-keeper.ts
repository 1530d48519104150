import type { SegmentDefinition } from '../config/segments.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../log.ts';
import { applySegments } from './apply-segments.ts';

/**
 * What `spoke start` does about segments from time to time: brings them and their lists up to date. It logs who joined and left, in
 * numbers, and what is in the way when that comes, changes or goes.
 */
export function segmentKeeper(
  db: Database,
  segments: Readonly<Record<string, SegmentDefinition>>,
  log: Pick<Logger, 'info' | 'warn'>,
): (signal: AbortSignal) => Promise<void> {
  const problems = new Map<string, string>();
  const isNew = (what: string, reason: string | undefined) => {
    if (problems.get(what) === reason) return false;
    if (reason === undefined) problems.delete(what);
    else problems.set(what, reason);
    return true;
  };
  return async (signal) => {
    const { reports = [], pushes = [] } = (await applySegments(db, { segments, signal })) ?? {};
    for (const { name: segment, error: reason, joined, left, size } of reports) {
      if (isNew(segment, reason)) {
        if (reason === undefined) log.info({ segment }, 'a segment is evaluated again');
        else log.warn({ segment, reason }, 'a segment cannot be evaluated');
      }
      if (joined + left > 0) log.info({ segment, joined, left, size }, 'a segment has changed');
    }
    for (const { segment, list, held: reason, added, removed } of pushes) {
      if (isNew(`${segment} to ${list}`, reason) && reason !== undefined)
        log.info({ segment, list, reason }, 'a segment is not sent to its list yet');
      if (added + removed > 0)
        log.info({ segment, list, added, removed }, 'the list of a segment is brought up to date');
    }
  };
}
