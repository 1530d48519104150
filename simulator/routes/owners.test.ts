import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACTS, startPortal, type TestPortal } from '../test-client.ts';

const OWNERS = '/crm/owners/2026-09';

let portal: TestPortal;

beforeEach(async () => {
  portal = await startPortal();
});
afterEach(() => portal.simulator.stop());

const ids = async (query: string) =>
  (await portal.call('GET', `${OWNERS}${query}`)).body.results.map(({ id }) => id);

describe('owners', () => {
  it.each([OWNERS, '/crm/v3/owners', '/crm/v3/owners/'])('are listed at %s', async (path) => {
    const { status, body } = await portal.call('GET', path);
    expect(status).toBe(200);
    expect(body.results).toHaveLength(3);
    expect(body.results[0]).toMatchObject({
      id: '70000001',
      userId: 7,
      email: 'ada.keller@example.com',
      firstName: 'Ada',
      lastName: 'Keller',
      type: 'PERSON',
      archived: false,
    });
  });

  it('are paged', async () => {
    const first = await portal.call('GET', `${OWNERS}?limit=2`);
    expect(first.body.results).toHaveLength(2);
    expect(await ids(`?limit=2&after=${first.body.paging.next.after}`)).toEqual(['70000003']);
  });

  it('are found by address, whatever its case', async () => {
    expect(await ids('?email=BEN.osei@example.com')).toEqual(['70000002']);
    expect(await ids('?email=nobody@example.com')).toEqual([]);
  });

  it.each([
    ['?limit=501', 'limit must be between 1 and 500, was 501'],
    ['?after=x', 'Invalid paging cursor: x'],
    ['/x', 'x is not a valid owner ID'],
    ['/7?idProperty=email', 'idProperty must be id or userId, was email'],
  ])('%s is a 400: %s', async (rest, sentence) => {
    const answer = await portal.call('GET', `${OWNERS}${rest}`);
    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect(answer.body.message).toContain(sentence);
  });

  it('are read by id and by user id', async () => {
    expect((await portal.call('GET', `${OWNERS}/70000002`)).body.userId).toBe(8);
    expect((await portal.call('GET', `${OWNERS}/8?idProperty=userId`)).body.id).toBe('70000002');
    expect(await portal.call('GET', `${OWNERS}/8`)).toMatchObject({
      status: 404,
      body: { category: 'OBJECT_NOT_FOUND', message: 'resource not found' },
    });
  });

  it('that are deactivated show with archived=true only, their user id in another field', async () => {
    portal.simulator.setOwners([
      { id: '5', email: 'gone@example.com', userId: 12, archived: true },
      { email: 'here@example.com' },
    ]);
    expect(await ids('')).toEqual(['70000001']);
    expect(await ids('?archived=true')).toEqual(['5']);
    expect((await portal.call('GET', `${OWNERS}/5`)).status).toBe(404);
    const { body } = await portal.call('GET', `${OWNERS}/5?archived=true`);
    expect(body).toMatchObject({ archived: true, userIdIncludingInactive: 12 });
    expect(body).not.toHaveProperty('userId');
  });

  it('need their scope', async () => {
    portal.simulator.addToken({ token: 'some', scopes: ['crm.objects.contacts.read'] });
    const answer = await portal.call('GET', OWNERS, undefined, { authorization: 'Bearer some' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('crm.objects.owners.read');
  });
});

describe('setting owners', () => {
  it('can be done at the start and over HTTP; a reset brings the first back', async () => {
    const other = await startPortal({ owners: [{ email: 'one@example.com' }] });
    const list = async () => (await other.call('GET', OWNERS)).body.results.map(({ email }) => email);
    expect(await list()).toEqual(['one@example.com']);
    await other.admin('POST', 'owners', { owners: [{ email: 'two@example.com' }] });
    expect(await list()).toEqual(['two@example.com']);
    other.simulator.reset(['records']);
    expect(await list()).toEqual(['one@example.com']);
    await other.simulator.stop();
  });

  it.each([
    [[{ email: 'a@example.com', id: 'x' }], 'numeric text'],
    [[{}], 'email'],
    [[{ email: 'a@example.com' }, { email: 'a@example.com' }], 'two owners have the email a@example.com'],
  ])('%j is refused: %s', async (owners, sentence) => {
    const answer = await portal.admin('POST', 'owners', { owners });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(sentence);
    expect(await ids('')).toHaveLength(3);
  });

  it('is in the state file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-owners-'));
    const stateFile = join(folder, 'portal.ndjson');
    const before = await startPortal({ stateFile });
    before.simulator.setOwners([{ email: 'kept@example.com' }]);
    await before.simulator.stop();
    const after = await startPortal({ stateFile });
    const { body } = await after.call('GET', OWNERS);
    expect(body.results).toMatchObject([{ email: 'kept@example.com' }]);
    await after.simulator.stop();
    await rm(folder, { recursive: true, force: true });
  });
});

describe('the owner of a record', () => {
  const create = (ownerId: string) =>
    portal.call('POST', CONTACTS, { properties: { email: 'a@example.com', hubspot_owner_id: ownerId } });

  it.each(['70000001', ''])('may be %j', async (ownerId) => {
    expect((await create(ownerId)).status).toBe(201);
  });

  it('must be known and active', async () => {
    portal.simulator.setOwners([{ id: '5', email: 'gone@example.com', archived: true }]);
    for (const [ownerId, message] of [
      ['6', 'Owner 6 does not exist'],
      ['5', 'Owner 5 is deactivated'],
    ] as const) {
      expect(await create(ownerId)).toMatchObject({
        status: 400,
        body: {
          category: 'VALIDATION_ERROR',
          errors: [{ code: 'INVALID_OWNER_ID', message, context: { propertyName: ['hubspot_owner_id'] } }],
        },
      });
    }
  });

  it('may be any number when the portal does not check', async () => {
    portal.simulator.setBehaviour({ checkOwners: false });
    expect((await create('6')).status).toBe(201);
  });
});
