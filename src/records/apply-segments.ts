import type { Database } from '../db/database.ts';
import { type EvaluateOptions, evaluateSegments, type SegmentReport } from '../mirror/evaluate-segments.ts';
import { heldSegments } from '../mirror/held-segments.ts';
import { pushSegments, type SegmentPush } from './push-segments.ts';

export interface AppliedSegments {
  readonly reports: readonly SegmentReport[];
  readonly pushes: readonly SegmentPush[];
}

/**
 * Evaluates the segments and records what their lists at HubSpot have to learn of it. Undefined while another process evaluates.
 * With `names`, only these.
 */
export async function applySegments(
  db: Database,
  { signal, ...options }: EvaluateOptions & { readonly signal?: AbortSignal },
): Promise<AppliedSegments | undefined> {
  const { segments, names } = options;
  // Before the evaluation: what is read to the end only after it is not in it.
  const held = await heldSegments(db, segments);
  const reports = await evaluateSegments(db, options);
  if (reports === undefined) return undefined;
  const chosen = Object.entries(segments).filter(([name]) => names?.includes(name) ?? true);
  return { reports, pushes: await pushSegments(db, { segments: Object.fromEntries(chosen), held, signal }) };
}
