/** What came of one HTTP try: an answer, or a fault that left none. The client never throws for either. */
export type Exchange = Reply | Fault;

export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  /** Lower-case names; only the headers that somebody reads are kept. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON, an object or an array; undefined for an empty body or one with a `flaw`. */
  readonly body: unknown;
  /** Why the body could not be used; such an answer proves nothing about what HubSpot did. */
  readonly flaw?: Flaw;
  readonly correlationId?: string;
  readonly durationMs: number;
}

/** `encoded`: the body was compressed although none was asked for, and was not unpacked. */
export type Flaw = 'html' | 'not-json' | 'truncated' | 'too-large' | 'encoded';

export interface Fault {
  readonly kind: 'fault';
  readonly reason: FaultReason;
  /** False only when it is certain that no byte of the request reached HubSpot. */
  readonly sent: boolean;
  /** One sentence without secrets or personal data. */
  readonly message: string;
  /** Of `token-unavailable`: the error code of the token source, such as TOKEN_EMPTY. */
  readonly code?: string;
  readonly durationMs: number;
}

/** `protocol`: something answered, but not in HTTP. */
export type FaultReason =
  | 'dns'
  | 'connect-refused'
  | 'connect-timeout'
  | 'tls'
  | 'reset'
  | 'protocol'
  | 'timeout'
  | 'aborted'
  | 'token-unavailable';
