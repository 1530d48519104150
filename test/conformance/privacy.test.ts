import { describe, expect, it } from 'vitest';
import { objects, VERSIONS } from './paths.ts';
import { makeContact } from './record-calls.ts';
import { simulatorOnly, useSubject } from './subject.ts';

const portal = useSubject();
const CONTACTS = objects('2026-09', 'contacts');

describe.each(VERSIONS)('a privacy delete of %s', (version) => {
  const erase = (body: object) => portal.call('POST', `${objects(version, 'contacts')}/gdpr-delete`, body);

  it.each([
    ['id', (id: string, _: unknown) => ({ objectId: id })],
    ['address', (_: string, address: unknown) => ({ objectId: address, idProperty: 'email' })],
  ])('by %s is 204, and the contact is gone for good', async (_, body) => {
    const { id, properties } = await makeContact(portal);
    expect(await erase(body(id, properties.email))).toMatchObject({ status: 204, text: '' });
    expect((await portal.call('GET', `${CONTACTS}/${id}`)).status).toBe(404);
    expect((await portal.call('GET', `${CONTACTS}/${id}?archived=true`)).status).toBe(404);
  });

  it('leaves its address refused', async () => {
    const { id, properties } = await makeContact(portal);
    await erase({ objectId: id });
    const answer = await portal.call('POST', CONTACTS, { properties: { email: properties.email } });
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toMatch(/gdpr blacklisted/i);
  });

  it('of an address nobody has is 204 and refuses it from then on', async () => {
    const address = portal.address('unknown');
    expect((await erase({ objectId: address, idProperty: 'email' })).status).toBe(204);
    expect((await portal.call('POST', CONTACTS, { properties: { email: address } })).status).toBe(400);
  });
});

simulatorOnly('the clock is moved by years', () => {
  it.each([
    [null, 400],
    [30, 201],
  ])('an address is refused for %s days: afterwards %i', async (addressBlockedDays, status) => {
    await portal.admin('POST', 'options', { behaviour: { addressBlockedDays } });
    const { id, properties } = await makeContact(portal);
    await portal.call('POST', `${CONTACTS}/gdpr-delete`, { objectId: id });
    await portal.admin('POST', 'clock', { advanceMs: 31 * 86_400_000 });
    const answer = await portal.call('POST', CONTACTS, { properties: { email: properties.email } });
    expect(answer.status).toBe(status);
  });

  it('an archived contact is gone after ninety days', async () => {
    const { id } = await makeContact(portal);
    await portal.call('DELETE', `${CONTACTS}/${id}`);
    const path = `${CONTACTS}/${id}?archived=true`;
    await portal.admin('POST', 'clock', { advanceMs: 89 * 86_400_000 });
    expect((await portal.call('GET', path)).status).toBe(200);
    await portal.admin('POST', 'clock', { advanceMs: 2 * 86_400_000 });
    expect((await portal.call('GET', path)).status).toBe(404);
  });
});
