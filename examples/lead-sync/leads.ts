import { randomUUID } from 'node:crypto';
import { createSpoke } from 'spoke';
import type config from './spoke.config.ts';

/** A transaction of the application: a pg client fits. */
interface Transaction {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** The application's own table; the last six columns are written by Spoke. */
export const TABLES = `
  create schema if not exists lead_sync;
  create table if not exists lead_sync.leads (
    id uuid primary key, email text not null, firstname text, phone text, message text,
    created_at timestamptz not null default now()
  );
  alter table lead_sync.leads
    add column if not exists hubspot_id text,
    add column if not exists hubspot_sync_status text not null default 'PENDING',
    add column if not exists hubspot_synced_at timestamptz,
    add column if not exists hubspot_error text,
    add column if not exists hubspot_sync_attempts integer not null default 0,
    add column if not exists last_hubspot_attempt_at timestamptz;`;

export interface Lead {
  readonly email: string;
  readonly firstname?: string | undefined;
  readonly phone?: string | undefined;
  readonly message?: string | undefined;
}

export type Form = 'demo_request' | 'quote_request';

/** What the application does with leads: its own row and the event for HubSpot stand or fall together. */
export function createLeads(spokeConfig: typeof config, schema = 'spoke') {
  const spoke = createSpoke({ config: spokeConfig, schema });
  return {
    /** Returns the lead's id. */
    async add(tx: Transaction, { email, firstname, phone, message }: Lead): Promise<string> {
      const id = randomUUID();
      await tx.query(
        'insert into lead_sync.leads (id, email, firstname, phone, message) values ($1, $2, $3, $4, $5)',
        [id, email, firstname ?? null, phone ?? null, message ?? null],
      );
      await spoke.track(
        tx,
        'lead_created',
        { lead_id: id, email, firstname, phone, message },
        { idempotencyKey: `lead-${id}` },
      );
      return id;
    },

    /** A form of the website, which has no row of its own. What does not fit is refused, with the field named. */
    submit: (tx: Transaction, form: Form, fields: Readonly<Record<string, string | string[]>>) =>
      spoke.track(tx, form, fields),

    /** To be called after the commit: a worker looks at once instead of after its next pause. */
    wake: (pool: unknown) => spoke.wake(pool),
  };
}
