/** A queue in the `delivery` bench; each of its two steps runs in a process of its own. */
export interface QueueContender {
  readonly name: string;
  /** Sets up tables and puts `jobs` into them; not measured. */
  load(queue: LoadedQueue): Promise<void>;
  /** Works until no job is left or `signal` aborts; everything it opened is closed when it resolves. */
  drain(queue: LoadedQueue, meter: Meter, signal: AbortSignal): Promise<void>;
}

export interface LoadedQueue {
  /** A database of its own, on the server that all contenders share. */
  readonly databaseUrl: string;
  readonly jobs: number;
  /** Distinct contacts among the jobs. */
  readonly contacts: number;
  /** The portal, for a contender that calls it. */
  readonly portal?: { readonly url: string; readonly token: string; readonly portalId: number };
  /** The built command line, for a contender that is Spoke. */
  readonly cli?: string;
}

/** Marks where the measured part begins and ends. */
export interface Meter {
  /** Right before the first connection to Postgres: imports and start-up are not measured. */
  began(): void;
  /** When the last job stands as done in the database, with how many are. */
  ended(done: number, elsewhere?: MeasuredElsewhere): void;
}

/** What a contender measured itself because its work is done in a further process. */
export interface MeasuredElsewhere {
  readonly seconds: number;
  readonly cpuSeconds?: number;
  readonly peakRssMb?: number;
}
