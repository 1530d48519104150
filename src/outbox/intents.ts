import type { Queryable, Row } from '../db/database.ts';

/** An effect for which HubSpot has no key, about to be sent. */
export interface Intent {
  readonly eventId: number;
  readonly ordinal: number;
  readonly kind: string;
  /** The text by which it is recognised at HubSpot. */
  readonly mark: string;
  /** HubSpot id of the record that it belongs to. */
  readonly targetId: string;
}

/** What is known of an effect that an earlier claim meant to send. */
export interface KnownIntent {
  readonly eventId: number;
  readonly ordinal: number;
  readonly kind: string;
  readonly mark: string;
  readonly targetId: string;
  /** Set once it is certain that HubSpot has it. */
  readonly hubspotId: string | null;
  /** Since it was sent, by the database's clock. */
  readonly sentMsAgo: number;
  /** Since a look for it last found nothing; null when there was none. */
  readonly absentMsAgo: number | null;
}

interface IntentRow extends Row {
  event_id: number;
  ordinal: number;
  kind: string;
  mark: string;
  target_id: string;
  hubspot_id: string | null;
  sent_ms: number;
  absent_ms: number | null;
}

/** Effects of these events that were sent, or were about to be, by an earlier claim. */
export async function knownIntents(db: Queryable, eventIds: readonly number[]): Promise<KnownIntent[]> {
  const rows = await db.query<IntentRow>(
    `select event_id, ordinal, kind, mark, target_id, hubspot_id,
            (extract(epoch from clock_timestamp() - sent_at) * 1000)::float8 as sent_ms,
            (extract(epoch from clock_timestamp() - absent_at) * 1000)::float8 as absent_ms
     from {schema}.effects where event_id = any ($1::bigint[])`,
    [eventIds],
  );
  return rows.map((row) => ({
    eventId: row.event_id,
    ordinal: row.ordinal,
    kind: row.kind,
    mark: row.mark,
    targetId: row.target_id,
    hubspotId: row.hubspot_id,
    sentMsAgo: row.sent_ms,
    absentMsAgo: row.absent_ms,
  }));
}

/** Commits what is about to be sent, so that after any crash it is known which effects may exist. */
export async function recordIntents(db: Queryable, intents: readonly Intent[]): Promise<void> {
  await db.query(
    `insert into {schema}.effects as f (event_id, ordinal, kind, mark, target_id)
     select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[]) t(event_id, ordinal, kind, mark, target_id)
     order by event_id, ordinal
     on conflict (event_id, ordinal) do update
     set sent_at = clock_timestamp(), absent_at = null, mark = excluded.mark, target_id = excluded.target_id
     where f.hubspot_id is null`,
    [
      intents.map((intent) => intent.eventId),
      intents.map((intent) => intent.ordinal),
      intents.map((intent) => intent.kind),
      intents.map((intent) => intent.mark),
      intents.map((intent) => intent.targetId),
    ],
  );
}
