import { describe, expect, it } from 'vitest';
import { lost, reply, scriptedTransport } from '../../test/support/scripted-transport.ts';
import { type AppEvent, appEventOutcome, createAppEvents } from './app-events.ts';
import type { Exchange } from './exchange.ts';
import type { Transport } from './transport.ts';

function event(id: string): AppEvent {
  return {
    eventTypeName: 'plan_changed',
    id,
    record: { email: 'ada@example.com' },
    properties: { plan: 'pro' },
  };
}

const unsent: Exchange = {
  kind: 'fault',
  reason: 'dns',
  sent: false,
  message: 'No such host.',
  durationMs: 1,
};

it.each<[string, Exchange, number, object]>([
  ['200', reply(200), 1, { kind: 'taken', known: false }],
  ['201 of a batch', reply(201), 9, { kind: 'taken', known: false }],
  ['409', reply(409), 1, { kind: 'taken', known: true }],
  ['409 of a batch', reply(409), 2, { kind: 'split' }],
  ['409 of a proxy', reply(409, undefined, { flaw: 'html' }), 1, { kind: 'refused' }],
  ['400', reply(400), 1, { kind: 'refused' }],
  ['429', reply(429), 1, { kind: 'refused' }],
  ['502', reply(502), 1, { kind: 'unknown' }],
  ['200 that cannot be read', reply(200, undefined, { flaw: 'html' }), 1, { kind: 'unknown' }],
  ['no answer', lost(), 1, { kind: 'unknown' }],
  ['never sent', unsent, 1, { kind: 'refused' }],
])('the outcome of %s', (_, exchange, count, outcome) => {
  expect(appEventOutcome(exchange, count)).toMatchObject(outcome);
});

describe('an app event', () => {
  it('is sent with its record, time and frame', async () => {
    const transport = scriptedTransport(reply(201));
    const iframe = {
      linkLabel: 'Open',
      headerLabel: 'Plan',
      url: 'https://example.com',
      width: 800,
      height: 600,
    };
    const occurredAt = new Date('2026-11-22T10:00:00Z');
    const result = await createAppEvents(transport).expectSend({ ...event('e1'), occurredAt, iframe });
    expect(result).toEqual({ known: false });
    expect(transport.requests).toEqual([
      {
        method: 'POST',
        path: '/integrators/timeline/2026-03/events',
        body: {
          eventTypeName: 'plan_changed',
          id: 'e1',
          email: 'ada@example.com',
          properties: { plan: 'pro' },
          timestamp: '2026-11-22T10:00:00.000Z',
          timelineIFrame: iframe,
        },
      },
    ]);
  });

  it('that HubSpot has is taken', async () => {
    const transport = scriptedTransport(reply(409, {}));
    expect(await createAppEvents(transport, 'v4').expectSend(event('e1'))).toEqual({ known: true });
    expect(transport.requests).toMatchObject([{ path: '/integrators/timeline/v4/events' }]);
  });

  it('that is refused raises', async () => {
    const events = createAppEvents(scriptedTransport(reply(403, {}), lost()));
    await expect(events.expectSend(event('e1'))).rejects.toMatchObject({ code: 'HUBSPOT_FORBIDDEN' });
    // Its script goes on: the second try gets no answer.
    await expect(events.expectSend(event('e1'))).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: true },
    });
  });
});

it('many app events are all taken, though some of them are known', async () => {
  const known = new Set(['e7', 'e300', 'e1100']);
  const taken = new Set(known);
  const sizes: number[] = [];
  const transport: Transport = {
    async request({ body }) {
      const { inputs = [body] } = body as { inputs?: unknown[] };
      const ids = inputs.map((input) => (input as { id: string }).id);
      sizes.push(ids.length);
      if (ids.some((id) => taken.has(id))) return reply(409, {});
      for (const id of ids) taken.add(id);
      return reply(201, {});
    },
    close: async () => undefined,
  };
  const events = Array.from({ length: 1200 }, (_, index) => event(`e${index}`));
  expect(await createAppEvents(transport).expectSendAll(events)).toEqual({ known: known.size });
  expect(taken.size).toBe(1200);
  expect(Math.max(...sizes)).toBe(500);
  expect(sizes.length).toBeLessThan(60);
});
