import type { Exchange } from '../exchange.ts';
import { unexpected } from '../expect.ts';
import { type CallMeaning, expectTaken, outcomeUnknown } from '../expect-taken.ts';
import { type HubspotRecord, parseRecord } from '../record.ts';
import type { WireProperties } from '../records.ts';

/** A record after a write. */
export interface WrittenRecord {
  readonly id: string;
  /** False for one that was there before. */
  readonly created: boolean;
  /** What HubSpot returns: those written and a few of its own. */
  readonly properties: HubspotRecord['properties'];
  /** Written properties that HubSpot left as they were: a lifecycle stage moves forward only. */
  readonly kept: readonly string[];
}

/** The record in the answer of a call. Raises the errors of expectTaken; a write without one has an unknown outcome. */
export function expectRecord(exchange: Exchange, meaning: CallMeaning): HubspotRecord {
  const reply = expectTaken(exchange, meaning);
  const parsed = parseRecord(reply.body);
  if (parsed.ok) return parsed.value;
  if (meaning.effect === 'read') throw unexpected(reply, meaning.what, parsed.problem);
  throw outcomeUnknown(meaning, 'no record in the answer', reply);
}

/** What the caller of a write gets. */
export function written(record: HubspotRecord, created: boolean, sent: WireProperties = {}): WrittenRecord {
  const { lifecyclestage: stage } = sent;
  const now = record.properties.lifecyclestage;
  const kept = stage && now !== undefined && now !== stage ? ['lifecyclestage'] : [];
  return { id: record.id, created, properties: record.properties, kept };
}
