import { describe, expect, it } from 'vitest';
import { lost, reply, scriptedTransport } from '../../test/support/scripted-transport.ts';
import { type CustomEvent, createCustomEvents } from './custom-events.ts';

const AT = new Date('2026-11-22T10:00:00.000Z');

function event(uuid: string): CustomEvent {
  return {
    eventName: 'pe1_plan_changed',
    record: { objectId: '501' },
    occurredAt: AT,
    properties: { plan: 'pro' },
    uuid,
  };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => event(`u${index}`));
const inputs = (body: unknown) => (body as { inputs: unknown[] }).inputs.length;

describe('a custom event', () => {
  it('is sent with its uuid, and an answer without a body is enough', async () => {
    const transport = scriptedTransport(reply(204));
    await createCustomEvents(transport).expectSend(event('u1'));
    expect(transport.requests).toEqual([
      {
        method: 'POST',
        path: '/events/custom/2026-09/send',
        body: {
          eventName: 'pe1_plan_changed',
          objectId: '501',
          occurredAt: '2026-11-22T10:00:00.000Z',
          properties: { plan: 'pro' },
          uuid: 'u1',
        },
      },
    ]);
  });

  it('whose answer is lost may be sent again', async () => {
    const events = createCustomEvents(scriptedTransport(lost()));
    await expect(events.expectSend(event('u1'))).rejects.toMatchObject({
      code: 'HUBSPOT_OUTCOME_UNKNOWN',
      facts: { repeatable: true },
    });
  });
});

describe('many custom events', () => {
  it('go 500 a call', async () => {
    const transport = scriptedTransport(reply(204), reply(204), reply(204));
    expect(await createCustomEvents(transport).sendAll(many(1001))).toEqual({ accepted: 1001 });
    expect(transport.requests.map(({ body }) => inputs(body))).toEqual([500, 500, 1]);
    expect(transport.requests[0]?.path).toBe('/events/custom/2026-09/send/batch');
  });

  it('end at the call that is not accepted, and say how far they got', async () => {
    const refusal = reply(429, { policyName: 'DAILY' });
    const transport = scriptedTransport(reply(204), refusal);
    const sent = await createCustomEvents(transport).sendAll(many(1500));
    expect(sent).toEqual({ accepted: 500, stoppedBy: refusal });
  });

  it('that are none need no call', async () => {
    expect(await createCustomEvents(scriptedTransport()).sendAll([])).toEqual({ accepted: 0 });
  });
});

describe('definitions', () => {
  const wire = {
    fullyQualifiedName: 'pe1_plan_changed',
    name: 'plan_changed',
    labels: { singular: 'Plan changed' },
    properties: [{ name: 'plan' }, {}],
  };
  const read = { eventName: 'pe1_plan_changed', label: 'Plan changed', properties: ['plan'] };

  it('are read page by page', async () => {
    const transport = scriptedTransport(
      reply(200, { results: [wire], paging: { next: { after: 'b' } } }),
      reply(200, { results: [{ name: 'x', label: 'X' }] }),
    );
    const found: unknown[] = [];
    for await (const definition of createCustomEvents(transport).definitions()) found.push(definition);
    expect(found).toEqual([read, { eventName: 'x', label: 'X', properties: [] }]);
    expect(transport.requests[1]?.path).toBe('/events/custom/2026-09/event-definitions?after=b');
  });

  it('are created, and a name that exists is a conflict', async () => {
    const transport = scriptedTransport(reply(201, wire), reply(409, {}));
    const events = createCustomEvents(transport);
    const definition = {
      name: 'plan_changed',
      label: 'Plan changed',
      properties: [{ name: 'plan', label: 'Plan', type: 'string' }],
    } as const;
    expect(await events.expectCreateDefinition(definition)).toEqual(read);
    expect(transport.requests[0]).toMatchObject({
      body: { name: 'plan_changed', primaryObject: 'CONTACT', propertyDefinitions: [{ name: 'plan' }] },
    });
    await expect(events.expectCreateDefinition(definition)).rejects.toMatchObject({
      code: 'HUBSPOT_CONFLICT',
    });
  });
});
