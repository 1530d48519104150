export interface PullInput {
  readonly url: string;
  readonly token: string;
  readonly databaseUrl: string;
  /** row: a statement for each contact. page: one for each page. */
  readonly write: 'row' | 'page';
  readonly capSeconds: number;
}

export interface PullOutput {
  readonly contacts: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}
