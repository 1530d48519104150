/** What keeps the mirror complete, each with a switch that only tests may turn off, to prove that a test notices. */
export interface PullGuards {
  /** Follow up what is in the mirror and not on the page that should show it. */
  readonly suspects: boolean;
  /** Read changes a second time once HubSpot's index must show them. */
  readonly settled: boolean;
  /** Move the cursor together with the rows, not before them. */
  readonly cursor: boolean;
  /** Let no older state of a record overwrite a newer one. */
  readonly newest: boolean;
}

export const ALL_PULL_GUARDS: PullGuards = { suspects: true, settled: true, cursor: true, newest: true };
