import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPortal, type TestPortal } from './test-client.ts';

let portal: TestPortal;
let listId: string;
beforeEach(async () => {
  portal = await startPortal();
  const people = ['a', 'b', 'c'].map((name) => ({ email: `${name}@example.com` }));
  const ids = portal.simulator.insert('contacts', people);
  const { body } = await portal.call('POST', '/crm/lists/2026-09', {
    name: 'Picked',
    objectTypeId: '0-1',
    processingType: 'MANUAL',
  });
  ({ listId } = body.list as { listId: string });
  portal.simulator.setClock({ frozen: true });
  for (const id of ids) {
    await portal.call('PUT', `/crm/lists/2026-09/${listId}/memberships/add`, [id]);
    portal.simulator.setClock({ advanceMs: 1_000 });
  }
});
afterEach(() => portal.simulator.stop());

it('members are paged, those that joined last first', async () => {
  const first = await portal.admin('GET', `members/${listId}?limit=2`);
  expect(first.body).toMatchObject({
    name: 'Picked',
    type: 'contacts',
    size: 3,
    members: [{ title: 'c@example.com' }, { title: 'b@example.com' }],
    next: 2,
  });
  const second = await portal.admin('GET', `members/${listId}?limit=2&skip=2`);
  expect(second.body).toMatchObject({ members: [{ title: 'a@example.com' }], next: null });
  expect((await portal.admin('GET', `members/${listId}?skip=9`)).body).toMatchObject({
    members: [],
    next: null,
  });
});

it('the state counts lists that are not deleted', async () => {
  expect(portal.simulator.state().lists).toBe(1);
  await portal.call('DELETE', `/crm/lists/2026-09/${listId}`);
  expect(portal.simulator.state().lists).toBe(0);
  expect((await portal.admin('GET', `members/${listId}`)).body.deletedAt).toEqual(expect.any(String));
});

it('a list that never was is a 404', async () => {
  expect((await portal.admin('GET', 'members/99')).status).toBe(404);
});
