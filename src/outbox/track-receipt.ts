/** What became of one `track`. */
export type TrackReceipt = RecordedReceipt | RefusedReceipt;

export interface RecordedReceipt {
  /** `repeated`: an event with this idempotency key and the same content was there already; `id` is that event's. */
  readonly status: 'recorded' | 'repeated';
  /** `id` in the outbox table. */
  readonly id: number;
}

export interface RefusedReceipt {
  readonly status: 'refused';
  /** A code of the errors reference. */
  readonly code: string;
  /** One sentence without personal data. */
  readonly message: string;
  /** What the database said, where it was the database. */
  readonly sqlstate?: string;
  /** With OUTBOX_IDEMPOTENCY_CONFLICT: the event that has the key, its payload, and the one given now. Personal data. */
  readonly conflict?: { readonly id: number; readonly known: unknown; readonly given: unknown };
}

export function refused(code: string, message: string): RefusedReceipt {
  return { status: 'refused', code, message };
}

/** Reads what {schema}.track_receipt answered, as text. */
export function readReceipt(text: unknown): TrackReceipt {
  const answer: unknown = typeof text === 'string' ? JSON.parse(text) : text;
  if (isRecord(answer)) {
    const { status, id, code, message, sqlstate } = answer;
    if ((status === 'recorded' || status === 'repeated') && typeof id === 'number') return { status, id };
    if (status === 'refused' && typeof code === 'string' && typeof message === 'string') {
      return {
        ...refused(code, message),
        ...(typeof sqlstate === 'string' ? { sqlstate } : {}),
        ...(typeof id === 'number' ? { conflict: { id, known: answer.known, given: answer.given } } : {}),
      };
    }
  }
  return refused(
    'OUTBOX_UNAVAILABLE',
    'The database gave no receipt: is this handle a connection to Postgres?',
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
