/** What came of one HTTP try: an answer, or a fault that left none. The client never throws for either. */
export type Exchange = Reply | Fault;

export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON; undefined for an empty body or one with a `flaw`. */
  readonly body: unknown;
  /** Why the body could not be used; such an answer proves nothing about what HubSpot did. */
  readonly flaw?: 'html' | 'not-json' | 'truncated' | 'too-large';
  readonly correlationId?: string;
  readonly durationMs: number;
}

export interface Fault {
  readonly kind: 'fault';
  readonly reason: FaultReason;
  /** False only when it is certain that no byte of the request reached HubSpot. */
  readonly sent: boolean;
  /** One sentence without secrets or personal data. */
  readonly message: string;
  readonly durationMs: number;
}

export type FaultReason =
  | 'dns'
  | 'connect-refused'
  | 'connect-timeout'
  | 'tls'
  | 'reset'
  | 'timeout'
  | 'aborted'
  | 'token-unavailable';
