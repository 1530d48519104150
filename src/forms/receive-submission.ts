import type { Queryable, Row } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import { encodePayload } from '../outbox/track-payload.ts';
import type { Page } from './page.ts';

/** A submission that was checked and scored, as it is stored. */
export interface CheckedSubmission {
  readonly id: string;
  readonly form: string;
  readonly language: string;
  readonly state: 'accepted' | 'quarantined';
  readonly email: string | undefined;
  readonly raw: object;
  readonly accepted: Readonly<Record<string, unknown>>;
  readonly changes: readonly object[];
  readonly flags: readonly object[];
  readonly consents: readonly StoredConsent[];
  /** SHA-256 in hexadecimal digits, as are the other hashes. */
  readonly digest: string;
  readonly page: Page | undefined;
  readonly client: string | undefined;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly statusHash: string;
  /** The event, as the mapper reads it. */
  readonly type: string;
  readonly payload: object;
  /** Of a challenge whose solutions count once. */
  readonly solution?: { readonly hash: string; readonly expiresAt: Date } | undefined;
}

export interface StoredConsent {
  readonly field: string;
  readonly purpose: string | null;
  readonly text: string;
  readonly version: string;
  readonly language: string;
  readonly given: boolean;
  /** ISO 8601. */
  readonly at: string;
}

export type Received =
  /** `repeated`: the same fields came under this id before. */
  | {
      readonly status: 'recorded' | 'repeated';
      readonly state: 'accepted' | 'quarantined' | 'released';
      readonly eventId: number | null;
    }
  /** Other fields came under this id before. */
  | { readonly status: 'conflict' };

/** Raw and accepted fields and the event, of a body of 256 kB. */
const MAX_BYTES = 4_194_304;

interface AnswerRow extends Row {
  answer: Received;
}

/** Stores a submission with its consents and records its event, all or nothing, in one statement. */
export async function receiveSubmission(db: Queryable, submission: CheckedSubmission): Promise<Received> {
  const { solution, ...rest } = submission;
  const given = { ...rest, solution: solution?.hash, solutionExpiresAt: solution?.expiresAt };
  // Whatever the check let pass: Postgres takes neither NUL nor half of a surrogate pair.
  const encoded = encodePayload('a submission', given, MAX_BYTES);
  if (!encoded.ok) throw new SpokeError('OUTBOX_PAYLOAD_INVALID', encoded.receipt.message);
  const [row] = await db.query<AnswerRow>('select {schema}.receive_submission($1::text::jsonb) as answer', [
    encoded.json,
  ]);
  if (!row) throw new Error('receive_submission returned no row.');
  return row.answer;
}
