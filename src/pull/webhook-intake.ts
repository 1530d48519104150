import type { Clock } from '../clock.ts';
import type { MirrorConfig } from '../config/mirror.ts';
import { objectTypeName } from '../config/object-type-name.ts';
import type { Database } from '../db/database.ts';
import { SpokeError } from '../errors.ts';
import type { TokenSource } from '../hubspot/token.ts';
import { parseWebhookEvents, type WebhookEvent } from '../hubspot/webhook-events.ts';
import { type SignatureVerdict, verifyWebhookSignature } from '../hubspot/webhook-signature.ts';
import type { Logger } from '../log.ts';
import { hintChannel } from './hints.ts';

/** Longest wait for the database, ms: with what else a request takes the answer comes within a second. */
const WRITE_MS = 700;

export interface WebhookIntakeOptions {
  readonly db: Database;
  readonly mirror: Pick<MirrorConfig, 'objects'>;
  /** The app's client secret. */
  readonly secret: TokenSource;
  /** The address at which HubSpot reaches the HTTP API, without a path of its own and without a slash at the end. */
  readonly baseUrl: () => string;
  readonly portalId: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A request as it came. */
export interface WebhookRequest {
  readonly method: string;
  /** Path and query as they stand in the request. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface WebhookIntake {
  /**
   * Takes what HubSpot says for hints: the records named are read again, and nothing of what the request says is believed but their
   * ids. Returns how many hints that made. Repetitions join in one hint until it is followed.
   *
   * Raises WEBHOOK_SIGNATURE_INVALID, WEBHOOK_PORTAL_FOREIGN, DATABASE_BUSY when the database takes too long, and what the database
   * raises: HubSpot sends it again.
   */
  take(request: WebhookRequest): Promise<number>;
}

interface HintedRecord {
  readonly object_type: string;
  readonly id: string;
}

export function createWebhookIntake(options: WebhookIntakeOptions): WebhookIntake {
  const { db, mirror, portalId, clock, log } = options;
  return {
    async take(request) {
      const verdict = await judge(options, request);
      if (!verdict.valid) {
        log.warn({ reason: verdict.reason }, 'a webhook is refused: it is not proven that HubSpot sent it');
        throw new SpokeError(
          'WEBHOOK_SIGNATURE_INVALID',
          `It is not proven that HubSpot sent this (${verdict.reason}): look at HUBSPOT_APP_SECRET and SPOKE_PUBLIC_URL.`,
          { facts: { reason: verdict.reason } },
        );
      }
      const { events, unreadable } = parseWebhookEvents(request.body);
      const own = events.filter((event) => event.portalId === portalId);
      if (unreadable > 0 || own.length < events.length)
        log.warn({ unreadable, foreign: events.length - own.length }, 'events of a webhook are passed over');
      if (events.length > 0 && own.length === 0)
        throw new SpokeError(
          'WEBHOOK_PORTAL_FOREIGN',
          `The events are those of another portal than ${portalId}: remove the subscription there, or give it a Spoke of its own.`,
        );
      const records = hintedRecords(own, mirror.objects);
      if (records.length > 0) await inTime(writeHints(db, records), clock);
      return records.length;
    },
  };
}

/** With the secret read again when the signature does not fit: it may have been replaced. */
async function judge(
  { secret, baseUrl, clock }: WebhookIntakeOptions,
  { method, target, headers, body }: WebhookRequest,
): Promise<SignatureVerdict> {
  const signed = { method, url: `${baseUrl()}${target}`, headers, body };
  const check = (clientSecret: string) =>
    verifyWebhookSignature(signed, { clientSecret, nowMs: clock.now(), accept: ['v3', 'v1'] });
  const known = await secret.current();
  const verdict = check(known);
  if (verdict.valid || verdict.reason !== 'mismatch') return verdict;
  const renewed = await secret.refresh(known);
  return renewed === known ? verdict : check(renewed);
}

/** Each record that an event is about, once, of the object types that the mirror has. */
function hintedRecords(events: readonly WebhookEvent[], objects: MirrorConfig['objects']): HintedRecord[] {
  const records = new Map<string, HintedRecord>();
  for (const [told, ids] of events.flatMap(namedRecords)) {
    const object_type = objectTypeName(told);
    if (!Object.hasOwn(objects, object_type)) continue;
    for (const id of ids)
      if (Number.isSafeInteger(Number(id))) records.set(`${object_type} ${id}`, { object_type, id });
  }
  return [...records.values()];
}

function namedRecords(event: WebhookEvent): readonly (readonly [type: string, ids: readonly string[]])[] {
  if (event.change === 'merge')
    return [
      [
        event.objectType,
        [event.objectId, event.newObjectId, event.primaryObjectId, ...event.mergedObjectIds],
      ],
    ];
  if (event.change !== 'associationChange') return [[event.objectType, [event.objectId]]];
  const [from, to] = event.associationType.split('_TO_');
  return [
    [from || event.objectType, [event.fromObjectId]],
    ...(to === undefined ? [] : [[to, [event.toObjectId]] as const]),
  ];
}

/** All of them and their announcement in one statement. */
async function writeHints(db: Database, records: readonly HintedRecord[]): Promise<void> {
  await db.query(
    `with hinted as (
       insert into {schema}.pull_hints as h (object_type, id)
       select x.object_type, x.id from jsonb_to_recordset($1::jsonb) as x(object_type text, id bigint) order by 1, 2
       on conflict (object_type, id) do update
       set hints = h.hints + 1, hinted_at = excluded.hinted_at, ready_at = excluded.ready_at
       returning 1
     ) select pg_notify($2, '') where exists (select from hinted)`,
    [JSON.stringify(records), hintChannel(db.schema)],
  );
}

/** What comes too late may still be written: HubSpot then says it twice, which is no harm. */
async function inTime(written: Promise<void>, clock: Clock): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(WRITE_MS, done.signal).then(() => {
    if (!done.signal.aborted)
      throw new SpokeError('DATABASE_BUSY', `The database did not take the hints within ${WRITE_MS} ms.`);
  });
  try {
    await Promise.race([written, late]);
  } finally {
    done.abort();
    // The one that came second reaches nobody.
    written.catch(() => undefined);
    late.catch(() => undefined);
  }
}
