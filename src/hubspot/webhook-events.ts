import { createHash } from 'node:crypto';
import { isRecord, numberOf, own, textOf } from './json.ts';
import { readBody } from './read-body.ts';

/** HubSpot sends at most 100 in one request; far more is no request of HubSpot. */
const MAX_EVENTS = 10_000;
const MAX_TEXT = 65_536;
/** `contact.creation`: an object type, or `object`, and what became of it. */
const TYPE = /^(\w{1,60})\.(\w{1,60})$/;

/** What HubSpot says has happened: a hint and no fact, since events come late, twice and in any order. Read the record. */
export type WebhookEvent = WebhookEventBase & WebhookChange;

interface WebhookEventBase {
  /** As sent, such as `contact.propertyChange` or `object.creation`. */
  readonly type: string;
  /** `contact`, `deal`, …, or the type id (`0-1`) that a generic event carries. */
  readonly objectType: string;
  readonly portalId: string;
  /** ms since 1970. */
  readonly occurredAt: number;
  /** Not unique. */
  readonly eventId?: string;
  readonly subscriptionId?: string;
  readonly appId?: string;
  /** From 0; more for a repetition. */
  readonly attempt: number;
  /** CRM_UI, IMPORT, INTEGRATION, API, … */
  readonly changeSource?: string;
  readonly sourceId?: string;
}

type WebhookChange =
  | {
      /** `privacyDeletion`: erased at the person's wish; comes beside a `deletion`. */
      readonly change: 'creation' | 'deletion' | 'restore' | 'privacyDeletion';
      readonly objectId: string;
    }
  | {
      readonly change: 'propertyChange';
      readonly objectId: string;
      readonly propertyName: string;
      readonly propertyValue: string;
    }
  | {
      readonly change: 'merge';
      readonly objectId: string;
      /** Where the merged record is now. */
      readonly newObjectId: string;
      readonly primaryObjectId: string;
      readonly mergedObjectIds: readonly string[];
    }
  | {
      readonly change: 'associationChange';
      /** `CONTACT_TO_COMPANY`, or '' when it is not named. */
      readonly associationType: string;
      readonly fromObjectId: string;
      readonly toObjectId: string;
      readonly removed: boolean;
      readonly primary: boolean;
    };

export interface WebhookEvents {
  readonly events: readonly WebhookEvent[];
  /** Entries that are no event known here; a body that is no list is one of them. */
  readonly unreadable: number;
}

/** Reads the body of a webhook request, raw or parsed; never throws. Ids may be numbers or text. */
export function parseWebhookEvents(body: unknown): WebhookEvents {
  const value = body instanceof Uint8Array ? readBody(Buffer.from(body), undefined) : { value: body };
  if ('flaw' in value) return { events: [], unreadable: 1 };
  const entries: readonly unknown[] = Array.isArray(value.value) ? value.value : [value.value];
  const events = entries.slice(0, MAX_EVENTS).flatMap(readEvent);
  return { events, unreadable: entries.length - events.length };
}

/**
 * The same for two deliveries of one change, and for nothing else. HubSpot repeats events, and its `eventId` is not
 * unique, so the key is a hash of what the event says.
 */
export function webhookEventKey(event: WebhookEvent): string {
  const { portalId, type, objectType, occurredAt } = event;
  const said = [portalId, type, objectType, occurredAt, ...changeFields(event)];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/** The events in the order in which they happened, as far as HubSpot's times tell; equal times keep their order. */
export function sortByOccurrence(events: readonly WebhookEvent[]): WebhookEvent[] {
  return [...events].sort((left, right) => left.occurredAt - right.occurredAt);
}

function changeFields(event: WebhookEvent): readonly unknown[] {
  switch (event.change) {
    case 'propertyChange':
      return [event.objectId, event.propertyName, event.propertyValue];
    case 'merge':
      return [event.newObjectId, event.primaryObjectId, event.mergedObjectIds];
    case 'associationChange':
      return [event.fromObjectId, event.toObjectId, event.associationType, event.removed, event.primary];
    default:
      return [event.objectId];
  }
}

function readEvent(value: unknown): WebhookEvent[] {
  if (!isRecord(value)) return [];
  const type = shortText(own(value, 'subscriptionType')) ?? shortText(own(value, 'eventType'));
  const [, prefix, kind] = TYPE.exec(type ?? '') ?? [];
  const portalId = idOf(own(value, 'portalId'));
  const occurredAt = numberOf(own(value, 'occurredAt'));
  if (type === undefined || prefix === undefined || portalId === undefined || occurredAt === undefined)
    return [];
  const change = readChange(kind, value);
  const objectType = prefix === 'object' ? shortText(own(value, 'objectTypeId')) : prefix;
  if (change === undefined || objectType === undefined) return [];
  return [
    {
      type,
      objectType,
      portalId,
      occurredAt,
      attempt: numberOf(own(value, 'attemptNumber')) ?? 0,
      ...optional('eventId', idOf(own(value, 'eventId'))),
      ...optional('subscriptionId', idOf(own(value, 'subscriptionId'))),
      ...optional('appId', idOf(own(value, 'appId'))),
      ...optional('changeSource', shortText(own(value, 'changeSource'))),
      ...optional('sourceId', shortText(own(value, 'sourceId'))),
      ...change,
    },
  ];
}

function readChange(kind: string | undefined, value: unknown): WebhookChange | undefined {
  const objectId = idOf(own(value, 'objectId'));
  switch (kind) {
    case 'creation':
    case 'deletion':
    case 'restore':
    case 'privacyDeletion':
      return objectId === undefined ? undefined : { change: kind, objectId };
    case 'propertyChange': {
      const propertyName = shortText(own(value, 'propertyName'));
      if (objectId === undefined || propertyName === undefined) return undefined;
      const propertyValue = (textOf(own(value, 'propertyValue')) ?? '').slice(0, MAX_TEXT);
      return { change: kind, objectId, propertyName, propertyValue };
    }
    case 'merge': {
      const primaryObjectId = idOf(own(value, 'primaryObjectId')) ?? objectId;
      const newObjectId = idOf(own(value, 'newObjectId')) ?? objectId ?? primaryObjectId;
      if (primaryObjectId === undefined || newObjectId === undefined) return undefined;
      const merged = own(value, 'mergedObjectIds');
      return {
        change: kind,
        objectId: objectId ?? newObjectId,
        newObjectId,
        primaryObjectId,
        mergedObjectIds: Array.isArray(merged) ? merged.flatMap((each) => idOf(each) ?? []) : [],
      };
    }
    case 'associationChange': {
      const fromObjectId = idOf(own(value, 'fromObjectId'));
      const toObjectId = idOf(own(value, 'toObjectId'));
      if (fromObjectId === undefined || toObjectId === undefined) return undefined;
      return {
        change: kind,
        associationType: shortText(own(value, 'associationType')) ?? '',
        fromObjectId,
        toObjectId,
        removed: own(value, 'associationRemoved') === true,
        primary: own(value, 'isPrimaryAssociation') === true,
      };
    }
    default:
      return undefined;
  }
}

/** A number that JavaScript has rounded names another record. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined;
}

function shortText(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text === '' || text.length > 500 ? undefined : text;
}

function optional<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}
