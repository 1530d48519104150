import { type EventRecord, eventChunks } from './event-record.ts';
import type { Exchange } from './exchange.ts';
import { expectTaken } from './expect-taken.ts';
import type { CallOptions } from './records.ts';
import { servicePaths } from './service-paths.ts';
import type { Transport } from './transport.ts';

/**
 * The form in HubSpot's description of its API. `v4` has been seen in live use and leaves support in March 2027; `2026-09`
 * is documented.
 */
export const APP_EVENTS_VERSION = '2026-03';

/** One entry on a timeline, of an event type that the app's project defines and HubSpot has approved. */
export interface AppEvent {
  readonly eventTypeName: string;
  /** The same for every try of one occurrence: HubSpot answers 409 to one it has. */
  readonly id: string;
  readonly record: EventRecord | { readonly domain: string };
  readonly properties: Readonly<Record<string, string>>;
  /** When it happened; default the time at which HubSpot gets it. */
  readonly occurredAt?: Date;
  /** For the templates of the event type. */
  readonly extraData?: unknown;
  readonly iframe?: {
    readonly linkLabel: string;
    readonly headerLabel: string;
    readonly url: string;
    readonly width: number;
    readonly height: number;
  };
}

/**
 * What came of sending app events. `taken`: they are in HubSpot, `known` when one was before. `split`: nothing was written
 * because at least one was there before; send smaller parts. `refused`: certainly nothing was written. `unknown`: it may
 * have been; sending again is safe.
 */
export type AppEventOutcome =
  | { readonly kind: 'taken'; readonly known: boolean }
  | { readonly kind: 'split' | 'refused' | 'unknown'; readonly exchange: Exchange };

export interface AppEvents {
  send(event: AppEvent, call?: CallOptions): Promise<Exchange>;
  /** At most 500; all or none are written. */
  sendBatch(events: readonly AppEvent[], call?: CallOptions): Promise<Exchange>;
  /** Says whether HubSpot had it before; raises the errors of expectTaken. */
  expectSend(event: AppEvent, call?: CallOptions): Promise<{ readonly known: boolean }>;
  /**
   * Any number, 500 a call; parts that hold a known event are halved until it stands alone. Raises the errors of
   * expectTaken at the first part that is not taken; the whole list may be sent again.
   */
  expectSendAll(events: readonly AppEvent[], call?: CallOptions): Promise<{ readonly known: number }>;
}

export function createAppEvents(transport: Transport, version: string = APP_EVENTS_VERSION): AppEvents {
  const post = (path: string, body: unknown, call?: CallOptions) =>
    transport.request({ ...call, method: 'POST', path, body });
  const send: AppEvents['send'] = (event, call) =>
    post(servicePaths.appEvents(version), wireEvent(event), call);
  const sendBatch: AppEvents['sendBatch'] = (events, call) =>
    post(servicePaths.appEventBatch(version), { inputs: events.map(wireEvent) }, call);

  async function sendPart(events: readonly AppEvent[], call?: CallOptions): Promise<number> {
    const [first, ...others] = events;
    if (!first) return 0;
    const exchange = others.length === 0 ? await send(first, call) : await sendBatch(events, call);
    const outcome = appEventOutcome(exchange, events.length);
    if (outcome.kind === 'taken') return outcome.known ? 1 : 0;
    if (outcome.kind !== 'split') {
      expectTaken(exchange, { what: 'record app events', effect: 'repeatable' });
      return 0;
    }
    const half = Math.ceil(events.length / 2);
    return (await sendPart(events.slice(0, half), call)) + (await sendPart(events.slice(half), call));
  }

  return {
    send,
    sendBatch,
    expectSend: async (event, call) => ({ known: (await sendPart([event], call)) > 0 }),
    async expectSendAll(events, call) {
      let known = 0;
      for (const chunk of eventChunks(events)) known += await sendPart(chunk, call);
      return { known };
    },
  };
}

/** Reads what came of a call with `count` app events; total. */
export function appEventOutcome(exchange: Exchange, count: number): AppEventOutcome {
  if (exchange.kind === 'fault') return { kind: exchange.sent ? 'unknown' : 'refused', exchange };
  const { status, flaw } = exchange;
  if (status >= 200 && status < 300)
    return flaw ? { kind: 'unknown', exchange } : { kind: 'taken', known: false };
  if (status === 408 || status >= 500) return { kind: 'unknown', exchange };
  if (status !== 409 || flaw) return { kind: 'refused', exchange };
  return count === 1 ? { kind: 'taken', known: true } : { kind: 'split', exchange };
}

function wireEvent({ record, occurredAt, iframe, ...event }: AppEvent): Record<string, unknown> {
  return {
    ...event,
    ...record,
    ...(occurredAt === undefined ? {} : { timestamp: occurredAt.toISOString() }),
    ...(iframe === undefined ? {} : { timelineIFrame: iframe }),
  };
}
