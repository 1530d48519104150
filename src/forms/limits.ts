import type { WebsiteConfig } from '../config/website.ts';
import type { Database, Row } from '../db/database.ts';
import { addressForLimit } from './client-address.ts';
import type { Signer } from './signing-key.ts';

/** So many in so many seconds; all at once if they come so. */
export type FormLimits = Required<NonNullable<WebsiteConfig['limits']>>;

/** Where the config names none. The one of a form only keeps the database from harm: it would refuse people for what programs do. */
export const DEFAULT_LIMITS: FormLimits = {
  perAddress: { count: 20, seconds: 600 },
  perEmail: { count: 5, seconds: 3_600 },
  perForm: { count: 30_000, seconds: 60 },
};

export interface LimitedSubmission {
  readonly id: string;
  readonly form: string;
  readonly address: string | undefined;
  readonly email: string | undefined;
}

interface WaitRow extends Row {
  wait_ms: number;
}

/**
 * Takes one submission's share of the limits that all processes share, in one statement. 0 when there is room, otherwise in how
 * many ms there is; `known`, and nothing is taken, when the id is that of a submission. Addresses and e-mail addresses are hashed
 * with the installation's key.
 */
export async function takeLimits(
  db: Pick<Database, 'query'>,
  signer: Signer,
  { perAddress, perEmail, perForm }: FormLimits,
  { id, form, address, email }: LimitedSubmission,
): Promise<number | 'known'> {
  const hashed = async (kind: string, text: string) => `${kind}:${await signer.sign(`limit-${kind}`, text)}`;
  const limits = [
    // Whoever hides the address by hanging up shares one limit with all who do.
    {
      key: await hashed('address', address === undefined ? '' : addressForLimit(address)),
      ...perAddress,
    },
    ...(email === undefined ? [] : [{ key: await hashed('email', email), ...perEmail }]),
    { key: `form:${form}`, ...perForm },
  ];
  const [row] = await db.query<WaitRow>(
    'select {schema}.take_form_limits($1::text::uuid, $2::text::jsonb) as wait_ms',
    [id, JSON.stringify(limits)],
  );
  const waitMs = row?.wait_ms ?? 0;
  return waitMs < 0 ? 'known' : waitMs;
}
