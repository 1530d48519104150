import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeContact } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const SECRET = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';

const portal = useSubject();

simulatorOnly('a real portal sends to addresses on the internet, and its apps are set up by hand', () => {
  const deliveries: { headers: IncomingHttpHeaders; body: string }[] = [];
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  let targetUrl: string;
  let id: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    targetUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?to=us`;
    await portal.admin('POST', 'webhooks', { add: { appId: 456, clientSecret: SECRET, targetUrl } });
    ({ id } = await makeContact(portal, { city: 'Ulm' }));
    await portal.admin('POST', 'webhooks', { settle: true });
  });
  afterAll(() => new Promise((resolve) => receiver.close(resolve)));

  it('deliveries are arrays of at most a hundred events with ids as numbers', () => {
    const events = deliveries.flatMap(({ body }) => {
      const batch = JSON.parse(body) as Record<string, unknown>[];
      expect(batch.length).toBeLessThanOrEqual(100);
      return batch;
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        subscriptionType: expect.stringMatching(/\.creation$/),
        portalId: portal.portalId,
        appId: 456,
        objectId: Number(id),
        attemptNumber: 0,
        eventId: expect.any(Number),
        occurredAt: expect.any(Number),
      }),
    );
    const values = events.flatMap((event) => ('propertyValue' in event ? [typeof event.propertyValue] : []));
    expect(new Set(values)).toEqual(new Set(['string']));
  });

  it('signature v1 is SHA-256 of secret and body in hex', () => {
    for (const { headers, body } of deliveries) {
      const expected = createHash('sha256')
        .update(SECRET + body)
        .digest('hex');
      expect(headers['x-hubspot-signature']).toBe(expected);
      expect(headers['x-hubspot-signature-version']).toBe('v1');
    }
    expect(deliveries.length).toBeGreaterThan(0);
  });

  it('signature v3 is HMAC of method, address, body and timestamp in base64', () => {
    for (const { headers, body } of deliveries) {
      const timestamp = String(headers['x-hubspot-request-timestamp']);
      const expected = createHmac('sha256', SECRET)
        .update(`POST${targetUrl}${body}${timestamp}`)
        .digest('base64');
      expect(headers['x-hubspot-signature-v3']).toBe(expected);
      expect(timestamp).toMatch(/^\d{13}$/);
    }
    expect(deliveries.length).toBeGreaterThan(0);
  });
});
