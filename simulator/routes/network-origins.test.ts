import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from '../test-client.ts';

const RANGES = '/meta/network-origins/2026-09/ip-ranges';

let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

it('the ranges name the address that webhooks come from', async () => {
  const { body } = await portal.call('GET', RANGES);
  expect(body.results).toContainEqual({
    cidr: '127.0.0.0/8',
    direction: 'EGRESS',
    service: 'API',
    description: expect.any(String),
  });
});

it.each([
  ['', 6],
  ['?direction=INGRESS', 1],
  ['?service=EMAIL', 1],
  ['?service=EMAIL&service=DNS', 2],
  ['?direction=EGRESS&service=API', 2],
])('%s gives %i ranges, in the plain list too', async (query, count) => {
  expect((await portal.call('GET', RANGES + query)).body.results).toHaveLength(count);
  const simple = await portal.call('GET', `${RANGES}/simple${query}`);
  expect(simple.headers['content-type']).toMatch(/^text\/plain/);
  expect(simple.text.trim().split('\n')).toHaveLength(count);
});

it('an unknown service is refused', async () => {
  expect((await portal.call('GET', `${RANGES}?service=FAX`)).status).toBe(400);
});
