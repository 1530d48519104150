import { SpokeError } from '../errors.ts';
import { EXIT } from './command.ts';

/** What codes mean for a caller, first match first; every other one is a failure. */
const EXITS: readonly (readonly [RegExp, number])[] = [
  // What a person has to set right before the same command can do anything.
  [/^(USAGE|CONFIG|TOKEN|PORTAL)_|^(PGLITE_MISSING|BULK_INVALID|PULL_REQUEST_INVALID)$/, EXIT.usage],
  [/^MIRROR_(QUERY_INVALID|OBJECT_UNKNOWN|NOT_CONFIGURED)$/, EXIT.usage],
  [/^DATABASE_(URL_INVALID|SCHEMA_INVALID|NOT_MIGRATED|NEWER|TOO_OLD)$/, EXIT.usage],
  [/^HUBSPOT_(URL_INVALID|URL_INSECURE|UNAUTHORIZED|FORBIDDEN)$/, EXIT.usage],
  [/^OUTBOX_(NOT_INSTALLED|FORBIDDEN|READ_ONLY)$/, EXIT.usage],
  // What may be gone the next time.
  [/^(DATABASE|HUBSPOT)_|^OUTBOX_(UNAVAILABLE|BUSY)$|^MIGRATION_LOCKED$/, EXIT.unreachable],
];

export function exitCodeOf(error: unknown): number {
  return error instanceof SpokeError ? exitCodeOfCode(error.code) : EXIT.failed;
}

/** Also for refused events, which carry a code and are no errors. */
export function exitCodeOfCode(code: string): number {
  return EXITS.find(([pattern]) => pattern.test(code))?.[1] ?? EXIT.failed;
}
