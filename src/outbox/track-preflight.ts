import type { Executor } from './executors/index.ts';
import { type RefusedReceipt, refused } from './track-receipt.ts';

/**
 * Asks the catalogue, which everybody may read, so that the answer to "is it there, and may I?" is a row and never an error: an
 * error would end the caller's transaction. (`to_regprocedure` raises one for a schema that the role may not use.)
 */
const PREFLIGHT = `select case
    when n.oid is null then 'no_schema'
    when not pg_catalog.has_schema_privilege(n.oid, 'usage') then 'schema_forbidden'
    when p.oid is null then 'no_function'
    when not pg_catalog.has_function_privilege(p.oid, 'execute') then 'function_forbidden'
    else 'ready' end as state
  from (values (1)) always(present)
  left join pg_catalog.pg_namespace n on n.nspname = $1::text
  left join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = 'track_receipt'
    and pg_catalog.oidvectortypes(p.proargtypes) = 'text, text, text, text, smallint, timestamp with time zone, integer'`;

/**
 * Knows on which kinds of handle the SQL function has been seen and allowed.
 *
 * States of a kind: unknown (asked before every event) → ready (never asked again) → unknown (an event failed as if the function
 * were gone or forbidden).
 */
export interface Preflight {
  /** Null when the function can be called. Rejects only when no statement at all can run: aborted transaction, lost connection. */
  refusal(executor: Executor, handle: unknown): Promise<RefusedReceipt | null>;
  forget(executor: Executor): void;
}

export function createPreflight(schema: string): Preflight {
  const ready = new Set<string>();
  return {
    async refusal(executor, handle) {
      if (ready.has(executor.name)) return null;
      const [row] = await executor.execute(handle, PREFLIGHT, [schema]);
      const state = row?.state;
      if (state !== 'ready') return refusalOf(state, schema);
      ready.add(executor.name);
      return null;
    },
    forget(executor) {
      ready.delete(executor.name);
    },
  };
}

function refusalOf(state: unknown, schema: string): RefusedReceipt {
  switch (state) {
    case 'no_schema':
    case 'no_function':
      return refused(
        'OUTBOX_NOT_INSTALLED',
        `This database has no ${schema}.track_receipt: run \`spoke migrate\` on it, or correct SPOKE_SCHEMA.`,
      );
    case 'schema_forbidden':
      return refused(
        'OUTBOX_FORBIDDEN',
        `The application's database role may not use the schema ${schema}: grant usage on schema ${schema} to it.`,
      );
    case 'function_forbidden':
      return refused(
        'OUTBOX_FORBIDDEN',
        `The application's database role may not call ${schema}.track_receipt: grant execute on it.`,
      );
    default:
      return refused(
        'OUTBOX_UNAVAILABLE',
        'The database did not answer a look at its catalogue: is this handle a connection to Postgres?',
      );
  }
}
