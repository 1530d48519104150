import type { Queryable, Row } from '../db/database.ts';
import { bodyDigest, rawFields } from './raw-fields.ts';

/** What stands under an id already. */
export interface KnownSubmission {
  /** Whether it was made of the same fields. */
  readonly isSame: boolean;
  /** Null while it waits for a person. */
  readonly eventId: number | null;
}

interface KnownRow extends Row {
  digest: string;
  event_id: number | null;
  names: string[];
}

/**
 * The submission that has the id; undefined for none. A field that the form has lost meanwhile still counts as sent then, one that it
 * has gained makes other fields of what is sent now.
 */
export async function findKnown(
  db: Queryable,
  id: string,
  {
    form,
    fields,
    body,
  }: {
    readonly form: string;
    /** Of the form as it is now. */
    readonly fields: readonly string[];
    readonly body: Readonly<Record<string, unknown>>;
  },
): Promise<KnownSubmission | undefined> {
  const [row] = await db.query<KnownRow>(
    `select encode(s.body_digest, 'hex') as digest, s.event_id, array(select jsonb_object_keys(s.raw)) as names
     from {schema}.submissions s where s.id = $1::text::uuid`,
    [id],
  );
  if (!row) return undefined;
  const { digest, event_id: eventId, names } = row;
  const hasMore = fields.some((name) => Object.hasOwn(body, name) && !names.includes(name));
  return { isSame: !hasMore && bodyDigest(form, rawFields(names, body)) === digest, eventId };
}
