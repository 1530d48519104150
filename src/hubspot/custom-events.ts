import { type EventRecord, eventChunks } from './event-record.ts';
import type { Exchange } from './exchange.ts';
import { unexpected } from './expect.ts';
import { expectTaken } from './expect-taken.ts';
import { own, textOf } from './json.ts';
import { parsePage } from './page.ts';
import { misfit, parsedAs } from './parsed.ts';
import type { ReadOptions } from './read-answer.ts';
import type { CallOptions } from './records.ts';
import { servicePaths } from './service-paths.ts';
import type { Transport } from './transport.ts';
import { walkPages } from './walk-pages.ts';

/** One occurrence of a custom event. HubSpot sells these with the Professional and Enterprise editions. */
export interface CustomEvent {
  /** As HubSpot calls the definition: `pe{portal id}_{name}`. */
  readonly eventName: string;
  readonly record: EventRecord;
  readonly occurredAt: Date;
  /** At most 50, each at most 256 characters. */
  readonly properties?: Readonly<Record<string, string>>;
  /** The same for every try of one occurrence, or HubSpot counts it again. */
  readonly uuid: string;
}

export interface EventDefinition {
  /** Name to send with. */
  readonly eventName: string;
  readonly label: string;
  /** Names of its properties, HubSpot's own included. */
  readonly properties: readonly string[];
}

export interface NewEventDefinition {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  /** Default CONTACT. */
  readonly primaryObject?: 'CONTACT' | 'COMPANY' | 'DEAL' | 'TICKET';
  readonly properties?: readonly {
    readonly name: string;
    readonly label: string;
    readonly type: 'string' | 'number' | 'enumeration' | 'datetime';
    readonly options?: readonly { readonly label: string; readonly value: string }[];
  }[];
}

/** How far a list of events got. */
export interface SentEvents {
  /** So many from the beginning HubSpot has accepted. */
  readonly accepted: number;
  /** What stopped the sending; the events from `accepted` on may be sent again, their uuids make it safe. */
  readonly stoppedBy?: Exchange;
}

/**
 * Custom events. HubSpot answers 204 as soon as it has accepted them: a wrong name or property may vanish without a word,
 * so check names against `definitions`.
 */
export interface CustomEvents {
  send(event: CustomEvent, call?: CallOptions): Promise<Exchange>;
  /** Raises the errors of expectTaken; may be repeated. */
  expectSend(event: CustomEvent, call?: CallOptions): Promise<void>;
  /** At most 500. */
  sendBatch(events: readonly CustomEvent[], call?: CallOptions): Promise<Exchange>;
  /** Any number, 500 a call, in order; ends at the first call that is not accepted. */
  sendAll(events: readonly CustomEvent[], call?: CallOptions): Promise<SentEvents>;
  /** Every definition of the portal; raises the errors of expectBody. */
  definitions(options?: ReadOptions): AsyncGenerator<EventDefinition, void>;
  /** 409 when the name exists. */
  createDefinition(definition: NewEventDefinition, call?: CallOptions): Promise<Exchange>;
  expectCreateDefinition(definition: NewEventDefinition, call?: CallOptions): Promise<EventDefinition>;
}

export function createCustomEvents(transport: Transport): CustomEvents {
  const post = (path: string, body: unknown, call?: CallOptions) =>
    transport.request({ ...call, method: 'POST', path, body });
  const send: CustomEvents['send'] = (event, call) =>
    post(servicePaths.customEvents(), wireEvent(event), call);
  const sendBatch: CustomEvents['sendBatch'] = (events, call) =>
    post(servicePaths.customEventBatch(), { inputs: events.map(wireEvent) }, call);
  const createDefinition: CustomEvents['createDefinition'] = (definition, call) =>
    post(servicePaths.eventDefinitions(), wireDefinition(definition), call);

  return {
    send,
    async expectSend(event, call) {
      expectTaken(await send(event, call), { what: 'record a custom event', effect: 'repeatable' });
    },
    sendBatch,
    async sendAll(events, call) {
      let accepted = 0;
      for (const chunk of eventChunks(events)) {
        const exchange = await sendBatch(chunk, call);
        if (!isAccepted(exchange)) return { accepted, stoppedBy: exchange };
        accepted += chunk.length;
      }
      return { accepted };
    },
    async *definitions(options = {}) {
      const walk = {
        what: 'list the event definitions',
        send: (after: string | undefined) =>
          transport.request({
            ...options,
            method: 'GET',
            path: servicePaths.eventDefinitions(after === undefined ? {} : { after }),
          }),
        parse: (body: unknown) =>
          parsePage(body, (entry) => {
            const definition = readDefinition(entry);
            return definition ? parsedAs(definition) : misfit('it has no name');
          }),
      };
      for await (const page of walkPages(walk, options)) yield* page.results;
    },
    createDefinition,
    async expectCreateDefinition(definition, call) {
      const what = 'define a custom event';
      const reply = expectTaken(await createDefinition(definition, call), { what, effect: 'repeatable' });
      const created = readDefinition(reply.body);
      if (!created) throw unexpected(reply, what, 'it has no name');
      return created;
    },
  };
}

function isAccepted(exchange: Exchange): boolean {
  return exchange.kind === 'reply' && exchange.status >= 200 && exchange.status < 300 && !exchange.flaw;
}

function wireEvent({
  eventName,
  record,
  occurredAt,
  properties,
  uuid,
}: CustomEvent): Record<string, unknown> {
  return { eventName, ...record, occurredAt: occurredAt.toISOString(), properties: properties ?? {}, uuid };
}

function wireDefinition({ properties, primaryObject, ...definition }: NewEventDefinition): unknown {
  return {
    ...definition,
    primaryObject: primaryObject ?? 'CONTACT',
    propertyDefinitions: properties ?? [],
  };
}

function readDefinition(value: unknown): EventDefinition | undefined {
  const eventName = textOf(own(value, 'fullyQualifiedName')) ?? textOf(own(value, 'name'));
  if (eventName === undefined) return undefined;
  const properties = own(value, 'properties');
  return {
    eventName,
    // A text, or an object that holds it.
    label: textOf(own(value, 'label')) ?? textOf(own(own(value, 'labels'), 'singular')) ?? eventName,
    properties: Array.isArray(properties)
      ? properties.flatMap((each) => textOf(own(each, 'name')) ?? [])
      : [],
  };
}
