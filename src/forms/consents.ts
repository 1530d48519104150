import type { Queryable, Row } from '../db/database.ts';

/** What one person was asked and answered, once: the proof of an opt-in. */
export interface ConsentRecord {
  readonly submissionId: string;
  readonly email: string;
  readonly form: string;
  readonly field: string;
  /** The kind of e-mail at HubSpot. */
  readonly purpose: string | null;
  /** As it was shown, in this version and language. */
  readonly text: string;
  readonly version: string;
  readonly language: string;
  readonly given: boolean;
  /** Its submission waits in quarantine: until a person has released it, it counts for nothing. */
  readonly held: boolean;
  readonly at: Date;
  /** The page's address. */
  readonly source: string | null;
}

interface ConsentRow extends Row {
  submission_id: string;
  email: string;
  form: string;
  field: string;
  purpose: string | null;
  text: string;
  version: string;
  language: string;
  given: boolean;
  held: boolean;
  at: Date;
  source: string | null;
}

/** More than a person ever gives; a form that is posted on and on is cut here. */
const MAX_CONSENTS = 10_000;

/** Of an address as it is normalised, the oldest first. */
export async function consentsOf(db: Queryable, email: string): Promise<ConsentRecord[]> {
  const rows = await db.query<ConsentRow>(
    `select c.submission_id, c.email, c.form, c.field, c.purpose, c.text, c.version, c.language, c.given,
       coalesce(s.state = 'quarantined', false) as held, c.at, c.source
     from {schema}.consents c left join {schema}.submissions s on s.id = c.submission_id
     where c.email = $1 order by c.id limit ${MAX_CONSENTS}`,
    [email],
  );
  return rows.map(({ submission_id, ...rest }) => ({ submissionId: submission_id, ...rest }));
}
