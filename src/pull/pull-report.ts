import type { MissingRange } from './run-scan.ts';

/** What a run is asked for. */
export interface PullRequest {
  /**
   * all: every record with all chosen properties; one that was broken off is gone on with. incremental: what has changed since the
   * last time; everything where there was none. sweep: what has left, come back or is missing, by ids. list: the members of one list.
   */
  readonly kind: PullKind;
  /** Default: every object type of the config. */
  readonly objects?: readonly string[];
  /** Whether the lists of the config are read too. Default: where no object types are named. */
  readonly lists?: boolean;
  /** Of kind list: its name or id. */
  readonly list?: string;
  /** Stops after so many records of each object type; what is left stays for the next run. */
  readonly maxRecords?: number;
  /** Default and at most 100. */
  readonly pageSize?: number;
  /** Who has asked, for people. */
  readonly requestedBy: string;
}

export const PULL_KINDS = ['all', 'incremental', 'sweep', 'list'] as const;
export type PullKind = (typeof PULL_KINDS)[number];

/** What was done for one object type, or for all together. */
export interface PullCounts {
  readonly pages: number;
  /** Read and written, or found to be as they were. */
  readonly records: number;
  readonly inserted: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Found to be archived, merged or erased. */
  readonly left: number;
}

export interface PullProblem {
  readonly objectType: string;
  readonly code: string;
  readonly message: string;
}

export interface PullWarning {
  readonly what: string;
  readonly code: string;
  readonly message: string;
}

/** What a run has done. */
export interface PullReport {
  readonly run: number;
  readonly kind: PullKind;
  /** done: all that was asked for was read. incomplete: see `missing` and `errors`; the next run reads it. stopped: told to. */
  readonly state: 'done' | 'incomplete' | 'stopped';
  readonly objects: Readonly<Record<string, PullCounts>>;
  readonly total: PullCounts;
  /** Ids that could not be read. */
  readonly missing: readonly MissingRange[];
  readonly errors: readonly PullProblem[];
  /** What besides records could not be read, such as the owners for want of a scope; the run is `done` all the same. */
  readonly warnings: readonly PullWarning[];
  /** Records in each segment, as of the end. */
  readonly bySegment: Readonly<Record<string, number>>;
  /** Ended by `maxRecords` with more to read. */
  readonly limited: boolean;
  readonly begunAt: string;
  readonly durationMs: number;
  /** Records per second. */
  readonly rate: number;
}

/** Where a run stands, after each page. */
export interface PullProgress extends PullCounts {
  readonly objectType: string;
  readonly run: number;
  /** Records that HubSpot counts; unknown in incremental runs. */
  readonly expected?: number;
  /** Records per second, of this object type. */
  readonly rate: number;
  /** Until this object type is through, ms. */
  readonly etaMs?: number;
}

export const NOTHING: PullCounts = { pages: 0, records: 0, inserted: 0, changed: 0, unchanged: 0, left: 0 };

/** Adds what is given of the second to the first. */
export function addCounts(a: PullCounts, b: Partial<PullCounts>): PullCounts {
  return {
    pages: a.pages + (b.pages ?? 0),
    records: a.records + (b.records ?? 0),
    inserted: a.inserted + (b.inserted ?? 0),
    changed: a.changed + (b.changed ?? 0),
    unchanged: a.unchanged + (b.unchanged ?? 0),
    left: a.left + (b.left ?? 0),
  };
}
