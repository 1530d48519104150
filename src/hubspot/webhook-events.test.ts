import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseWebhookEvents,
  sortByOccurrence,
  type WebhookEvent,
  webhookEventKey,
} from './webhook-events.ts';

const BASE = {
  eventId: 9,
  subscriptionId: 25,
  portalId: 123,
  appId: 456,
  occurredAt: 1_763_800_000_000,
  attemptNumber: 0,
};
const CHANGED = {
  ...BASE,
  subscriptionType: 'contact.propertyChange',
  objectId: 501,
  propertyName: 'lifecyclestage',
  propertyValue: 'customer',
  changeSource: 'CRM_UI',
  sourceId: 'userId:7',
};

function one(body: unknown): WebhookEvent {
  const { events, unreadable } = parseWebhookEvents([body]);
  const [event] = events;
  if (!event || unreadable > 0) throw new Error('not read');
  return event;
}

describe('an event', () => {
  it('of a changed property is read with ids as text', () => {
    expect(one(CHANGED)).toEqual({
      type: 'contact.propertyChange',
      objectType: 'contact',
      change: 'propertyChange',
      portalId: '123',
      occurredAt: 1_763_800_000_000,
      eventId: '9',
      subscriptionId: '25',
      appId: '456',
      attempt: 0,
      changeSource: 'CRM_UI',
      sourceId: 'userId:7',
      objectId: '501',
      propertyName: 'lifecyclestage',
      propertyValue: 'customer',
    });
  });

  it.each([
    ['contact.creation', { objectId: 502 }, { objectType: 'contact', change: 'creation', objectId: '502' }],
    [
      'object.deletion',
      { objectId: '77', objectTypeId: '0-2' },
      { objectType: '0-2', change: 'deletion', objectId: '77' },
    ],
    ['contact.privacyDeletion', { objectId: 1 }, { change: 'privacyDeletion' }],
    ['line_item.restore', { objectId: 1 }, { objectType: 'line_item', change: 'restore' }],
    [
      'contact.merge',
      { objectId: 503, primaryObjectId: 501, mergedObjectIds: [502], newObjectId: 503 },
      { change: 'merge', newObjectId: '503', primaryObjectId: '501', mergedObjectIds: ['502'] },
    ],
    ['contact.merge', { objectId: 503 }, { newObjectId: '503', primaryObjectId: '503', mergedObjectIds: [] }],
    [
      'contact.associationChange',
      {
        associationType: 'CONTACT_TO_COMPANY',
        fromObjectId: 501,
        toObjectId: 77,
        isPrimaryAssociation: true,
      },
      { change: 'associationChange', fromObjectId: '501', toObjectId: '77', removed: false, primary: true },
    ],
  ])('of type %s is read', (type, fields, expected) => {
    expect(one({ ...BASE, subscriptionType: type, ...fields })).toMatchObject(expected);
    expect(one({ ...BASE, eventType: type, ...fields })).toMatchObject(expected);
  });

  it.each([
    null,
    7,
    {},
    { ...CHANGED, portalId: undefined },
    { ...CHANGED, occurredAt: 'yesterday' },
    { ...CHANGED, subscriptionType: 'contact.exploded' },
    { ...CHANGED, subscriptionType: 'object.propertyChange' },
    { ...CHANGED, propertyName: null },
    { ...CHANGED, objectId: 2 ** 60 },
    { ...CHANGED, objectId: '../1' },
    { ...BASE, subscriptionType: 'contact.associationChange', fromObjectId: 1 },
  ])('that lacks what is needed is counted and left out: %j', (entry) => {
    const { events, unreadable } = parseWebhookEvents([CHANGED, entry]);
    expect(events).toHaveLength(1);
    expect(unreadable).toBe(1);
  });
});

describe('a body', () => {
  it('is read from its raw bytes', () => {
    expect(parseWebhookEvents(Buffer.from(JSON.stringify([CHANGED]))).events).toHaveLength(1);
  });

  it.each(['', '<html>', '[{', '"text"'])('%j is unreadable', (text) => {
    expect(parseWebhookEvents(Buffer.from(text))).toEqual({ events: [], unreadable: 1 });
  });

  it('of any kind never throws', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.dictionary(fc.constantFrom(...Object.keys(CHANGED)), fc.anything()),
        (any, fields) => {
          const { events, unreadable } = parseWebhookEvents([any, { ...CHANGED, ...fields }]);
          expect(events.length + unreadable).toBe(2);
          parseWebhookEvents(any);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the key of an event', () => {
  it('is the same when it is delivered again', () => {
    expect(webhookEventKey(one({ ...CHANGED, eventId: 10, attemptNumber: 3, objectId: '501' }))).toBe(
      webhookEventKey(one(CHANGED)),
    );
  });

  it.each([
    { portalId: 124 },
    { objectId: 502 },
    { occurredAt: 1_763_800_000_001 },
    { propertyName: 'plan' },
    { propertyValue: 'lead' },
    { subscriptionType: 'company.propertyChange' },
  ])('is another for %j', (difference) => {
    expect(webhookEventKey(one({ ...CHANGED, ...difference }))).not.toBe(webhookEventKey(one(CHANGED)));
  });

  it('tells the making of a link from its removal', () => {
    const link = { ...BASE, subscriptionType: 'contact.associationChange', fromObjectId: 1, toObjectId: 2 };
    expect(webhookEventKey(one({ ...link, associationRemoved: true }))).not.toBe(webhookEventKey(one(link)));
  });
});

it('events are sorted by when they happened, equal ones in their order', () => {
  const events = [3, 1, 2, 1].map((occurredAt, index) => one({ ...CHANGED, occurredAt, eventId: index }));
  expect(sortByOccurrence(events).map(({ eventId }) => eventId)).toEqual(['1', '3', '2', '0']);
});
