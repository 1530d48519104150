import type { LedgerEntry } from './ledger.ts';

/** A contact or note as the portal holds it in the end. */
export interface PortalRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  /** Ids of associated contacts; empty for contacts. */
  readonly contactIds: readonly string[];
  readonly archived: boolean;
}

/** One write that the portal applied to a record, in the order of application. */
export interface PortalWrite {
  /** Number of the request in the journal. */
  readonly requestN: number;
  readonly properties: Readonly<Record<string, string>>;
}

export interface PortalCall {
  readonly n: number;
  /** Arrival, ms of the portal's clock. */
  readonly at: number;
  readonly path: string;
  readonly status: number;
  readonly worker: string | null;
  readonly applied: boolean;
}

export interface PortalEvidence {
  readonly contacts: readonly PortalRecord[];
  readonly notes: readonly PortalRecord[];
  /** Writes by contact id. */
  readonly writes: ReadonlyMap<string, readonly PortalWrite[]>;
  /** In order of arrival. */
  readonly calls: readonly PortalCall[];
}

export interface DatabaseEvidence {
  readonly events: ReadonlyMap<number, { readonly state: string; readonly error: string | null }>;
  /** Lanes whose count of waiting events is not the number of waiting events, or that are still leased. */
  readonly badLanes: readonly { readonly recordKey: string; readonly problem: string }[];
}

/** What was seen of the processes themselves. */
export interface ProcessEvidence {
  /** Workers that ended although nobody ended them. */
  readonly crashes: readonly string[];
  /** Log lines that no fault explains. */
  readonly unexpectedLines: readonly string[];
  /** Places where a secret or a person's data was found: never the text itself. */
  readonly leaks: readonly string[];
}

export interface Evidence {
  readonly ledger: readonly LedgerEntry[];
  readonly portal: PortalEvidence;
  readonly database: DatabaseEvidence;
  readonly processes: ProcessEvidence;
  /** Most calls allowed in any rolling 10 s; undefined when the run has no limit. */
  readonly limit?: number;
  /** Times, by the portal's clock, in which more work was ready than could be sent. */
  readonly saturated: readonly { readonly from: number; readonly to: number }[];
}
